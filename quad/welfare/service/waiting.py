"""The number beside “Requests” in the menu."""

from __future__ import annotations

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.sql.elements import ColumnElement

from quad.identity.models.accounts import User
from quad.welfare.models.requests import NamedPerson, Request
from quad.welfare.models.setup import OfficeMember


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
