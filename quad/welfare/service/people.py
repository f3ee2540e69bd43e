"""Who of the staff a request can be given to, and who hears of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, union
from sqlalchemy.orm import Session

from quad.academics.models.people import Teacher
from quad.identity.models.accounts import AccountState, Role, RoleGrant, User
from quad.identity.models.mentors import MentorAssignment, MentorKind
from quad.identity.policy import grant_counts
from quad.welfare.models.requests import NamedPerson, Request
from quad.welfare.models.setup import Office, OfficeMember
from quad.welfare.policy import STAFF_ROLES

LISTED = 500
_STAFF = tuple(Role(name) for name in STAFF_ROLES)
_ACTIVE = (User.deleted_at.is_(None), User.state == AccountState.ACTIVE)


def _holders(*roles: Role, department_id: int | None = None) -> Select[int]:
    held = select(RoleGrant.user_id).where(RoleGrant.role.in_(roles), grant_counts())
    if department_id is not None:
        held = held.where(RoleGrant.department_id == department_id)
    return held


def is_staff(db: Session, user_id: int) -> bool:
    """Tell whether a person works here and can sign in."""
    query = select(User.id).where(User.id == user_id, User.id.in_(_holders(*_STAFF)), *_ACTIVE)
    return db.scalar(query) is not None


def in_role(db: Session, role: Role, department_id: int | None) -> list[int]:
    """Return who holds a role in a department; faculty are the department's teachers."""
    if department_id is None:
        return []
    query = select(User.id).where(*_ACTIVE)
    holds: ColumnElement[bool] = User.id.in_(_holders(role, department_id=department_id))
    if role is Role.FACULTY:
        teaches = select(Teacher.user_id).where(
            Teacher.department_id == department_id, Teacher.deleted_at.is_(None)
        )
        holds = or_(holds, User.id.in_(teaches) & User.id.in_(_holders(role)))
    return list(db.scalars(query.where(holds).order_by(User.id)))


def administrators(db: Session) -> list[int]:
    """Return the administrators."""
    query = select(User.id).where(User.id.in_(_holders(Role.ADMIN)), *_ACTIVE)
    return list(db.scalars(query.order_by(User.id)))


def advisor_of(db: Session, user_id: int) -> int | None:
    """Return a student's advisor, as long as they can sign in and hold the role."""
    query = (
        select(User.id)
        .join(MentorAssignment, MentorAssignment.mentor_id == User.id)
        .where(
            MentorAssignment.mentee_id == user_id,
            MentorAssignment.kind == MentorKind.ADVISOR,
            User.id.in_(_holders(Role.ADVISOR)),
            *_ACTIVE,
        )
    )
    return db.scalar(query)


def of_office(db: Session, office_id: int) -> list[int]:
    """Return the people of an office who can sign in."""
    query = (
        select(User.id)
        .join(OfficeMember, OfficeMember.user_id == User.id)
        .where(OfficeMember.office_id == office_id, *_ACTIVE)
    )
    return list(db.scalars(query.order_by(User.id)))


def names_of_office(db: Session, office_id: int) -> list[tuple[int, str]]:
    """Return (id, name) of the people of an office, by name."""
    query = (
        select(User.id, User.full_name)
        .join(OfficeMember, OfficeMember.user_id == User.id)
        .where(OfficeMember.office_id == office_id, *_ACTIVE)
    )
    return [(row.id, row.full_name) for row in db.execute(query.order_by(User.sort_name, User.id))]


def least_busy(db: Session, people: Sequence[int]) -> int | None:
    """Return who of these has the fewest open requests; of equals, whose account is the oldest."""
    if not people:
        return None
    busy = dict(
        db.execute(
            select(Request.assignee_id, func.count())
            .where(Request.assignee_id.in_(people), Request.closed_at.is_(None))
            .group_by(Request.assignee_id)
        ).all()
    )
    return min(people, key=lambda one: (busy.get(one, 0), one))


def named(db: Session, request_id: int) -> list[int]:
    """Return the named people of a confidential request."""
    return list(db.scalars(select(NamedPerson.user_id).where(NamedPerson.request_id == request_id)))


def joined_since(db: Session, office_id: int | None, moment: datetime) -> list[int]:
    """Return who came to an office after `moment` and can sign in."""
    query = (
        select(User.id)
        .join(OfficeMember, OfficeMember.user_id == User.id)
        .where(OfficeMember.office_id == office_id, OfficeMember.created_at > moment, *_ACTIVE)
    )
    return list(db.scalars(query.order_by(User.id)))


def nobody_named() -> ColumnElement[bool]:
    """Return the clause for a request that no named person can sign in to read any more."""
    readers = (
        select(NamedPerson.id)
        .join(User, User.id == NamedPerson.user_id)
        .where(NamedPerson.request_id == Request.id, *_ACTIVE)
    )
    return ~readers.exists()


def responsible(db: Session, request: Request) -> list[int]:
    """Return whom a request waits for: its assignee, else its office, else the administrators."""
    if request.assignee_id is not None:
        return [request.assignee_id]
    if request.confidential:
        return named(db, request.id)
    if request.office_id is not None:
        return of_office(db, request.office_id)
    return administrators(db)


def assignable(db: Session, department_id: int | None = None) -> list[tuple[str, str]]:
    """Return ("person:5", name) of whom a request can be given to, by name; at most 500.

    With a department: its staff, the people of all offices, and the administrators.
    """
    people: Any = _holders(*_STAFF)
    if department_id is not None:
        people = union(
            select(Teacher.user_id).where(
                Teacher.department_id == department_id, Teacher.deleted_at.is_(None)
            ),
            _holders(*_STAFF, department_id=department_id),
            _holders(Role.ADMIN),
            select(OfficeMember.user_id),
        )
    return _as_choices(db, people)


def assignable_confidential(db: Session, request_id: int) -> list[tuple[str, str]]:
    """Return ("person:5", name) of whom a confidential request can be given to: its named people."""
    return _as_choices(db, select(NamedPerson.user_id).where(NamedPerson.request_id == request_id))


def _as_choices(db: Session, people: Any) -> list[tuple[str, str]]:
    query = (
        select(User.id, User.full_name)
        .where(User.id.in_(people), *_ACTIVE)
        .order_by(User.sort_name, User.id)
        .limit(LISTED)
    )
    return [(f"person:{row.id}", row.full_name) for row in db.execute(query)]


def staff(db: Session) -> list[tuple[int, str]]:
    """Return (id, name) of the staff, by name; at most 500."""
    query = (
        select(User.id, User.full_name)
        .where(User.id.in_(_holders(*_STAFF)), *_ACTIVE)
        .order_by(User.sort_name, User.id)
        .limit(LISTED)
    )
    return [(row.id, row.full_name) for row in db.execute(query)]


def offices(db: Session) -> list[tuple[str, str]]:
    """Return ("office:3", name) of every office, by name."""
    query = (
        select(Office.id, Office.name).where(Office.deleted_at.is_(None)).order_by(Office.name_key)
    )
    return [(f"office:{row.id}", row.name) for row in db.execute(query)]
