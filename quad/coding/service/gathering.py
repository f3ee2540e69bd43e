"""What snapshots come to, worked out by the database for many students at once: `reckoning.reached`, set-wise.

The rules that make figures of it (scores, risks, what moves on which day) stand in service/reckoning.py alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, Integer, and_, case, func, insert, literal, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement

from quad.coding.models.accounts import CodingAccount, Platform
from quad.coding.models.figures import DayGain
from quad.coding.models.snapshots import Snapshot, Status
from quad.coding.service.reckoning import MONTH, NEVER, WEEK, Entry, Reached, Weeks
from quad.core.db.rows import plain_rows

FIRST_MONDAY = date(1970, 1, 5)
DAYS = ("account_id", "day", "week", "student_id", "total", "gain", "rating")

_DAYS: Any = DayGain.__table__


class _WeekNumber(FunctionElement[int]):
    """How many weeks lie between the first Monday of 1970 and a day."""

    type = Integer()
    inherit_cache = True


class _Monday(FunctionElement[date]):
    """The first day of a day's week."""

    type = Date()
    inherit_cache = True


def _inside(element: Any, compiler: Any, options: dict[str, Any]) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(_WeekNumber, "postgresql")
def _week_number_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"(({_inside(element, compiler, options)} - DATE '1970-01-05') / 7)"


@compiles(_WeekNumber, "sqlite")
def _week_number_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    days = f"julianday({_inside(element, compiler, options)}) - 2440591.5"
    return f"CAST(({days}) / 7 AS INTEGER)"


@compiles(_WeekNumber, "mysql", "mariadb")
def _week_number_mariadb(element: Any, compiler: Any, **options: Any) -> str:
    return f"(DATEDIFF({_inside(element, compiler, options)}, '1970-01-05') DIV 7)"


@compiles(_Monday, "postgresql")
def _monday_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    day = _inside(element, compiler, options)
    return f"({day} - (CAST(EXTRACT(ISODOW FROM {day}) AS INTEGER) - 1))"


@compiles(_Monday, "sqlite")
def _monday_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"date({_inside(element, compiler, options)}, '-6 days', 'weekday 1')"


@compiles(_Monday, "mysql", "mariadb")
def _monday_mariadb(element: Any, compiler: Any, **options: Any) -> str:
    day = _inside(element, compiler, options)
    return f"({day} - INTERVAL WEEKDAY({day}) DAY)"


def _counted(ids: Sequence[int]) -> Any:
    """Select the approved snapshots of linked accounts, what each gained, and its place from the latest (1) back."""
    before = func.lag(Snapshot.total_solved).over(
        partition_by=Snapshot.account_id, order_by=Snapshot.taken_on
    )
    back = func.row_number().over(
        partition_by=Snapshot.account_id, order_by=Snapshot.taken_on.desc()
    )
    return (
        select(
            Snapshot.account_id,
            Snapshot.student_id,
            Snapshot.taken_on.label("day"),
            Snapshot.total_solved.label("total"),
            Snapshot.easy_solved.label("easy"),
            Snapshot.medium_solved.label("medium"),
            Snapshot.hard_solved.label("hard"),
            Snapshot.contest_rating.label("rating"),
            (Snapshot.total_solved - func.coalesce(before, Snapshot.total_solved)).label("gain"),
            back.label("back"),
        )
        .join(CodingAccount, CodingAccount.id == Snapshot.account_id)
        .where(
            Snapshot.student_id.in_(ids),
            Snapshot.status == Status.APPROVED,
            CodingAccount.unlinked_at.is_(None),
        )
        .subquery()
    )


def accounts(db: Session, ids: Sequence[int], today: date) -> dict[int, list[Reached]]:
    """Return what the linked accounts of these students have reached, by student."""
    weeks = _weeks(db, ids, "account_id")
    found: dict[int, list[Reached]] = defaultdict(list)
    for row in plain_rows(db, _accounts(ids, today)):
        found[row.student_id].append(_reached(row, weeks.get(row.id, Weeks())))
    return found


def together(db: Session, ids: Sequence[int]) -> dict[int, Weeks]:
    """Return the weeks of these students over all their accounts, by student."""
    return _weeks(db, ids, "student_id") if ids else {}


def _accounts(ids: Sequence[int], today: date) -> Any:
    counted = _counted(ids)
    columns = counted.c
    recent, latest_days = columns.day > today - MONTH, columns.day > today - WEEK

    def at(place: int, name: str) -> Any:
        return func.max(case((columns.back == place, columns[name]))).label(f"{name}{place}")

    def gained(when: Any, name: str) -> Any:
        return func.sum(case((when, columns.gain), else_=0)).label(name)

    def first(when: Any, name: str) -> Any:
        return func.min(case((and_(when, columns.gain != 0), columns.day))).label(name)

    summed = (
        select(
            columns.account_id,
            func.count().label("snapshots"),
            *(at(1, name) for name in ("day", "total", "easy", "medium", "hard", "rating")),
            at(2, "total"),
            gained(latest_days, "week"),
            gained(recent, "month"),
            first(latest_days, "week_from"),
            first(recent, "month_from"),
        )
        .group_by(columns.account_id)
        .subquery()
    )
    return (
        select(
            CodingAccount.id,
            CodingAccount.student_id,
            CodingAccount.platform_id,
            Platform.weight,
            CodingAccount.linked_on,
            *(column for column in summed.c if column.name != "account_id"),
        )
        .join(Platform, Platform.id == CodingAccount.platform_id)
        .outerjoin(summed, summed.c.account_id == CodingAccount.id)
        .where(CodingAccount.student_id.in_(ids), CodingAccount.unlinked_at.is_(None))
        .order_by(CodingAccount.id)
    )


def _reached(row: Any, weeks: Weeks) -> Reached:
    if not row.snapshots:
        return Reached(row.platform_id, row.weight, row.linked_on, 0, None, 0, 0, 0, NEVER, weeks)
    ends = (
        NEVER if row.week_from is None else row.week_from + WEEK,
        NEVER if row.month_from is None else row.month_from + MONTH,
    )
    return Reached(
        platform_id=row.platform_id,
        weight=row.weight,
        linked_on=row.linked_on,
        snapshots=row.snapshots,
        latest=Entry(row.day1, row.total1, row.easy1, row.medium1, row.hard1, row.rating1),
        previous=row.total2 or 0,
        week=int(row.week),
        month=int(row.month),
        moves_on=min(ends),
        weeks=weeks,
    )


def _weeks(db: Session, ids: Sequence[int], key: str) -> dict[int, Weeks]:
    """Return the weeks by account or by student.

    Counted back from the last one, the number of a week and its place add up to the same until there is a gap.
    """
    counted = _counted(ids)
    owner = counted.c[key].label("owner")
    week = _WeekNumber(counted.c.day).label("week")
    active = (
        select(owner, week).group_by(owner, week).having(func.sum(counted.c.gain) > 0).subquery()
    )
    place = func.row_number().over(partition_by=active.c.owner, order_by=active.c.week.desc())
    last = func.max(active.c.week).over(partition_by=active.c.owner)
    placed = select(
        active.c.owner, (active.c.week + place - 1).label("sum"), last.label("last")
    ).subquery()
    rows = plain_rows(
        db,
        select(
            placed.c.owner,
            func.count().label("active"),
            func.sum(case((placed.c.sum == placed.c.last, 1), else_=0)).label("streak"),
            func.max(placed.c.last).label("last"),
        ).group_by(placed.c.owner),
    )
    return {
        row.owner: Weeks(row.active, int(row.streak), FIRST_MONDAY + timedelta(weeks=row.last))
        for row in rows
    }


def days(db: Session, ids: Sequence[int]) -> set[int]:
    """Bring the approved days of these students to what the snapshots say; return whose were off."""
    had = _having_days(db, ids)
    off = _drop_stale(db, sorted(had)) | _missing(db, sorted(had)) if had else set()
    new = sorted(set(ids) - had)  # of whom there is nothing to compare with
    if wanted := [*new, *off]:
        fresh = _fresh(wanted)
        values = select(*(fresh.c[name] for name in DAYS))
        db.connection().execute(insert(_DAYS).from_select(DAYS, values))
    return off | _having_days(db, new)


def _having_days(db: Session, ids: Sequence[int]) -> set[int]:
    query = select(_DAYS.c.student_id).where(_DAYS.c.student_id.in_(ids)).distinct()
    return set(plain_rows(db, query).scalars())


def _missing(db: Session, ids: Sequence[int]) -> set[int]:
    """Return whose snapshots say a day that is not there."""
    return set(plain_rows(db, select(_fresh(ids).c.student_id).distinct()).scalars())


def _said(ids: Sequence[int]) -> Any:
    counted = _counted(ids)
    columns = counted.c
    return select(
        columns.account_id,
        columns.day,
        _Monday(columns.day).label("week"),
        columns.student_id,
        columns.total,
        columns.gain,
        columns.rating,
    ).subquery()


def _same_day(said: Any) -> Any:
    return and_(_DAYS.c.account_id == said.c.account_id, _DAYS.c.day == said.c.day)


def _fresh(ids: Sequence[int]) -> Any:
    said = _said(ids)
    return (
        select(said)
        .outerjoin(_DAYS, _same_day(said))
        .where(_DAYS.c.account_id.is_(None))
        .subquery()
    )


def _drop_stale(db: Session, ids: Sequence[int]) -> set[int]:
    """Take away days that no snapshot says, or says otherwise; return whose they were."""
    said = _said(ids)
    differs = [_DAYS.c[name] != said.c[name] for name in ("week", "student_id", "total", "gain")]
    stale = (
        select(_DAYS.c.account_id, _DAYS.c.day, _DAYS.c.student_id)
        .outerjoin(said, _same_day(said))
        .where(
            _DAYS.c.student_id.in_(ids),
            or_(
                said.c.account_id.is_(None),
                _DAYS.c.rating.is_distinct_from(said.c.rating),
                *differs,
            ),
        )
    )
    rows = plain_rows(db, stale).all()
    by_account: dict[int, list[date]] = defaultdict(list)
    for row in rows:
        by_account[row.account_id].append(row.day)
    for account_id, dates in by_account.items():
        mine = and_(_DAYS.c.account_id == literal(account_id), _DAYS.c.day.in_(dates))
        db.connection().execute(_DAYS.delete().where(mine))
    return {row.student_id for row in rows}
