"""What has happened on a marks sheet since somebody looked at it.

Both questions are answered by mark numbers, which are safe here (see `marks`): the marks of one offering are written
one batch after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from quad.academics.forms.marks import written
from quad.academics.grading import half_up
from quad.academics.models.people import Student
from quad.academics.models.results import EnrolmentResult, Mark
from quad.academics.models.teaching import Component, Enrolment, EnrolmentStatus, ResultState
from quad.academics.service import rollups, sheets
from quad.academics.service.judging import Cell
from quad.core.policy import Actor
from quad.identity.models.accounts import User


@dataclass(frozen=True)
class NewCell:
    """A mark entered since: where, what, by whom and when."""

    enrolment_id: int
    component_id: int
    mark_id: int
    text: str
    corrected: bool
    by: str | None
    at: datetime


@dataclass(frozen=True)
class News:
    """The marks entered since, the rows they changed, and the averages as they are now.

    `newest` is what to ask after next time. Averages are empty when nothing is new.
    """

    newest: int
    state: ResultState
    cells: Sequence[NewCell] = ()
    rows: Sequence[Any] = ()
    averages: Mapping[int, Decimal | None] = field(default_factory=dict)
    average_total: Decimal | None = None


def news(db: Session, actor: Actor, offering_id: int, after: int) -> News:
    """Return what was entered after the mark `after`: two statements when nothing was, else five.

    Raises NotFound, Forbidden.
    """
    top = sheets.head(db, actor, offering_id)
    cells = [
        NewCell(
            row.enrolment_id,
            row.component_id,
            row.id,
            written(row.value, row.absent),
            row.supersedes_id is not None,
            row.full_name,
            row.created_at,
        )
        for row in db.execute(_since(offering_id, after))
    ]
    if not cells:
        return News(after, top.state)
    averages, average_total = _averages(db, offering_id)
    return News(
        max(cell.mark_id for cell in cells),
        top.state,
        cells,
        _rows(db, {cell.enrolment_id for cell in cells}),
        averages,
        average_total,
    )


def _since(offering_id: int, after: int) -> Any:
    return (
        select(
            Mark.id,
            Mark.enrolment_id,
            Mark.component_id,
            Mark.value,
            Mark.absent,
            Mark.supersedes_id,
            Mark.created_at,
            User.full_name,
        )
        .join(Component, Component.id == Mark.component_id)
        .outerjoin(User, User.id == Mark.created_by)
        .where(Component.offering_id == offering_id, Mark.current == 1, Mark.id > after)
        .order_by(Mark.id)
    )


def _rows(db: Session, enrolment_ids: Iterable[int]) -> list[Any]:
    found: list[Any] = []
    for chunk in rollups.chunks(enrolment_ids):
        found += db.execute(
            select(
                EnrolmentResult.enrolment_id,
                EnrolmentResult.total,
                EnrolmentResult.percentage,
                EnrolmentResult.letter,
                EnrolmentResult.complete,
            ).where(EnrolmentResult.enrolment_id.in_(chunk))
        )
    return found


def _averages(db: Session, offering_id: int) -> tuple[dict[int, Decimal | None], Decimal | None]:
    counts = (Enrolment.status == EnrolmentStatus.ENROLLED) & Student.deleted_at.is_(None)
    columns = db.execute(
        select(
            Component.id,
            func.sum(case((Mark.value.is_not(None) | Mark.absent, 1), else_=0)).label("entered"),
            func.coalesce(func.sum(Mark.value), 0).label("total"),
        )
        .select_from(Component)
        .join(Mark, (Mark.component_id == Component.id) & (Mark.current == 1))
        .join(Enrolment, Enrolment.id == Mark.enrolment_id)
        .join(Student, Student.id == Enrolment.student_id)
        .where(Component.offering_id == offering_id, counts)
        .group_by(Component.id)
    )
    averages = {row.id: _average(row.total, row.entered) for row in columns}
    total, known = db.execute(
        select(func.coalesce(func.sum(EnrolmentResult.total), 0), func.count())
        .join(Enrolment, Enrolment.id == EnrolmentResult.enrolment_id)
        .join(Student, Student.id == Enrolment.student_id)
        .where(
            EnrolmentResult.offering_id == offering_id,
            EnrolmentResult.percentage.is_not(None),
            counts,
        )
    ).one()
    return averages, _average(total, known)


def _average(total: Any, count: int) -> Decimal | None:
    return half_up(Fraction(Decimal(total)) / count, 1) if count else None


def shown_at(db: Session, cells: Iterable[Cell], newest: int) -> dict[Cell, tuple[int, str]]:
    """Return what those cells showed when `newest` was the last mark: its number and text; (0, "") for nothing.

    For a person who opened the sheet then and sends it back now.
    """
    wanted = set(cells)
    shown: dict[Cell, tuple[int, str]] = dict.fromkeys(wanted, (0, ""))
    for chunk in rollups.chunks(enrolment for enrolment, _component in wanted):
        for mark in db.execute(
            select(Mark.id, Mark.enrolment_id, Mark.component_id, Mark.value, Mark.absent)
            .where(Mark.enrolment_id.in_(chunk), Mark.id <= newest)
            .order_by(Mark.id)
        ):
            cell = (mark.enrolment_id, mark.component_id)
            if cell in wanted:
                shown[cell] = (mark.id, written(mark.value, mark.absent))
    return shown
