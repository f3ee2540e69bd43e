"""The terms that are over: rows written in bulk, as years of a college's life would have left them.

No fact is emitted, so the audit of the demo begins with its current term.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.models.results import Award, AwardKind, EnrolmentResult, Mark, Standing
from quad.academics.models.teaching import (
    Component,
    ComponentKind,
    Enrolment,
    EnrolmentStatus,
    Offering,
    ResultState,
)
from quad.academics.service import rollups
from quad.cli.demo import plan
from quad.cli.demo.college import College, parts
from quad.core.db.bulk import insert_rows
from quad.core.db.types import normalised

NOON = time(6, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Taught:
    """One offering of a past term, with what is needed to fill it."""

    id: int
    course_id: int
    teacher_id: int
    student_ids: list[int]


def build_past_term(db: Session, college: College, term_index: int) -> None:
    """Make the offerings of a past term with their enrolments, components, marks and results."""
    last = term_index == plan.CURRENT - 1
    state = ResultState.PUBLISHED if last else ResultState.LOCKED
    taught = _offer(db, college, term_index, state)
    _assess(db, taught, term_index)
    _enrol(db, college, taught, term_index)
    incomplete = _mark(db, college, taught, last)
    insert_rows(
        db,
        Award,
        ("enrolment_id", "kind", "reason", "created_by"),
        (
            (enrolment_id, AwardKind.INCOMPLETE, "Ill during the examination", teacher_id)
            for enrolment_id, teacher_id in incomplete
        ),
    )
    offerings = [row.id for row in taught]
    enrolments = db.scalars(select(Enrolment.id).where(Enrolment.offering_id.in_(offerings))).all()
    rollups.refresh(db, enrolments)
    remember_who_comes_again(db, college, offerings)


def moment(day: date) -> datetime:
    """Return the middle of a day in the college's zone."""
    return datetime.combine(day, NOON)


def due(term_index: int, week: int) -> date:
    """Return the Friday of a week of the term, the latest on its last day."""
    term = plan.TERMS[term_index]
    return min(term.starts_on + timedelta(weeks=week, days=-3), term.ends_on)


def _offer(db: Session, college: College, term_index: int, state: ResultState) -> list[Taught]:
    rows: dict[int, tuple[str, int, list[int]]] = {}
    for department, admitted, semester in parts(term_index):
        teachers = college.teachers[department]
        for place, course_id in enumerate(college.courses[department, semester]):
            teacher = teachers[(place + semester) % len(teachers)]
            rows[course_id] = department, teacher, college.students[department, admitted]
    begun = moment(plan.TERMS[term_index].starts_on)
    insert_rows(
        db,
        Offering,
        ("course_id", "term_id", "section", "department_id", "faculty_id", "state", "created_at"),
        (
            (
                course_id,
                college.terms[term_index],
                "A",
                college.departments[department],
                teacher,
                state,
                begun,
            )
            for course_id, (department, teacher, _students) in rows.items()
        ),
    )
    made = db.execute(
        select(Offering.id, Offering.course_id)
        .where(Offering.term_id == college.terms[term_index])
        .order_by(Offering.id)
    )
    return [Taught(row.id, row.course_id, *rows[row.course_id][1:]) for row in made]


def _assess(db: Session, taught: list[Taught], term_index: int) -> None:
    names = (
        "offering_id",
        "name",
        "name_key",
        "kind",
        "maximum",
        "weight",
        "position",
        "due_on",
        "published_at",
        "created_by",
    )
    insert_rows(
        db,
        Component,
        names,
        (
            (
                offering.id,
                name,
                normalised(name),
                ComponentKind(kind),
                Decimal(maximum),
                Decimal(weight),
                position,
                due(term_index, week),
                moment(due(term_index, week)),
                offering.teacher_id,
            )
            for offering in taught
            for position, (name, kind, maximum, weight, week) in enumerate(plan.COMPONENTS)
        ),
    )


def _enrol(db: Session, college: College, taught: list[Taught], term_index: int) -> None:
    begins = plan.TERMS[term_index].starts_on
    names = ("student_id", "offering_id", "attempt", "status", "enrolled_on", "withdrawn_on")

    def rows() -> Iterator[tuple[Any, ...]]:
        for offering in taught:
            comers = dict.fromkeys(offering.student_ids, 0)
            comers |= college.again.pop(offering.course_id, {})
            for student_id, attempts in comers.items():
                gone = college.chance.random() < plan.WITHDRAWN
                week = college.chance.randint(3, 12)
                yield (
                    student_id,
                    offering.id,
                    attempts + 1,
                    EnrolmentStatus.WITHDRAWN if gone else EnrolmentStatus.ENROLLED,
                    begins - timedelta(days=3),
                    due(term_index, week) if gone else None,
                )

    insert_rows(db, Enrolment, names, list(rows()))


def _mark(db: Session, college: College, taught: list[Taught], last: bool) -> list[tuple[int, int]]:
    """Add the marks; return (enrolment, teacher) of the results that stay incomplete."""
    teachers = {offering.id: offering.teacher_id for offering in taught}
    components: dict[int, list[Any]] = {offering.id: [] for offering in taught}
    for row in db.execute(
        select(
            Component.id,
            Component.offering_id,
            Component.kind,
            Component.maximum,
            Component.due_on,
        )
        .where(Component.offering_id.in_(teachers))
        .order_by(Component.id)
    ):
        components[row.offering_id].append(row)
    places = db.execute(
        select(Enrolment.id, Enrolment.offering_id, Enrolment.student_id, Enrolment.withdrawn_on)
        .where(Enrolment.offering_id.in_(teachers))
        .order_by(Enrolment.id)
    ).all()
    open_ended = [row for row in places if row.withdrawn_on is None]
    chosen = college.chance.sample(
        open_ended, min(len(open_ended), len(plan.DEPARTMENTS) * plan.INCOMPLETE)
    )
    incomplete = {row.id: teachers[row.offering_id] for row in chosen} if last else {}

    def rows() -> Iterator[tuple[Any, ...]]:
        for place in places:
            for part in components[place.offering_id]:
                gone = place.withdrawn_on is not None and part.due_on > place.withdrawn_on
                if gone or (place.id in incomplete and part.kind is ComponentKind.EXTERNAL):
                    continue
                value, absent = a_mark(college, place.student_id, part.kind, part.maximum)
                teacher = teachers[place.offering_id]
                yield place.id, part.id, value, absent, moment(part.due_on), teacher

    names = ("enrolment_id", "component_id", "value", "absent", "created_at", "created_by")
    insert_rows(db, Mark, names, rows())
    return list(incomplete.items())


def a_mark(
    college: College, student_id: int, kind: ComponentKind, maximum: Decimal
) -> tuple[Decimal | None, bool]:
    """Return what a student got, in halves, and whether the student was absent."""
    if kind is not ComponentKind.ATTENDANCE and college.chance.random() < plan.ABSENT:
        return None, True
    share = min(1.0, max(0.0, college.chance.gauss(college.skill[student_id], 0.09)))
    return Decimal(round(share * float(maximum) * 2)) / 2, False


def remember_who_comes_again(db: Session, college: College, offering_ids: list[int]) -> None:
    """Note who did not pass: they take the course with the next batch, a year later."""
    rows = db.execute(
        select(EnrolmentResult.course_id, EnrolmentResult.student_id, EnrolmentResult.attempt)
        .where(
            EnrolmentResult.offering_id.in_(offering_ids),
            EnrolmentResult.passed.is_(False),
            EnrolmentResult.standing != Standing.INCOMPLETE,
        )
        .order_by(EnrolmentResult.enrolment_id)
    )
    for row in rows:
        college.again.setdefault(row.course_id, {})[row.student_id] = row.attempt
