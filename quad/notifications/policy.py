"""Who may read and change notifications: everyone their own, nobody another's."""

from __future__ import annotations

from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor, Branches, Gate, Permission
from quad.notifications.models import Notification


def _own(actor: Actor) -> Branches:
    return (Notification.user_id == actor.own_id,)


READ = Permission(
    "notifications.notification.read", _l("Read own notifications"), Notification, _own
)
PREFER = Gate(
    "notifications.preference.change",
    _l("Choose how to be told"),
    lambda actor: actor.id is not None,
)
