"""Reading an offering: its head, its roster, its marks sheet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.academics import policy
from quad.academics.forms import written
from quad.academics.grading import half_up
from quad.academics.models.people import Student
from quad.academics.models.results import EnrolmentResult, Mark
from quad.academics.models.teaching import (
    Component,
    Course,
    Enrolment,
    EnrolmentStatus,
    Offering,
    ResultState,
)
from quad.core.errors import Forbidden, NotFound
from quad.core.policy import Actor
from quad.identity.models import User
from quad.institution.models import Term

BANDS = tuple(range(0, 100, 10))
LISTED = 500


@dataclass(frozen=True)
class OfferingHead:
    """What stands above every page of an offering."""

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


@dataclass(frozen=True)
class SheetRow:
    """One student: marks as the sheet writes them, and the mark numbers behind them, by component."""

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
    values: dict[int, str]
    marks: dict[int, int]
    corrected: frozenset[int]


@dataclass(frozen=True)
class Sheet:
    """The whole sheet of an offering; withdrawn students stand at the end."""

    head: OfferingHead
    components: Sequence[Component]
    rows: Sequence[SheetRow]

    @property
    def enrolled(self) -> list[SheetRow]:
        """The rows of those who still take the offering."""
        return [row for row in self.rows if not row.withdrawn]

    @property
    def weight(self) -> Decimal:
        """What the weights add up to."""
        return sum((part.weight for part in self.components), Decimal(0))

    def missing(self, component_id: int) -> int:
        """Count the marks still missing in a component."""
        return sum(not row.values.get(component_id) for row in self.enrolled)

    @property
    def all_missing(self) -> int:
        """Count the marks missing in all components that have a weight."""
        return sum(self.missing(part.id) for part in self.components if part.weight)

    def average(self, component_id: int) -> Decimal | None:
        """Return the average of the marks entered; an absence counts as 0."""
        entered = [
            row.values[component_id] for row in self.enrolled if row.values.get(component_id)
        ]
        if not entered:
            return None
        numbers = [Fraction(text) if text[0].isdigit() else Fraction(0) for text in entered]
        return half_up(sum(numbers, Fraction(0)) / len(numbers), 1)

    @property
    def average_total(self) -> Decimal | None:
        """Return the average of the totals so far, of those who have a mark."""
        known = [
            Fraction(row.total)
            for row in self.enrolled
            if row.total is not None and row.percentage is not None
        ]
        return half_up(sum(known, Fraction(0)) / len(known), 1) if known else None

    @property
    def distribution(self) -> list[tuple[int, int]]:
        """Count the students by tens of per cent: (lower bound, how many); 100 belongs to the last."""
        counts: dict[int, int] = dict.fromkeys(BANDS, 0)
        for row in self.enrolled:
            if row.percentage is not None:
                counts[min(int(row.percentage) // 10 * 10, BANDS[-1])] += 1
        return list(counts.items())


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
        )
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .outerjoin(User, User.id == Offering.faculty_id)
    )


def head(db: Session, actor: Actor, offering_id: int) -> OfferingHead:
    """Return the head of an offering that the actor keeps. Raises NotFound, Forbidden."""
    managed = policy.OFFERING_MANAGE.where(actor)
    row = db.execute(heads().where(Offering.id == offering_id, managed)).first()
    if row is None:
        seen = policy.OFFERING_READ.visible(actor).where(Offering.id == offering_id)
        raise NotFound if db.scalar(seen) is None else Forbidden
    return OfferingHead(**row._asdict())


def components(db: Session, offering_id: int) -> Sequence[Component]:
    """Return the components of an offering in their order. The caller has asked the policy."""
    return db.scalars(
        select(Component)
        .where(Component.offering_id == offering_id)
        .order_by(Component.position, Component.id)
    ).all()


def sheet(db: Session, actor: Actor, offering_id: int) -> Sheet:
    """Return the whole sheet: four statements, whatever its size. Raises NotFound, Forbidden."""
    top = head(db, actor, offering_id)
    parts = components(db, offering_id)
    texts: dict[int, dict[int, str]] = defaultdict(dict)
    ids: dict[int, dict[int, int]] = defaultdict(dict)
    corrected: dict[int, set[int]] = defaultdict(set)
    for mark in db.execute(
        select(
            Mark.id,
            Mark.enrolment_id,
            Mark.component_id,
            Mark.value,
            Mark.absent,
            Mark.supersedes_id,
        )
        .join(Component, Component.id == Mark.component_id)
        .where(Component.offering_id == offering_id, Mark.current == 1)
    ):
        texts[mark.enrolment_id][mark.component_id] = written(mark.value, mark.absent)
        ids[mark.enrolment_id][mark.component_id] = mark.id
        if mark.supersedes_id is not None:
            corrected[mark.enrolment_id].add(mark.component_id)
    rows = [
        SheetRow(
            **row._asdict(),
            values=texts[row.enrolment_id],
            marks=ids[row.enrolment_id],
            corrected=frozenset(corrected[row.enrolment_id]),
        )
        for row in db.execute(_roster(offering_id))
    ]
    return Sheet(top, parts, rows)


def _roster(offering_id: int) -> Any:
    withdrawn = (Enrolment.status == EnrolmentStatus.WITHDRAWN).label("withdrawn")
    return (
        select(
            Enrolment.id.label("enrolment_id"),
            Student.id.label("student_id"),
            User.full_name.label("name"),
            Student.register_number,
            Enrolment.attempt,
            withdrawn,
            EnrolmentResult.total,
            EnrolmentResult.percentage,
            func.coalesce(EnrolmentResult.letter, "").label("letter"),
            func.coalesce(EnrolmentResult.complete, False).label("complete"),
        )
        .join(Student, Student.id == Enrolment.student_id)
        .join(User, User.id == Student.user_id)
        .outerjoin(EnrolmentResult, EnrolmentResult.enrolment_id == Enrolment.id)
        .where(Enrolment.offering_id == offering_id, Student.deleted_at.is_(None))
        .order_by(withdrawn, Student.sort_name, Student.id)
    )


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
