"""The shared counts against what they count: made right by differences, so that others may go on meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, case, delete, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from quad.coding.models.figures import (
    ALL,
    NOWHERE,
    DayGain,
    Figure,
    GroupWeek,
    Metric,
    RankCount,
    Risk,
    Scope,
)
from quad.coding.service import cells, counting
from quad.coding.service.cells import ORDERS, TOTALS, Key, Kind
from quad.core.db.together import Together
from quad.core.derived import Derived
from quad.core.jobs import later
from quad.institution.models import Department

_FIGURE: Any = Figure.__table__
_DEPARTMENT, _YEAR = _FIGURE.c.department_id, _FIGURE.c.admission_year
_RANKED = _FIGURE.c.ranked.is_(True)


_RANKS = tuple((metric, scope) for metric in ORDERS for scope in Scope if scope is not Scope.CLASS)
_GROUPS = len(_RANKS) + 1
_WEEKS_FROM = _GROUPS + 1


@dataclass(frozen=True)
class Whole(Derived):
    """Counts that belong to nobody in particular, in parts that are made right one by one.

    The keys are the numbers of the parts: each kind of rank, the groups, and the weeks of each department.
    """

    def after(self, db: Session, last: int, limit: int = 1) -> Sequence[int]:
        """Return the next part."""
        return [number for number in parts(db) if number > last][:limit]

    def newest(self, db: Session, limit: int = 1) -> Sequence[int]:
        """Return every part."""
        return parts(db)


def parts(db: Session) -> list[int]:
    """Return the numbers of all parts, ascending."""
    departments = {NOWHERE, *db.scalars(select(Department.id))}
    departments.update(db.scalars(select(GroupWeek.department_id).distinct()))
    return [*range(1, _WEEKS_FROM), *sorted(_WEEKS_FROM + one for one in departments)]


def recount(db: Session, _keys: Sequence[int]) -> int:
    """Bring every shared count to what the figures say; return how many were off."""
    return recount_parts(db, parts(db))


def recount_parts(db: Session, numbers: Sequence[int]) -> int:
    """Bring some parts to what the figures say; return how many counts were off."""
    db.flush()
    return sum(_recount_part(db, number) for number in numbers)


def _recount_part(db: Session, number: int) -> int:
    if number < _GROUPS:
        metric, scope = _RANKS[number - 1]
        mine = (RankCount.metric == metric, RankCount.scope == scope)
        return _correct(
            db,
            cells.RANKS,
            _ranks(metric, scope),
            mine,
            lambda key: key[1:3] == (metric, scope),
        )
    if number == _GROUPS:
        return _correct(db, cells.GROUPS, _totals(), (), lambda _key: True)
    department = number - _WEEKS_FROM
    weeks = (GroupWeek.department_id == department,)
    return _correct(db, cells.IN_WEEKS, _weeks(department), weeks, lambda key: key[0] == department)


def _correct(
    db: Session,
    kind: Kind,
    counted: Any,
    mine: Sequence[ColumnElement[bool]],
    here: Callable[[Key], bool],
) -> int:
    """Compare in one statement, which sees one moment, and add what is missing.

    What reviews promised to add (service/counting.py) is not missing; `here` tells which of that belongs to this part.
    """
    table: Any = kind.model.__table__
    key, names = kind.key, kind.names
    kept = select(
        *(table.c[name].label(name) for name in key),
        *((-table.c[name]).label(name) for name in names),
    ).where(*mine)
    both = union_all(counted, kept).subquery()
    sums = [func.sum(both.c[name]).label(name) for name in names]
    off = (
        select(*(both.c[name] for name in key), *sums)
        .group_by(*(both.c[name] for name in key))
        .having(or_(*(func.sum(both.c[name]) != 0 for name in names)))
    )
    seen = Together({"off": off, "waiting": later.unfinished()}).read(db)
    missing: dict[Key, Counter[str]] = {}
    for row in seen["off"]:
        numbers = {name: int(getattr(row, name)) for name in names}
        missing[tuple(row[: len(key)])] = Counter(numbers)
    payloads = [row.payload for row in seen["waiting"]]
    for place, share in counting.promised(kind, payloads).items():
        if here(place):
            missing.setdefault(place, Counter()).subtract(share)
    rows = {place: dict(share) for place, share in missing.items() if any(share.values())}
    cells.add_up(db, kind.model, key, names, rows)
    return len(rows)


_PLACES: dict[Scope, tuple[Any, tuple[Any, ...], tuple[Any, ...]]] = {
    Scope.INSTITUTION: (literal(0), (), ()),
    Scope.DEPARTMENT: (_DEPARTMENT, (_DEPARTMENT > 0,), (_DEPARTMENT,)),
    Scope.BATCH: (_YEAR, (), (_YEAR,)),
}


def _ranks(metric: Metric, scope: Scope) -> Any:
    place, clauses, groups = _PLACES[scope]
    column = _FIGURE.c[ORDERS[metric]]
    return (
        select(
            _FIGURE.c.platform_id.label("platform_id"),
            _word(RankCount.metric, metric).label("metric"),
            _word(RankCount.scope, scope).label("scope"),
            place.label("scope_id"),
            (-column).label("value"),
            func.count().label("number"),
        )
        .where(_RANKED, column < 0, *clauses)
        .group_by(_FIGURE.c.platform_id, *groups, column)
    )


def _word(column: Any, value: Metric | Scope) -> Any:
    return literal(value, column.type)


def _totals() -> Any:
    def has(risk: Risk) -> Any:
        return func.sum(case((_FIGURE.c.risk == risk, 1), else_=0))

    sums = {
        "students": func.count(),
        "with_account": func.sum(case((_FIGURE.c.accounts > 0, 1), else_=0)),
        "score": -func.sum(_FIGURE.c.score_down),
        "no_account": has(Risk.NO_ACCOUNT),
        "inactive": has(Risk.INACTIVE),
        "no_growth": has(Risk.NO_GROWTH),
    }
    columns = [
        (sums[name] if name in sums else func.sum(_FIGURE.c[name])).label(name) for name in TOTALS
    ]
    return (
        select(_FIGURE.c.department_id, _FIGURE.c.admission_year, *columns)
        .where(_RANKED, _FIGURE.c.platform_id == ALL)
        .group_by(_FIGURE.c.department_id, _FIGURE.c.admission_year)
    )


def _weeks(department: int) -> Any:
    each = (
        select(
            _FIGURE.c.department_id,
            _FIGURE.c.admission_year,
            DayGain.week,
            func.sum(DayGain.gain).label("gain"),
            func.count().label("snapshots"),
        )
        .join(_FIGURE, _FIGURE.c.student_id == DayGain.student_id)
        .where(_RANKED, _FIGURE.c.platform_id == ALL, department == _DEPARTMENT)
        .group_by(
            _FIGURE.c.student_id, _FIGURE.c.department_id, _FIGURE.c.admission_year, DayGain.week
        )
        .subquery()
    )
    active = func.sum(case((each.c.gain > 0, 1), else_=0), type_=Integer)
    place = (each.c.department_id, each.c.admission_year, each.c.week)
    return select(
        *place,
        func.sum(each.c.gain).label("gain"),
        func.sum(each.c.snapshots).label("snapshots"),
        active.label("active"),
    ).group_by(*place)


def sweep(db: Session) -> None:
    """Take away counts of nobody."""
    table: Any = RankCount.__table__
    db.connection().execute(delete(table).where(table.c.number == 0))
