"""Requests that wait for somebody: how many, and which."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ScalarSelect, Select, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from quad.core.approving import Approval, waiting_columns
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.welfare import policy
from quad.welfare.forms.requests import RejectRequest
from quad.welfare.models.requests import NamedPerson, Request
from quad.welfare.models.setup import Category, OfficeMember
from quad.welfare.service import handling


def waiting_count(user_id: ColumnElement[int]) -> ScalarSelect[int]:
    """Return the subquery that counts the open requests a person has, or that nobody took from their offices.

    Confidential ones that nobody took count for their named people.
    """
    mine = _count(Request.assignee_id == user_id)
    nobodys = Request.assignee_id.is_(None)
    offices = select(OfficeMember.office_id).where(OfficeMember.user_id == user_id).correlate(User)
    in_office = _count(nobodys, Request.confidential.is_(False), Request.office_id.in_(offices))
    named = select(NamedPerson.request_id).where(NamedPerson.user_id == user_id).correlate(User)
    confidential = _count(nobodys, Request.id.in_(named), Request.confidential.is_(True))
    return select(mine + in_office + confidential).scalar_subquery()


def _count(*clauses: ColumnElement[bool]) -> ScalarSelect[int]:
    return (
        select(func.count(Request.id))
        .where(Request.closed_at.is_(None), *clauses)
        .correlate(User)
        .scalar_subquery()
    )


def _waiting(actor: Actor) -> Select[Any] | None:
    if not policy.OPEN_QUEUE.may(actor):
        return None
    offices = select(OfficeMember.office_id).where(OfficeMember.user_id == actor.own_id)
    named = select(NamedPerson.request_id).where(NamedPerson.user_id == actor.own_id)
    mine = or_(
        Request.assignee_id == actor.own_id,
        Request.assignee_id.is_(None)
        & or_(
            Request.office_id.in_(offices) & Request.confidential.is_(False),
            Request.id.in_(named) & Request.confidential.is_(True),
        ),
    )
    columns = waiting_columns(
        Request.id,
        title=Request.title,
        detail=Category.name,
        person=User.full_name,
        since=Request.created_at,
        due=Request.due_on,
    )
    return (
        select(*columns)
        .join(User, User.id == Request.user_id)
        .join(Category, Category.id == Request.category_id)
        .where(Request.closed_at.is_(None), mine, policy.HANDLE.where(actor, many=True))
    )


def _refuse(db: Session, actor: Actor, request_id: int, reason: str) -> Request:
    return handling.reject(db, actor, request_id, RejectRequest(reason=reason))


APPROVAL = Approval(
    "requests",
    _l("Requests of students"),
    "inbox",
    _waiting,
    lambda request_id: f"/requests/{request_id}",
    "requests",
    refuse=_refuse,
    order=35,
)
