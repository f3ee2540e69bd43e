"""Requests in the timeline of a student, for those who see the request."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.timeline import TimelineKind, timeline_columns
from quad.welfare import policy
from quad.welfare.lists.requests import STATES
from quad.welfare.models.requests import Request
from quad.welfare.models.setup import Category


def _requests(actor: Actor, person_id: int) -> Select[Any]:
    columns = timeline_columns(
        Request.id,
        at=Request.created_at,
        title=Request.title,
        detail=Category.name,
        mark=Request.state,
    )
    asked = select(*columns).join(Category, Category.id == Request.category_id)
    return asked.where(Request.user_id == person_id, policy.READ.where(actor))


TIMELINE = (
    TimelineKind(
        "requests",
        _l("Request"),
        _requests,
        lambda request_id: f"/requests/{request_id}",
        marks=STATES,
        order=30,
    ),
)
