"""What the home pages show of requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.welfare import policy
from quad.welfare.models.requests import Request
from quad.welfare.models.setup import Category, Office, OfficeMember

FEW = 5
Assignee, Asker = aliased(User), aliased(User)


def _open(*clauses: ColumnElement[bool]) -> Any:
    return (
        select(
            Request.id,
            Request.title,
            Request.state,
            Request.due_on,
            Request.escalated_at,
            Category.icon,
            Asker.full_name.label("student"),
            Assignee.full_name.label("assignee"),
            Office.name.label("office"),
        )
        .join(Category, Category.id == Request.category_id)
        .join(Asker, Asker.id == Request.user_id)
        .outerjoin(Assignee, Assignee.id == Request.assignee_id)
        .outerjoin(Office, Office.id == Request.office_id)
        .where(Request.closed_at.is_(None), *clauses)
        .order_by(Request.due_on, Request.id)
        .limit(FEW)
    )


def own_open(db: Session, actor: Actor) -> Sequence[Any]:
    """Return one's own open requests, what is due first, at most five."""
    found: Sequence[Any] = db.execute(_open(policy.OWN.where(actor))).all()
    return found


def waiting(db: Session, actor: Actor) -> Sequence[Any]:
    """Return the open requests that wait for this person, what is due first, at most five."""
    offices = select(OfficeMember.office_id).where(OfficeMember.user_id == actor.own_id)
    mine = or_(
        Request.assignee_id == actor.own_id,
        Request.assignee_id.is_(None) & Request.office_id.in_(offices),
    )
    found: Sequence[Any] = db.execute(_open(mine, policy.HANDLE.where(actor))).all()
    return found
