"""Sharing students out among mentors, so that everybody looks after about as many."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.academics.service import mentors
from quad.academics.service.mentors import MAY, Assigned
from quad.core.errors import Forbidden
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.identity.models.mentors import MentorAssignment, MentorKind
from quad.identity.service import mentors as staff_mentors

MOST = 10_000


@dataclass
class Share:
    """What one mentor would get: `load` students there are already, `students` (id, name) would come."""

    mentor_id: int
    full_name: str
    load: int
    students: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Suggestion:
    """Who would get whom, and how many students nobody could get."""

    shares: tuple[Share, ...]
    left: int


def of_class(
    db: Session, actor: Actor, kind: MentorKind, class_id: int, *, only_without: bool
) -> Suggestion:
    """Suggest mentors for a class. Raises Forbidden."""
    wanted = [Student.class_id == class_id]
    if only_without:
        wanted.append(mentors.has_none(kind))
    return _suggest(db, actor, kind, wanted)


def of_students(
    db: Session, actor: Actor, kind: MentorKind, student_ids: Collection[int]
) -> Suggestion:
    """Suggest mentors for these students; those out of scope are left. Raises Forbidden."""
    asked = set(student_ids)
    found = _suggest(db, actor, kind, [Student.id.in_(sorted(asked)[:MOST])])
    given = sum(len(share.students) for share in found.shares)
    return Suggestion(found.shares, len(asked) - given)


def apply(db: Session, actor: Actor, kind: MentorKind, suggestion: Suggestion) -> Assigned:
    """Assign as suggested. Raises Forbidden."""
    done, skipped = 0, suggestion.left
    for share in suggestion.shares:
        if share.students:
            ids = [number for number, _name in share.students]
            result = mentors.assign(db, actor, kind, share.mentor_id, ids)
            done, skipped = done + result.assigned, skipped + result.skipped
    return Assigned(done, skipped)


def _suggest(db: Session, actor: Actor, kind: MentorKind, wanted: list[Any]) -> Suggestion:
    if not mentors.may_assign(actor, kind):
        raise Forbidden
    students = db.execute(
        select(
            Student.id,
            Student.user_id,
            Student.department_id,
            User.full_name,
            MentorAssignment.mentor_id,
        )
        .join(User, User.id == Student.user_id)
        .outerjoin(
            MentorAssignment,
            (MentorAssignment.mentee_id == Student.user_id) & (MentorAssignment.kind == kind),
        )
        .where(*wanted, MAY[kind].where(actor), Student.deleted_at.is_(None))
        .order_by(Student.sort_name, Student.id)
        .limit(MOST)
    ).all()
    people = staff_mentors.candidates(db, actor, kind)
    places = staff_mentors.departments_of(db, kind, [row.id for row in people])
    return _share_out(students, people, places)


def _share_out(
    students: Sequence[Any], people: Sequence[Any], places: dict[int, frozenset[int]]
) -> Suggestion:
    """Give each student to whoever of the own department has fewest; who moves counts no longer at the old place."""
    moving = Counter(row.mentor_id for row in students)
    shares = {row.id: Share(row.id, row.full_name, row.load - moving[row.id]) for row in people}
    queues: dict[int | None, list[tuple[int, int, int]]] = {}
    counted = {number: share.load for number, share in shares.items()}
    left = 0
    for row in students:
        queue = queues.get(row.department_id)
        if queue is None:
            queue = queues[row.department_id] = [
                (counted[person.id], place, person.id)
                for place, person in enumerate(people)
                if not places[person.id] or row.department_id in places[person.id]
            ]
            heapq.heapify(queue)
        chosen = _fewest(queue, counted, row.user_id)
        if chosen is None:
            left += 1
            continue
        shares[chosen].students.append((row.id, row.full_name))
        counted[chosen] += 1
    return Suggestion(tuple(shares.values()), left)


def _fewest(
    queue: list[tuple[int, int, int]], counted: dict[int, int], not_this: int
) -> int | None:
    """Return whoever has fewest now; nobody mentors oneself. Counts in the queue may be old."""
    aside: list[tuple[int, int, int]] = []
    chosen: int | None = None
    while queue and chosen is None:
        load, place, number = heapq.heappop(queue)
        if load != counted[number]:
            heapq.heappush(queue, (counted[number], place, number))
        elif number == not_this:
            aside.append((load, place, number))
        else:
            chosen = number
            aside.append((load + 1, place, number))
    for entry in aside:
        heapq.heappush(queue, entry)
    return chosen
