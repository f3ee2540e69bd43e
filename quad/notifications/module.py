"""What notifications add to the product."""

from __future__ import annotations

from quad.core.i18n import lazy_gettext as _l
from quad.core.merging import moved, one_of
from quad.notifications import api, jobs, views
from quad.notifications.listeners import (
    announcements,
    careers,
    coding,
    community,
    events,
    giving,
    materials,
    messages,
    people,
    studies,
)
from quad.notifications.models import Habit, Held, Notification, Preference
from quad.notifications.service import OWN_DATA, unread_count
from quad.web.module import Badge, Module

MODULE = Module(
    "notifications",
    blueprints=(views.bp, api.bp),
    label=_l("Notifications"),
    badges=(Badge("notifications", unread_count),),
    merges=(
        moved(_l("Notifications"), Notification.user_id),
        moved(_l("Wishes for notifications"), Preference.user_id, once_per=(Preference.kind,)),
        one_of("", Habit.user_id),
        moved("", Held.user_id),
    ),
    own_data=(OWN_DATA,),
    parts=(
        jobs,
        studies,
        coding,
        materials,
        people,
        giving,
        careers,
        events,
        announcements,
        messages,
        community,
    ),
)
