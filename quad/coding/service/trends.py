"""Numbers over time: of one student by day, of many by week, of years of admission against each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.coding import policy
from quad.coding.models.figures import ALL, DayGain, Figure, GroupTotal, GroupWeek, RankMark
from quad.coding.service.reckoning import WEEK, monday
from quad.coding.service.summaries import mine, scope_departments
from quad.core.db.rows import plain_rows
from quad.core.jobs.runtime import local_today
from quad.core.policy import Actor

WEEKS_SHOWN = 12
HEAT_WEEKS = 26
RANKS_SHOWN = 52
LEVELS = (1, 3, 6, 10)  # from how many problems a day is drawn stronger


@dataclass(frozen=True)
class Cell:
    """One day of a heat map; `level` is 0 for nothing to 4."""

    day: date
    gain: int
    level: int


@dataclass(frozen=True)
class OfWeek:
    """What was solved in one week, and by how many."""

    week: date
    gain: int
    active: int


def days(db: Session, student_id: int) -> Sequence[Any]:
    """Return the approved days of a student's linked accounts, the first day first; the caller has asked."""
    return plain_rows(
        db,
        select(DayGain.day, DayGain.account_id, DayGain.total, DayGain.gain, DayGain.rating)
        .where(DayGain.student_id == student_id)
        .order_by(DayGain.day),
    ).all()


def of_student(db: Session, student_id: int) -> Any:
    """Return a student's figures over all platforms as a row, None without any; the caller has asked."""
    table: Any = Figure.__table__
    mine = (table.c.student_id == student_id, table.c.platform_id == ALL)
    return plain_rows(db, select(table).where(*mine)).first()


def streak_now(figure: Any, today: date) -> int:
    """Return the streak if it still runs: something was gained in this week or the last one."""
    if figure.streak_week is None or figure.streak_week < monday(today) - WEEK:
        return 0
    return int(figure.streak)


def heat(rows: Sequence[Any], today: date) -> list[list[Cell]]:
    """Return the last half year by weeks, Monday first; days to come are left out."""
    first = monday(today) - (HEAT_WEEKS - 1) * WEEK
    gained: dict[date, int] = defaultdict(int)
    for row in rows:
        gained[row.day] += row.gain
    span = [first + timedelta(days=at) for at in range((today - first).days + 1)]
    cells = [Cell(day, gained.get(day, 0), _level(gained.get(day, 0))) for day in span]
    return [cells[at : at + 7] for at in range(0, len(cells), 7)]


def _level(gain: int) -> int:
    return sum(gain >= least for least in LEVELS)


def weeks(db: Session, actor: Actor, department_id: int | None = None) -> list[OfWeek]:
    """Return the last twelve weeks of one's scope, or of one department of it. Raises Forbidden."""
    policy.STUDENTS.require(actor)
    first = monday(local_today(db)) - (WEEKS_SHOWN - 1) * WEEK
    departments = scope_departments(actor)
    if departments is None:
        query: Any = (
            select(
                DayGain.week,
                func.sum(DayGain.gain).label("gain"),
                func.count(DayGain.student_id.distinct()).label("active"),
            )
            .where(
                DayGain.day >= first,
                DayGain.gain > 0,
                DayGain.student_id.in_(select(Figure.student_id).where(mine(actor))),
            )
            .group_by(DayGain.week)
        )
    else:
        query = (
            select(
                GroupWeek.week,
                func.sum(GroupWeek.gain).label("gain"),
                func.sum(GroupWeek.active).label("active"),
            )
            .where(GroupWeek.week >= first)
            .group_by(GroupWeek.week)
        )
        if departments:
            query = query.where(GroupWeek.department_id.in_(departments))
        if department_id is not None:
            query = query.where(GroupWeek.department_id == department_id)
    found = {row.week: row for row in db.execute(query)}
    shown = [first + at * WEEK for at in range(WEEKS_SHOWN)]
    return [
        OfWeek(week, int(found[week].gain), int(found[week].active))
        if week in found
        else OfWeek(week, 0, 0)
        for week in shown
    ]


@dataclass(frozen=True)
class Cohort:
    """The students of one year of admission: how many, what they solved, and how much of it in the last 30 days."""

    year: int
    students: int
    total: int
    month: int
    with_account: int

    @property
    def each(self) -> int:
        """Problems solved by each student, on average, rounded down."""
        return self.total // self.students if self.students else 0

    @property
    def each_month(self) -> int:
        """New problems of each student in the last 30 days, on average, rounded down."""
        return self.month // self.students if self.students else 0


def cohorts(db: Session, actor: Actor) -> list[Cohort]:
    """Return the years of admission in one's scope, the latest first. Raises Forbidden."""
    policy.ANALYSE.require(actor)
    departments = scope_departments(actor)
    if departments is None:
        query: Any = (
            select(
                Figure.admission_year,
                func.count(Figure.id),
                func.sum(Figure.total),
                func.sum(Figure.month),
                func.sum(func.sign(Figure.accounts)),
            )
            .where(mine(actor))
            .group_by(Figure.admission_year)
            .order_by(Figure.admission_year.desc())
        )
    else:
        query = (
            select(
                GroupTotal.admission_year,
                func.sum(GroupTotal.students),
                func.sum(GroupTotal.total),
                func.sum(GroupTotal.month),
                func.sum(GroupTotal.with_account),
            )
            .group_by(GroupTotal.admission_year)
            .having(func.sum(GroupTotal.students) > 0)
            .order_by(GroupTotal.admission_year.desc())
        )
        if departments:
            query = query.where(GroupTotal.department_id.in_(departments))
    return [Cohort(*(int(value) for value in row)) for row in db.execute(query)]


def ranks(db: Session, student_id: int) -> Sequence[Any]:
    """Return where a student stood, week by week, the first week first; the caller has asked."""
    rows = db.execute(
        select(
            RankMark.noted_on, RankMark.total, RankMark.institution_rank, RankMark.department_rank
        )
        .where(RankMark.student_id == student_id)
        .order_by(RankMark.noted_on.desc())
        .limit(RANKS_SHOWN)
    ).all()
    return rows[::-1]
