"""Members follow the record: whoever studies or graduated here stands in the network, with the studies as recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from quad.academics.models.people import Student, StudentStatus
from quad.alumni.facts import MemberJoined, MembersJoined
from quad.alumni.models.members import Member, MemberStanding
from quad.alumni.service.findable import index_members
from quad.core import clock
from quad.core.db.bulk import insert_rows
from quad.core.db.rows import plain_rows
from quad.core.db.types import normalised
from quad.core.facts import emit
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.identity.models.joining import Registration
from quad.institution.models import Department, Programme

PIECE = 500
FOLLOW_JOB = "alumni.follow"
STUDYING = (StudentStatus.ACTIVE, StudentStatus.ON_LEAVE)
# What a member copies, in this order.
COPIED = (
    "student_id",
    "sort_name",
    "is_alumnus",
    "is_student",
    "standing",
    "register_number",
    "register_key",
    "graduation_year",
    "department_id",
    "programme_id",
    "degree_id",
    "campus_id",
    "deleted_at",
)


def follow(db: Session, user_ids: Iterable[int], *, actor_id: int | None = None) -> int:
    """Bring the members of these people in line with their records and roles; return how many were not.

    Nobody is asked for rights: this follows from what others were allowed to do.
    """
    joined: list[Any] = []
    changed = 0
    for piece in _pieces(user_ids):
        fresh, others = _follow_some(db, piece)
        joined += fresh
        changed += len(others)
        index_members(db, [*(row.id for row in fresh), *others])
    if len(joined) == 1:
        emit(
            db,
            MemberJoined(actor_id=actor_id, member_id=joined[0].id, user_id=joined[0].user_id),
        )
    elif joined:
        emit(db, MembersJoined(actor_id=actor_id, member_ids=tuple(row.id for row in joined)))
    return len(joined) + changed


def _pieces(user_ids: Iterable[int]) -> Iterator[list[int]]:
    rest = sorted(set(user_ids))
    for start in range(0, len(rest), PIECE):
        yield rest[start : start + PIECE]


def _follow_some(db: Session, user_ids: Sequence[int]) -> tuple[list[Any], list[int]]:
    """Return the members that are new and the numbers of those that changed."""
    known = {row.user_id: row for row in _members(db, user_ids)}
    fresh, changed = [], []
    for person in plain_rows(db, _people(user_ids)):
        there = known.get(person.id)
        wanted = _wanted(person, there)
        if there is None:
            if wanted["is_student"] or wanted["is_alumnus"]:
                fresh.append((person.id, *(wanted[name] for name in COPIED)))
        elif any(getattr(there, name) != wanted[name] for name in COPIED):
            changed.append(there.id)
            db.execute(
                update(Member)
                .where(Member.id == there.id)
                .values(**wanted)
                .execution_options(synchronize_session=False)
            )
    if not fresh:
        return [], changed
    insert_rows(db, Member, ("user_id", *COPIED), fresh)
    return _members(db, [row[0] for row in fresh]), changed


def _members(db: Session, user_ids: Sequence[int]) -> list[Any]:
    columns = [getattr(Member, name) for name in COPIED]
    query = select(Member.id, Member.user_id, *columns).where(Member.user_id.in_(user_ids))
    return list(plain_rows(db, query.order_by(Member.id)))


def _people(user_ids: Sequence[int]) -> Any:
    """Select these people with their record and whether they hold the role of an alumnus."""
    alumnus = exists().where(RoleGrant.user_id == User.id, RoleGrant.role == Role.ALUMNUS)
    registered = exists().where(Registration.user_id == User.id, Registration.role == Role.ALUMNUS)
    return (
        select(
            User.id,
            User.sort_name,
            User.deleted_at,
            alumnus.label("alumnus"),
            registered.label("registered"),
            Student.id.label("student_id"),
            Student.status,
            Student.deleted_at.label("record_deleted_at"),
            Student.register_number,
            Student.graduation_year,
            Student.department_id,
            Student.programme_id,
            Programme.degree_id,
            Department.campus_id,
        )
        .outerjoin(Student, Student.user_id == User.id)
        .outerjoin(Programme, Programme.id == Student.programme_id)
        .outerjoin(Department, Department.id == Student.department_id)
        .where(User.id.in_(user_ids))
        .order_by(User.id)
    )


def _wanted(person: Any, there: Any) -> dict[str, Any]:
    """Return what the member of `person` copies; without a record, what was said or vouched for stays."""
    recorded = person.student_id is not None and person.record_deleted_at is None
    graduated = recorded and person.status is StudentStatus.GRADUATED
    studying = recorded and person.status in STUDYING
    # A role that the office gave is its word; who registered has to be looked up first.
    usual = MemberStanding.CLAIMED if person.registered else MemberStanding.INSTITUTION
    unknown = _unknown() | {"standing": usual}
    kept = {name: getattr(there, name) for name in COPIED} if there is not None else unknown
    wanted = dict(kept)
    wanted["sort_name"] = person.sort_name[:180]
    wanted["is_student"] = studying
    wanted["is_alumnus"] = graduated or bool(person.alumnus)
    if graduated or studying:
        wanted |= {
            "student_id": person.student_id,
            "standing": MemberStanding.RECORD,
            "register_number": person.register_number,
            "register_key": normalised(person.register_number),
            "graduation_year": person.graduation_year or 0,
            "department_id": person.department_id,
            "programme_id": person.programme_id,
            "degree_id": person.degree_id,
            "campus_id": person.campus_id,
        }
    elif kept["student_id"] is not None and not recorded:
        wanted["student_id"] = None
    wanted["deleted_at"] = _gone(person, wanted, kept["deleted_at"])
    return wanted


def _gone(person: Any, wanted: dict[str, Any], before: Any) -> Any:
    """Who left, or is neither student nor alumnus any more, leaves the network; nothing is lost by it."""
    if person.deleted_at is not None or not (wanted["is_student"] or wanted["is_alumnus"]):
        return before or clock.now()
    return None


def _unknown() -> dict[str, Any]:
    return {
        "student_id": None,
        "register_number": "",
        "register_key": "",
        "graduation_year": 0,
        "department_id": None,
        "programme_id": None,
        "degree_id": None,
        "campus_id": None,
        "deleted_at": None,
    }
