"""Reading the results of an offering: who has what, and how the course went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from quad.academics.grading import half_up
from quad.academics.models.people import Student
from quad.academics.models.results import Award, AwardKind, EnrolmentResult, Mark, Standing
from quad.academics.models.teaching import Component, ComponentKind, Enrolment, EnrolmentStatus
from quad.academics.service import sheets
from quad.academics.service.record_parts import SHORT
from quad.academics.service.sheets import BANDS, OfferingHead
from quad.core.policy import Actor
from quad.identity.models.accounts import User


@dataclass(frozen=True)
class ResultRow:
    """One student's result; `award` says what a person gave instead of the computed one."""

    enrolment_id: int
    student_id: int
    name: str
    register_number: str
    attempt: int
    standing: Standing
    total: Decimal | None
    percentage: Decimal | None
    letter: str
    points: Decimal | None
    passed: bool
    award: AwardKind | None

    @property
    def shown(self) -> str:
        """What the record says: a letter, W, I or AB; nothing while it is open."""
        return SHORT.get(self.standing, self.letter)

    @property
    def awarded(self) -> bool:
        """Tell whether a person gave this result."""
        return self.award is not None and self.award is not AwardKind.TAKEN_BACK


@dataclass(frozen=True)
class ComponentFigures:
    """How one component went, over those who still take the offering; an absence counts as 0."""

    id: int
    name: str
    kind: ComponentKind
    maximum: Decimal
    marked: int
    absent: int
    lowest: Decimal | None
    highest: Decimal | None
    average: Decimal | None

    @property
    def percentage(self) -> Decimal | None:
        """The average in per cent of the maximum."""
        if self.average is None or not self.maximum:
            return None
        return half_up(Fraction(self.average) * 100 / Fraction(self.maximum), 1)


@dataclass(frozen=True)
class OfferingResults:
    """The results of an offering with their figures."""

    head: OfferingHead
    rows: Sequence[ResultRow]
    components: Sequence[ComponentFigures]

    @property
    def staying(self) -> list[ResultRow]:
        """The rows of those who still take the offering."""
        return [row for row in self.rows if row.standing is not Standing.WITHDRAWN]

    @property
    def finished(self) -> list[ResultRow]:
        """The rows with a grade, or absent."""
        return [row for row in self.rows if row.standing in (Standing.FINAL, Standing.ABSENT)]

    @property
    def still_open(self) -> int:
        """How many results are neither computed nor awarded yet."""
        return sum(row.standing is Standing.OPEN for row in self.rows)

    @property
    def pass_rate(self) -> Decimal | None:
        """The part of the finished that pass, in per cent."""
        done = self.finished
        passed = sum(row.passed for row in done)
        return half_up(Fraction(passed * 100, len(done)), 1) if done else None

    @property
    def average(self) -> Decimal | None:
        """The average percentage so far, of those with a mark."""
        known = [row.percentage for row in self.staying if row.percentage is not None]
        return half_up(Fraction(sum(known, Decimal(0))) / len(known), 1) if known else None

    @property
    def by_tens(self) -> list[tuple[int, int]]:
        """Count by tens of per cent: (lower bound, how many); 100 belongs to the last."""
        counts: dict[int, int] = dict.fromkeys(BANDS, 0)
        for row in self.staying:
            if row.percentage is not None:
                counts[min(int(row.percentage) // 10 * 10, BANDS[-1])] += 1
        return list(counts.items())

    @property
    def by_letter(self) -> list[tuple[str, int]]:
        """Count by what the record says, the best letter first and I, AB, W last."""
        counts = Counter(row.shown for row in self.rows if row.shown)
        best = {row.shown: row.points or Decimal(0) for row in self.rows}
        order = list(SHORT.values())
        return sorted(
            counts.items(),
            key=lambda item: (
                order.index(item[0]) if item[0] in order else -1,
                -best[item[0]],
                item[0],
            ),
        )


def results_of(db: Session, actor: Actor, offering_id: int) -> OfferingResults:
    """Return the results of an offering that the actor keeps (three statements). Raises NotFound, Forbidden."""
    head = sheets.head(db, actor, offering_id)
    rows = [ResultRow(**row._mapping) for row in db.execute(_rows(offering_id))]
    return OfferingResults(head, rows, components_of(db, offering_id))


def _rows(offering_id: int) -> Any:
    withdrawn = Enrolment.status == EnrolmentStatus.WITHDRAWN
    return (
        select(
            Enrolment.id.label("enrolment_id"),
            Student.id.label("student_id"),
            User.full_name.label("name"),
            Student.register_number,
            Enrolment.attempt,
            func.coalesce(EnrolmentResult.standing, Standing.OPEN).label("standing"),
            EnrolmentResult.total,
            EnrolmentResult.percentage,
            func.coalesce(EnrolmentResult.letter, "").label("letter"),
            EnrolmentResult.points,
            func.coalesce(EnrolmentResult.passed, False).label("passed"),
            Award.kind.label("award"),
        )
        .join(Student, Student.id == Enrolment.student_id)
        .join(User, User.id == Student.user_id)
        .outerjoin(EnrolmentResult, EnrolmentResult.enrolment_id == Enrolment.id)
        .outerjoin(Award, (Award.enrolment_id == Enrolment.id) & (Award.current == 1))
        .where(Enrolment.offering_id == offering_id, Student.deleted_at.is_(None))
        .order_by(withdrawn, Student.sort_name, Student.id)
    )


def components_of(db: Session, offering_id: int) -> list[ComponentFigures]:
    """Return how each component went (one statement). The caller has asked the policy."""
    staying = Enrolment.status == EnrolmentStatus.ENROLLED
    counts = staying & (Mark.absent | Mark.value.is_not(None))
    rows = db.execute(
        select(
            Component.id,
            Component.name,
            Component.kind,
            Component.maximum,
            func.sum(case((counts, 1), else_=0)).label("marked"),
            func.sum(case((counts & Mark.absent, 1), else_=0)).label("absent"),
            func.min(case((counts, Mark.value))).label("lowest"),
            func.max(case((counts, Mark.value))).label("highest"),
            func.sum(case((counts, Mark.value))).label("sum"),
        )
        .outerjoin(Mark, (Mark.component_id == Component.id) & (Mark.current == 1))
        .outerjoin(Enrolment, Enrolment.id == Mark.enrolment_id)
        .where(Component.offering_id == offering_id)
        .group_by(
            Component.id, Component.name, Component.kind, Component.maximum, Component.position
        )
        .order_by(Component.position, Component.id)
    )
    return [
        ComponentFigures(
            row.id,
            row.name,
            row.kind,
            row.maximum,
            int(row.marked or 0),
            int(row.absent or 0),
            row.lowest,
            row.highest,
            half_up(Fraction(row.sum or 0) / int(row.marked)) if row.marked else None,
        )
        for row in rows
    ]
