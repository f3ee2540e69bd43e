"""Events that wait for somebody's approval: how many, and which."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ScalarSelect, Select, exists, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from quad.core.approving import Approval, waiting_columns
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.events.forms.events import Refusal
from quad.events.models.events import CoHost, Event, EventState
from quad.events.policy import APPROVE, APPROVERS
from quad.events.service import writing
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.identity.policy import grant_counts


def waiting_count(user_id: ColumnElement[int]) -> ScalarSelect[int]:
    """Return the subquery that counts the events a person could approve now."""
    approves = exists().where(
        RoleGrant.user_id == user_id,
        RoleGrant.role.in_([Role(name) for name in APPROVERS]),
        grant_counts(),
    )
    return (
        select(func.count(Event.id))
        .where(
            Event.state == EventState.WAITING,
            Event.deleted_at.is_(None),
            Event.owner_id != user_id,
            ~exists().where(CoHost.event_id == Event.id, CoHost.user_id == user_id),
            approves.correlate(User),
        )
        .correlate(User)
        .scalar_subquery()
    )


def _waiting(actor: Actor) -> Select[Any] | None:
    if not actor.has(*APPROVERS):
        return None
    columns = waiting_columns(
        Event.id,
        title=Event.title,
        detail=Event.summary,
        person=User.full_name,
        since=Event.updated_at,
    )
    return select(*columns).join(User, User.id == Event.owner_id).where(APPROVE.where(actor))


def _refuse(db: Session, actor: Actor, event_id: int, reason: str) -> Event:
    return writing.refuse(db, actor, event_id, Refusal(reason=reason))


APPROVAL = Approval(
    "events",
    _l("Events"),
    "calendar-event",
    _waiting,
    lambda event_id: f"/events/{event_id}",
    "events",
    approve=writing.approve,
    refuse=_refuse,
    order=40,
)
