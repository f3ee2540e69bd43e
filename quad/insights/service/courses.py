"""How an offering goes: distribution, components and their spread, earlier offerings, and who is at risk by which rule.

The rules count what is there; nothing is predicted.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isqrt
from statistics import median
from typing import Any

from sqlalchemy import case, func, select, type_coerce
from sqlalchemy.orm import Session

from quad.academics.models.attendance import AttendanceTotal
from quad.academics.models.figures import OfferingFigures
from quad.academics.models.people import Student
from quad.academics.models.results import Mark, Standing
from quad.academics.models.teaching import Component, ComponentKind, Enrolment, Offering
from quad.academics.service import attendance_totals, offering_results
from quad.academics.service.offering_results import OfferingResults, ResultRow
from quad.core.db.rows import plain_rows
from quad.core.db.types import Fixed
from quad.core.policy import Actor
from quad.core.reporting import exactly, ratio, share
from quad.core.settings import value
from quad.identity.models.accounts import User
from quad.institution.models import GradeBand, GradingScheme, Programme, Term

EARLIER = 12
TESTS = (ComponentKind.INTERNAL, ComponentKind.EXTERNAL)
FEW_MARKS = 2  # so many marks missing that others have


class Rule(enum.StrEnum):
    """Why a student is at risk in a course."""

    FAILED = "failed"
    BELOW = "below"
    ATTENDANCE = "attendance"
    ABSENT = "absent"
    MISSING = "missing"
    REPEATING = "repeating"


@dataclass(frozen=True)
class Reason:
    """One rule that holds for a student: the number it looked at, and the limit it was compared with."""

    rule: Rule
    number: Decimal | int | None = None
    limit: Decimal | int | None = None


@dataclass(frozen=True)
class AtRisk:
    """A student with the reasons, the gravest first."""

    row: ResultRow
    reasons: Sequence[Reason]


@dataclass(frozen=True)
class Spread:
    """How the marks of one component spread, in per cent of its maximum; an absence counts as 0."""

    id: int
    name: str
    maximum: Decimal
    marked: int
    absent: int
    lowest: Decimal | None
    middle: Decimal | None
    average: Decimal | None
    highest: Decimal | None
    deviation: Decimal | None


@dataclass(frozen=True)
class Earlier:
    """One offering of the same course, with the results of it that count."""

    id: int
    term: str
    section: str
    teacher: str | None
    results: int
    pass_rate: Decimal | None
    average: Decimal | None
    this: bool


@dataclass(frozen=True)
class CourseAnalytics:
    """Everything the page of an offering's analytics shows; `earlier` runs from the oldest on, this one included."""

    results: OfferingResults
    components: Sequence[Spread]
    earlier: Sequence[Earlier]
    at_risk: Sequence[AtRisk]


@dataclass(frozen=True)
class _Part:
    id: int
    name: str
    kind: ComponentKind
    maximum: Decimal


def of_offering(db: Session, actor: Actor, offering_id: int) -> CourseAnalytics:
    """Return how an offering that the actor keeps goes (six statements). Raises NotFound, Forbidden."""
    results = offering_results.results_of(db, actor, offering_id)
    parts = [_Part(one.id, one.name, one.kind, one.maximum) for one in results.components]
    marks = _marks(db, offering_id)
    staying = {row.enrolment_id for row in results.staying}
    return CourseAnalytics(
        results,
        [_spread(part, marks, staying) for part in parts],
        _earlier(db, results.head.course_id, offering_id),
        _at_risk(db, results, parts, marks),
    )


Marks = Mapping[tuple[int, int], Decimal | None]


def _marks(db: Session, offering_id: int) -> Marks:
    """Return the marks by (enrolment, component); None is an absence."""
    rows: Any = plain_rows(
        db,
        select(Mark.enrolment_id, Mark.component_id, Mark.value, Mark.absent)
        .join(Component, Component.id == Mark.component_id)
        .where(
            Component.offering_id == offering_id,
            Mark.current == 1,
            Mark.absent | Mark.value.is_not(None),
        ),
    )
    return {(row[0], row[1]): None if row[3] else row[2] for row in rows}


def _spread(part: _Part, marks: Marks, staying: set[int]) -> Spread:
    found = [
        given
        for (enrolment, one), given in marks.items()
        if one == part.id and enrolment in staying
    ]
    whole = Fraction(part.maximum) or Fraction(1)
    cents = [Fraction(given or 0) * 100 / whole for given in found]
    return Spread(
        part.id,
        part.name,
        part.maximum,
        len(found),
        sum(given is None for given in found),
        *(exactly(one) if cents else None for one in _five(cents)),
    )


def _five(cents: Sequence[Fraction]) -> tuple[Fraction, Fraction, Fraction, Fraction, Fraction]:
    """Return lowest, median, average, highest and standard deviation (of the population)."""
    if not cents:
        nothing = Fraction(0)
        return nothing, nothing, nothing, nothing, nothing
    average = sum(cents, Fraction(0)) / len(cents)
    variance = sum(((one - average) ** 2 for one in cents), Fraction(0)) / len(cents)
    deviation = Fraction(isqrt(int(variance * 10_000)), 100)
    return min(cents), Fraction(median(cents)), average, max(cents), deviation


def _earlier(db: Session, course_id: int, offering_id: int) -> list[Earlier]:
    one = OfferingFigures
    rows: Any = plain_rows(
        db,
        select(
            Offering.id,
            Term.name,
            Offering.section,
            User.full_name,
            one.number,
            one.passes,
            one.known,
            one.percentage,
        )
        .select_from(one)
        .join(Offering, Offering.id == one.offering_id)
        .join(Term, Term.id == Offering.term_id)
        .outerjoin(User, User.id == Offering.faculty_id)
        .where(one.course_id == course_id, one.number > 0)
        .order_by(Term.starts_on.desc(), Offering.section.desc(), Offering.id.desc())
        .limit(EARLIER),
    )
    found = [
        Earlier(
            row[0],
            row[1],
            row[2],
            row[3],
            row[4],
            share(row[5], row[4]),
            ratio(row[7], row[6], 1),
            row[0] == offering_id,
        )
        for row in rows
    ]
    return found[::-1]


def _at_risk(
    db: Session, results: OfferingResults, parts: Sequence[_Part], marks: Marks
) -> list[AtRisk]:
    known = _known(db, results.head.id)
    limit = value(db, attendance_totals.LIMIT)
    everywhere = len(results.staying)
    common = [
        part
        for part in parts
        if sum((row.enrolment_id, part.id) in marks for row in results.staying) * 2 > everywhere
    ]
    found = []
    for row in results.staying:
        reasons = list(_reasons(row, known[row.enrolment_id], limit, common, marks))
        if any(reason.rule is not Rule.REPEATING for reason in reasons):
            found.append(AtRisk(row, reasons))
    order = list(Rule)
    return sorted(
        found,
        key=lambda one: (
            order.index(one.reasons[0].rule),
            -len(one.reasons),
            one.row.percentage or Decimal(0),
        ),
    )


def _reasons(
    row: ResultRow,
    known: _Known,
    limit: int,
    common: Sequence[_Part],
    marks: Marks,
) -> Iterable[Reason]:
    done = row.standing in (Standing.FINAL, Standing.ABSENT)
    if done and not row.passed:
        yield Reason(Rule.FAILED, row.percentage, known.line)
    elif not done and row.percentage is not None and row.percentage < known.line:
        yield Reason(Rule.BELOW, row.percentage, known.line)
    if known.attendance is not None:
        yield Reason(Rule.ATTENDANCE, known.attendance, limit)
    if done:
        return
    missed = [
        part
        for part in common
        if part.kind in TESTS and marks.get((row.enrolment_id, part.id), 0) is None
    ]
    if missed:
        yield Reason(Rule.ABSENT, len(missed))
    without = [part for part in common if (row.enrolment_id, part.id) not in marks]
    if len(without) >= FEW_MARKS:
        yield Reason(Rule.MISSING, len(without))
    if row.attempt > 1:
        yield Reason(Rule.REPEATING, row.attempt)


@dataclass(frozen=True)
class _Known:
    """What one student is measured by: the percentage it takes to pass, and an attendance that is too low."""

    line: Decimal
    attendance: Decimal | None


def _known(db: Session, offering_id: int) -> dict[int, _Known]:
    """Return what each enrolment is measured by: results are read by the scheme of the student's own programme."""
    usual = select(GradingScheme.id).where(GradingScheme.default_mark == 1).scalar_subquery()
    line = (
        select(func.min(GradeBand.minimum))
        .where(
            GradeBand.scheme_id == func.coalesce(Programme.grading_scheme_id, usual),
            GradeBand.passes,
        )
        .correlate(Programme)
        .scalar_subquery()
    )
    short = case((AttendanceTotal.short, AttendanceTotal.percentage))
    rows: Any = plain_rows(
        db,
        select(Enrolment.id, line, type_coerce(short, Fixed(2)))
        .join(Student, Student.id == Enrolment.student_id)
        .outerjoin(Programme, Programme.id == Student.programme_id)
        .outerjoin(AttendanceTotal, AttendanceTotal.enrolment_id == Enrolment.id)
        .where(Enrolment.offering_id == offering_id),
    )
    return {row[0]: _Known(row[1] or Decimal(0), row[2]) for row in rows}
