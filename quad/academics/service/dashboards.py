"""What the home pages show beside a student's own record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Integer, case, cast, func, select
from sqlalchemy.orm import Session

from quad.academics import policy
from quad.academics.models.people import Student, Teacher
from quad.academics.models.results import EnrolmentResult, Mark
from quad.academics.models.teaching import (
    Component,
    Course,
    Enrolment,
    EnrolmentStatus,
    Offering,
    ResultState,
)
from quad.core.policy import Actor
from quad.institution.models import Department, Term

MOST = 12
TENS = range(0, 100, 10)


@dataclass(frozen=True)
class Taught:
    """One of a teacher's offerings: how many take it, how many marks are there of how many expected."""

    id: int
    code: str
    title: str
    section: str
    term: str
    state: ResultState
    enrolled: int
    marked: int
    expected: int
    average: Decimal | None

    @property
    def missing(self) -> int:
        """The marks still to be entered."""
        return max(self.expected - self.marked, 0)


@dataclass(frozen=True)
class Counts:
    """How much there is, as far as the actor may see it."""

    students: int
    teachers: int
    courses: int
    departments: int
    offerings: int
    drafts: int


def taught(db: Session, actor: Actor) -> Sequence[Taught]:
    """Return the actor's own latest offerings (one statement)."""
    enrolled = (
        select(func.count())
        .where(Enrolment.offering_id == Offering.id, Enrolment.status == EnrolmentStatus.ENROLLED)
        .correlate(Offering)
        .scalar_subquery()
    )
    parts = (
        select(func.count())
        .where(Component.offering_id == Offering.id, Component.weight > 0)
        .correlate(Offering)
        .scalar_subquery()
    )
    marked = (
        select(func.count())
        .select_from(Mark)
        .join(Component, Component.id == Mark.component_id)
        .join(Enrolment, Enrolment.id == Mark.enrolment_id)
        .where(
            Component.offering_id == Offering.id,
            Component.weight > 0,
            Mark.current == 1,
            Mark.absent | Mark.value.is_not(None),
            Enrolment.status == EnrolmentStatus.ENROLLED,
        )
        .correlate(Offering)
        .scalar_subquery()
    )
    average = (
        select(func.avg(cast(EnrolmentResult.percentage, Integer)))
        .where(EnrolmentResult.offering_id == Offering.id)
        .correlate(Offering)
        .scalar_subquery()
    )
    rows = db.execute(
        select(
            Offering.id,
            Course.code,
            Course.title,
            Offering.section,
            Term.name.label("term"),
            Offering.state,
            enrolled.label("enrolled"),
            marked.label("marked"),
            (enrolled * parts).label("expected"),
            average.label("average"),
        )
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .where(Offering.faculty_id == actor.own_id, policy.OFFERING_READ.where(actor))
        .order_by(Term.starts_on.desc(), Course.code_key, Offering.id)
        .limit(MOST)
    )
    return [
        Taught(
            row.id,
            row.code,
            row.title,
            row.section,
            row.term,
            row.state,
            row.enrolled,
            row.marked,
            row.expected,
            None if row.average is None else round(Decimal(str(row.average)) / 100, 1),
        )
        for row in rows
    ]


# Made once: putting ten conditions together takes longer than the database needs to answer them.
_BY_TENS = tuple(
    func.sum(
        case(
            (
                (EnrolmentResult.percentage >= Decimal(low))
                & (EnrolmentResult.percentage < Decimal(low + 10 if low < 90 else 101)),
                1,
            ),
            else_=0,
        )
    )
    for low in TENS
)


def distribution(db: Session, actor: Actor, offering_ids: Sequence[int]) -> list[tuple[int, int]]:
    """Count the results of some own offerings by tens of per cent (one statement)."""
    own = policy.OFFERING_MANAGE.visible(actor).with_only_columns(Offering.id)
    row = db.execute(
        select(*_BY_TENS).where(
            EnrolmentResult.offering_id.in_(offering_ids), EnrolmentResult.offering_id.in_(own)
        )
    ).one()
    return [(low, int(count or 0)) for low, count in zip(TENS, row, strict=True)]


def counts(db: Session, actor: Actor) -> Counts:
    """Count what the actor may see, in one statement."""
    students = policy.STUDENT_READ.visible(actor).with_only_columns(Student.id).subquery()
    teachers = policy.TEACHER_READ.visible(actor).with_only_columns(Teacher.id).subquery()
    courses = policy.COURSE_READ.visible(actor).with_only_columns(Course.id).subquery()
    offerings = (
        policy.OFFERING_READ.visible(actor)
        .with_only_columns(Offering.id, Offering.state)
        .subquery()
    )
    departments = select(Department.id).where(Department.deleted_at.is_(None)).subquery()
    row = db.execute(
        select(
            select(func.count()).select_from(students).scalar_subquery(),
            select(func.count()).select_from(teachers).scalar_subquery(),
            select(func.count()).select_from(courses).scalar_subquery(),
            select(func.count()).select_from(departments).scalar_subquery(),
            select(func.count()).select_from(offerings).scalar_subquery(),
            select(func.count())
            .select_from(offerings)
            .where(offerings.c.state == ResultState.DRAFT)
            .scalar_subquery(),
        )
    ).one()
    return Counts(*row)
