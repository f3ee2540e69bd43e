"""Assigning advisors and counsellors to students. Who is out of scope is skipped and counted, never an error."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.academics.policy import base as policy
from quad.core.errors import Forbidden, Rejected
from quad.core.i18n import gettext as _
from quad.core.policy import Actor, Permission
from quad.identity.models.accounts import User
from quad.identity.models.mentors import MentorAssignment, MentorKind
from quad.identity.service import mentors
from quad.institution.models import Batch, ClassGroup, Programme

CHUNK = 500
SHOWN = 500
MAY: dict[MentorKind, Permission[Student]] = {
    MentorKind.ADVISOR: policy.ADVISOR_ASSIGN,
    MentorKind.COUNSELLOR: policy.COUNSELLOR_ASSIGN,
}


@dataclass(frozen=True)
class Assigned:
    """How many students have the mentor now, and how many of the asked ones could not be assigned."""

    assigned: int
    skipped: int


def may_assign(actor: Actor, kind: MentorKind) -> bool:
    """Tell whether `actor` may assign mentors of this kind to anybody."""
    return bool(MAY[kind].branches(actor))


def assign(
    db: Session, actor: Actor, kind: MentorKind, mentor_id: int, student_ids: Collection[int]
) -> Assigned:
    """Give each of these students this mentor, in the place of the one they had.

    Raises Forbidden when `actor` may assign nobody, NotFound when there is no such mentor.
    """
    if not may_assign(actor, kind):
        raise Forbidden
    asked = set(student_ids)
    if not mentors.within_reach(db, actor, kind, mentor_id):
        return Assigned(0, len(student_ids))
    people = _people(db, actor, kind, asked)
    done = mentors.assign(db, actor, kind, mentor_id, people)
    return Assigned(done, len(asked) - done)


def unassign(db: Session, actor: Actor, kind: MentorKind, student_ids: Collection[int]) -> Assigned:
    """Take the mentor of this kind from these students. Raises Forbidden."""
    if not may_assign(actor, kind):
        raise Forbidden
    asked = set(student_ids)
    done = mentors.unassign(db, actor, kind, _people(db, actor, kind, asked))
    return Assigned(done, len(asked) - done)


def _people(db: Session, actor: Actor, kind: MentorKind, student_ids: set[int]) -> list[int]:
    """Return the user numbers of those students that `actor` may assign."""
    found: list[int] = []
    rest = iter(sorted(student_ids))
    while chunk := list(islice(rest, CHUNK)):
        query = select(Student.user_id).where(Student.id.in_(chunk), MAY[kind].where(actor))
        found += db.scalars(query.order_by(Student.user_id))
    return found


def assign_class(
    db: Session,
    actor: Actor,
    kind: MentorKind,
    mentor_id: int,
    class_id: int,
    *,
    only_without: bool,
) -> Assigned:
    """Give everybody in a class this mentor; with `only_without`, those who have none of this kind."""
    wanted = [Student.class_id == class_id]
    if only_without:
        wanted.append(has_none(kind))
    return _assign_where(db, actor, kind, mentor_id, wanted)


def reassign(db: Session, actor: Actor, kind: MentorKind, from_id: int, to_id: int) -> Assigned:
    """Give all students of one mentor, as far as `actor` may assign them, to another."""
    if from_id == to_id:
        raise Rejected(_("These students are with this mentor already."))
    theirs = select(MentorAssignment.mentee_id).where(
        MentorAssignment.mentor_id == from_id, MentorAssignment.kind == kind
    )
    return _assign_where(db, actor, kind, to_id, [Student.user_id.in_(theirs)])


def _assign_where(
    db: Session,
    actor: Actor,
    kind: MentorKind,
    mentor_id: int,
    wanted: list[ColumnElement[bool]],
) -> Assigned:
    query = select(Student.id).where(*wanted, policy.STUDENT_READ.where(actor, many=True))
    return assign(db, actor, kind, mentor_id, db.scalars(query).all())


def has_none(kind: MentorKind) -> ColumnElement[bool]:
    """Hold for students who have no mentor of this kind."""
    return Student.user_id.not_in(
        select(MentorAssignment.mentee_id).where(MentorAssignment.kind == kind)
    )


def class_choices(db: Session, actor: Actor) -> list[tuple[int, str]]:
    """Return the classes of the departments whose students `actor` may assign, for a menu."""
    query = (
        select(ClassGroup.id, ClassGroup.name, Batch.name.label("batch"), Programme.code)
        .join(Batch, Batch.id == ClassGroup.batch_id)
        .join(Programme, Programme.id == Batch.programme_id)
        .where(ClassGroup.deleted_at.is_(None), Batch.deleted_at.is_(None))
        .order_by(Programme.sort_name, Batch.start_year.desc(), ClassGroup.name_key)
        .limit(SHOWN)
    )
    if not actor.has("admin"):
        departments = {*actor.departments("hod"), *actor.departments("advisor")}
        query = query.where(Programme.department_id.in_(departments))
    return [(row.id, f"{row.code} {row.batch} {row.name}") for row in db.execute(query)]


def of_mentor(db: Session, actor: Actor, mentor_id: int) -> dict[MentorKind, list[Any]]:
    """Return the students of a mentor that `actor` may see, by kind; at most `SHOWN`."""
    query = (
        select(Student.id, Student.register_number, User.full_name, MentorAssignment.kind)
        .join(User, User.id == Student.user_id)
        .join(MentorAssignment, MentorAssignment.mentee_id == Student.user_id)
        .where(
            MentorAssignment.mentor_id == mentor_id,
            policy.STUDENT_READ.where(actor, many=True),
        )
        .order_by(Student.sort_name, Student.id)
        .limit(SHOWN)
    )
    found: dict[MentorKind, list[Any]] = {}
    for row in db.execute(query):
        found.setdefault(row.kind, []).append(row)
    return found


def panel(db: Session, actor: Actor, mentor_id: int) -> Mapping[str, Any]:
    """Return what the page of a member of staff shows of their students."""
    groups = [
        {
            "kind": kind,
            "students": students,
            "choices": [
                choice for choice in mentors.choices(db, actor, kind) if choice[0] != mentor_id
            ]
            if may_assign(actor, kind)
            else [],
        }
        for kind, students in sorted(of_mentor(db, actor, mentor_id).items())
    ]
    return {"groups": groups, "mentor_id": mentor_id}


class NamesOfMentors:
    """Adds `advisor_name` and `counsellor_name` to rows that carry `user_id`, one query for every 500."""

    def __init__(self, db: Session) -> None:
        self._db = db

    def added(self, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Return the rows with the two names, "Unassigned" where there is nobody."""
        return [row for chunk in self._chunks(rows) for row in chunk]

    def _chunks(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[list[dict[str, Any]]]:
        rest, nobody = iter(rows), _("Unassigned")
        while chunk := list(islice(rest, CHUNK)):
            names = mentors.mentor_names(self._db, _users(chunk))
            yield [
                {
                    **row,
                    "advisor_name": names.get((row["user_id"], "advisor"), nobody),
                    "counsellor_name": names.get((row["user_id"], "counsellor"), nobody),
                }
                for row in chunk
            ]


def _users(rows: Sequence[Mapping[str, Any]]) -> list[int]:
    return [row["user_id"] for row in rows]
