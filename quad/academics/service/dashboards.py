"""What the home pages show beside a student's own record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Integer, Select, bindparam, case, cast, func, select
from sqlalchemy.orm import Session

from quad.academics.models.results import EnrolmentResult, Mark
from quad.academics.models.tallies import (
    COURSES,
    DEPARTMENTS,
    DRAFTS,
    OFFERINGS,
    STUDENTS,
    TEACHERS,
)
from quad.academics.models.teaching import (
    Component,
    Course,
    Enrolment,
    EnrolmentStatus,
    Offering,
    ResultState,
    Weighting,
)
from quad.academics.policy import base as policy
from quad.core import tallies
from quad.core.db.rows import plain_rows
from quad.core.policy import EVERYTHING, Actor, Permission
from quad.core.tallies import Tally, TallyRow
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


def _taught() -> Select[Any]:
    enrolled = (
        select(func.count())
        .where(Enrolment.offering_id == Offering.id, Enrolment.status == EnrolmentStatus.ENROLLED)
        .correlate(Offering)
        .scalar_subquery()
    )
    # Where points count, the weights say nothing.
    counting = (Component.weight > 0) | (Offering.weighting == Weighting.POINTS)
    parts = (
        select(func.count())
        .where(Component.offering_id == Offering.id, counting)
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
            counting,
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
    return (
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
        .where(Offering.faculty_id == bindparam("faculty"))
        .order_by(Term.starts_on.desc(), Course.code_key, Offering.id)
        .limit(MOST)
    )


# Made once: putting it together takes longer than the database needs to answer it.
_TAUGHT = _taught()


def taught(db: Session, actor: Actor) -> Sequence[Taught]:
    """Return the actor's own latest offerings (one statement)."""
    rows = plain_rows(
        db,
        _TAUGHT.where(policy.OFFERING_READ.where(actor)),
        {"faculty": actor.own_id},
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
_DISTRIBUTION = select(*_BY_TENS).where(
    EnrolmentResult.offering_id.in_(bindparam("offerings", expanding=True))
)


def distribution(db: Session, actor: Actor, offering_ids: Sequence[int]) -> list[tuple[int, int]]:
    """Count the results of some own offerings by tens of per cent (one statement)."""
    own = policy.OFFERING_MANAGE.visible(actor).with_only_columns(Offering.id)
    row = plain_rows(
        db, _DISTRIBUTION.where(EnrolmentResult.offering_id.in_(own)), {"offerings": offering_ids}
    ).one()
    return [(low, int(count or 0)) for low, count in zip(TENS, row, strict=True)]


_TALLIES = tallies.statement(
    [each.name for each in (STUDENTS, TEACHERS, COURSES, DEPARTMENTS, OFFERINGS, DRAFTS)],
    bindparam("departments", expanding=True),
)


def counts(db: Session, actor: Actor) -> Counts:
    """Tell how much the actor may see, from tallies: in all, or in the departments one heads (one statement).

    For the roles whose home page shows it, admin and head of department; nothing is counted for others.
    """
    headed = actor.departments("hod")
    numbers = tallies.as_numbers(plain_rows(db, _TALLIES, {"departments": headed}))

    def seen(of: Tally, permission: Permission[Any]) -> int:
        whole, within = numbers.get(of.name, (0, 0))
        return whole if permission.branches(actor) is EVERYTHING else within

    return Counts(
        students=seen(STUDENTS, policy.STUDENT_READ),
        teachers=seen(TEACHERS, policy.TEACHER_READ),
        courses=seen(COURSES, policy.COURSE_READ),
        departments=numbers.get(DEPARTMENTS.name, (0, 0))[0],
        offerings=seen(OFFERINGS, policy.OFFERING_READ),
        drafts=seen(DRAFTS, policy.OFFERING_READ),
    )


@dataclass(frozen=True)
class InDepartment:
    """One department and how much there is in it."""

    id: int
    name: str
    students: int
    teachers: int
    offerings: int
    drafts: int


def _number_of(which: Tally) -> Any:
    value = case((TallyRow.name == which.name, TallyRow.value), else_=0)
    return func.coalesce(func.sum(value), 0)


_STUDENTS = _number_of(STUDENTS).label("students")
_BY_DEPARTMENT = (
    select(
        Department.id,
        Department.name,
        _STUDENTS,
        _number_of(TEACHERS).label("teachers"),
        _number_of(OFFERINGS).label("offerings"),
        _number_of(DRAFTS).label("drafts"),
    )
    .outerjoin(TallyRow, TallyRow.scope == Department.id)
    .where(Department.deleted_at.is_(None))
    .group_by(Department.id, Department.name, Department.sort_name)
    .order_by(_STUDENTS.desc(), Department.sort_name)
    .limit(MOST)
)


def by_department(db: Session, actor: Actor) -> list[InDepartment]:
    """Return the largest departments, or those the actor heads, with what is in them (one statement)."""
    wanted = _BY_DEPARTMENT
    if not actor.has("admin"):
        wanted = wanted.where(Department.id.in_(actor.departments("hod")))
    return [
        InDepartment(
            row.id,
            row.name,
            int(row.students),
            int(row.teachers),
            int(row.offerings),
            int(row.drafts),
        )
        for row in plain_rows(db, wanted)
    ]
