"""What notifications add to the product."""

from __future__ import annotations

from quad.notifications import api, listeners, views
from quad.notifications.service import unread_count
from quad.web.module import Badge, Module

MODULE = Module(
    "notifications",
    blueprints=(views.bp, api.bp),
    badges=(Badge("notifications", unread_count),),
    parts=(listeners,),
)
