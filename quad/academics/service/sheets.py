"""Reading an offering: its head, its roster, its marks sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session

from quad.academics.forms.marks import written
from quad.academics.grading import Assessed, Plan, half_up
from quad.academics.models.people import Student
from quad.academics.models.results import EnrolmentResult, Mark, Standing
from quad.academics.models.teaching import (
    Component,
    ComponentKind,
    Course,
    Enrolment,
    EnrolmentStatus,
    Offering,
    ResultState,
    Weighting,
)
from quad.academics.policy import base as policy
from quad.academics.service.record_parts import SHORT
from quad.academics.service.weighing import Sums, sums_of
from quad.core.db.rows import plain_rows
from quad.core.errors import Forbidden, NotFound
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.institution.models import Term

BANDS = tuple(range(0, 100, 10))
LISTED = 500


@dataclass(frozen=True)
class OfferingHead:
    """What stands above every page of an offering. `assessed` tells whether it has components."""

    id: int
    course_id: int
    code: str
    title: str
    credits: Decimal
    section: str
    term: str
    term_id: int
    department_id: int | None
    faculty_id: int | None
    teacher: str | None
    state: ResultState
    version: int
    weighting: Weighting
    exam_share: Decimal
    assessed: bool


@dataclass(slots=True)
class SheetRow:
    """One student: marks as the sheet writes them, and the mark numbers behind them, by component.

    `corrected` and `carried` name the components whose mark replaced an earlier one, or came from an earlier attempt.
    The first fields stand in the order of the roster's statement.
    """

    enrolment_id: int
    student_id: int
    name: str
    register_number: str
    attempt: int
    withdrawn: bool
    total: Decimal | None
    percentage: Decimal | None
    letter: str
    complete: bool
    standing: Standing
    passed: bool
    values: dict[int, str] = field(default_factory=dict)
    marks: dict[int, int] = field(default_factory=dict)
    corrected: list[int] = field(default_factory=list)
    carried: list[int] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """What the record says: a letter, W, I or AB; nothing while it is open."""
        return SHORT.get(self.standing, self.letter)


@dataclass
class Entered:
    """The marks of one component that count: how many, and their sum; an absence counts as 0."""

    count: int = 0
    total: Decimal = Decimal(0)

    def take(self, value: Decimal | None) -> None:
        """Count one more mark; None is an absence."""
        self.count += 1
        self.total += value or 0

    @property
    def average(self) -> Decimal | None:
        """Return the average, to one decimal."""
        return half_up(Fraction(self.total) / self.count, 1) if self.count else None


@dataclass(frozen=True)
class Roster:
    """The students of an offering and their results, without the marks behind them; withdrawn ones stand at the end."""

    head: OfferingHead
    rows: Sequence[SheetRow]

    @cached_property
    def enrolled(self) -> list[SheetRow]:
        """The rows of those who still take the offering."""
        return [row for row in self.rows if not row.withdrawn]

    @property
    def distribution(self) -> list[tuple[int, int]]:
        """Count the students by tens of per cent: (lower bound, how many); 100 belongs to the last."""
        counts: dict[int, int] = dict.fromkeys(BANDS, 0)
        for row in self.enrolled:
            if row.percentage is not None:
                counts[min(int(row.percentage) // 10 * 10, BANDS[-1])] += 1
        return list(counts.items())


@dataclass(frozen=True)
class Sheet(Roster):
    """The whole sheet of an offering. `newest` is the number of the last mark that went into it (0 without marks)."""

    components: Sequence[Component]
    entered: Mapping[int, Entered]
    newest: int

    @cached_property
    def sums(self) -> Sums:
        """What the components add up to."""
        return sums_of(self.head.weighting, self.head.exam_share, self.components)

    @property
    def weight(self) -> Decimal:
        """What the weights add up to."""
        return self.sums.weight

    def missing(self, component_id: int) -> int:
        """Count the marks still missing in a component."""
        return len(self.enrolled) - self.entered[component_id].count

    @property
    def all_missing(self) -> int:
        """Count the marks missing in all components that decide something."""
        parts = [
            Assessed(one.maximum, one.weight, exam=one.kind is ComponentKind.EXTERNAL)
            for one in self.components
        ]
        shares = Plan(parts, self.head.weighting, self.head.exam_share).shares
        return sum(
            self.missing(part.id)
            for part, share in zip(self.components, shares, strict=True)
            if share
        )

    @cached_property
    def incomplete(self) -> int:
        """Count the students who have no result yet."""
        return sum(not row.complete for row in self.enrolled)

    def average(self, component_id: int) -> Decimal | None:
        """Return the average of the marks entered; an absence counts as 0."""
        return self.entered[component_id].average

    @property
    def average_total(self) -> Decimal | None:
        """Return the average of the totals so far, of those who have a mark."""
        known = [
            row.total
            for row in self.enrolled
            if row.total is not None and row.percentage is not None
        ]
        return half_up(Fraction(sum(known, Decimal(0))) / len(known), 1) if known else None


def heads() -> Any:
    """Select what OfferingHead needs."""
    return (
        select(
            Offering.id,
            Offering.course_id,
            Course.code,
            Course.title,
            Course.credits,
            Offering.section,
            Term.name.label("term"),
            Offering.term_id,
            Offering.department_id,
            Offering.faculty_id,
            User.full_name.label("teacher"),
            Offering.state,
            Offering.version,
            Offering.weighting,
            Offering.exam_share,
            exists().where(Component.offering_id == Offering.id).label("assessed"),
        )
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .outerjoin(User, User.id == Offering.faculty_id)
    )


_HEAD = heads().where(Offering.id == bindparam("offering"))
_COMPONENTS = (
    select(Component)
    .where(Component.offering_id == bindparam("offering"))
    .order_by(Component.position, Component.id)
)
_MARKS = (
    select(
        Mark.id,
        Mark.enrolment_id,
        Mark.component_id,
        Mark.value,
        Mark.absent,
        Mark.supersedes_id,
        Mark.carried_over,
    )
    .join(Component, Component.id == Mark.component_id)
    .where(Component.offering_id == bindparam("offering"), Mark.current == 1)
)
_WITHDRAWN = (Enrolment.status == EnrolmentStatus.WITHDRAWN).label("withdrawn")
_ROSTER = (
    select(
        Enrolment.id.label("enrolment_id"),
        Student.id.label("student_id"),
        User.full_name.label("name"),
        Student.register_number,
        Enrolment.attempt,
        _WITHDRAWN,
        EnrolmentResult.total,
        EnrolmentResult.percentage,
        func.coalesce(EnrolmentResult.letter, "").label("letter"),
        func.coalesce(EnrolmentResult.complete, False).label("complete"),
        func.coalesce(EnrolmentResult.standing, Standing.OPEN).label("standing"),
        func.coalesce(EnrolmentResult.passed, False).label("passed"),
    )
    .join(Student, Student.id == Enrolment.student_id)
    .join(User, User.id == Student.user_id)
    .outerjoin(EnrolmentResult, EnrolmentResult.enrolment_id == Enrolment.id)
    .where(Enrolment.offering_id == bindparam("offering"), Student.deleted_at.is_(None))
    .order_by(_WITHDRAWN, Student.sort_name, Student.id)
)


def head(db: Session, actor: Actor, offering_id: int) -> OfferingHead:
    """Return the head of an offering that the actor keeps. Raises NotFound, Forbidden."""
    managed = _HEAD.where(policy.OFFERING_MANAGE.where(actor))
    row = plain_rows(db, managed, {"offering": offering_id}).first()
    if row is None:
        seen = policy.OFFERING_READ.visible(actor).where(Offering.id == offering_id)
        raise NotFound if db.scalar(seen) is None else Forbidden
    return OfferingHead(*tuple(row))


def components(db: Session, offering_id: int) -> Sequence[Component]:
    """Return the components of an offering in their order. The caller has asked the policy."""
    return db.scalars(_COMPONENTS, {"offering": offering_id}).all()


def roster(db: Session, actor: Actor, offering_id: int) -> Roster:
    """Return the students of an offering: two statements. Raises NotFound, Forbidden."""
    return Roster(head(db, actor, offering_id), _listed(db, offering_id))


def sheet(db: Session, actor: Actor, offering_id: int) -> Sheet:
    """Return the whole sheet: four statements, whatever its size. Raises NotFound, Forbidden."""
    top = head(db, actor, offering_id)
    parts = components(db, offering_id)
    rows = _listed(db, offering_id)
    by_enrolment = {row.enrolment_id: row for row in rows}
    entered = {part.id: Entered() for part in parts}
    newest = 0
    # Thousands of marks on the largest sheets: columns by place, and each way to write one only once.
    found: Sequence[Any] = plain_rows(db, _MARKS, {"offering": offering_id}).all()
    for mark, enrolment, part, value, absent, earlier, carried in found:
        newest = max(newest, mark)
        row = by_enrolment.get(enrolment)
        if row is None or part not in entered:
            continue
        row.values[part] = written(value, absent)
        row.marks[part] = mark
        if earlier is not None:
            row.corrected.append(part)
        if carried:
            row.carried.append(part)
        if not row.withdrawn and (absent or value is not None):
            entered[part].take(value)
    return Sheet(top, rows, parts, entered, newest)


def _listed(db: Session, offering_id: int) -> list[SheetRow]:
    """Read the roster, without marks."""
    found: Sequence[Any] = plain_rows(db, _ROSTER, {"offering": offering_id}).all()
    return [SheetRow(*row) for row in found]


def person(db: Session, student_id: int) -> Any:
    """Return name and register number of a student; the caller has asked the policy."""
    return db.execute(
        select(Student.id, Student.register_number, User.full_name.label("name"))
        .join(User, User.id == Student.user_id)
        .where(Student.id == student_id)
    ).one()


def open_offerings(db: Session, actor: Actor) -> Sequence[tuple[int, str]]:
    """Return (offering, words) of what the actor may enrol students in, the latest term first, for menus."""
    rows = db.execute(
        heads()
        .where(policy.OFFERING_MANAGE.where(actor), Offering.state != ResultState.LOCKED)
        .order_by(Term.starts_on.desc(), Course.code_key, Offering.section)
        .limit(LISTED)
    )
    return [(row.id, f"{row.code} {row.title}, {row.section}, {row.term}") for row in rows]
