"""The number beside “Events” in the menu: those that wait for this person's approval."""

from __future__ import annotations

from sqlalchemy import ScalarSelect, exists, func, select
from sqlalchemy.sql.elements import ColumnElement

from quad.events.models.events import Event, EventState
from quad.events.policy import APPROVERS
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
            approves.correlate(User),
        )
        .correlate(User)
        .scalar_subquery()
    )
