"""How many requests there are and what became of them, read from the kept counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.core.errors import Forbidden
from quad.core.policy import Actor
from quad.institution.models import Department
from quad.welfare import policy
from quad.welfare.models.requests import NOWHERE, OPEN, DayCount, State
from quad.welfare.models.setup import Category

ANSWERED = (State.RESOLVED, State.REJECTED)
DAY = 86_400


@dataclass(frozen=True)
class Range:
    """Which requests count: asked from `first` to `last` (both included), of one department or of all one may see."""

    first: date | None = None
    last: date | None = None
    department_id: int | None = None


@dataclass(frozen=True)
class Part:
    """One bar: a thing by number and name, how many requests, and how many of them wait."""

    id: int
    name: str
    count: int
    pending: int


@dataclass(frozen=True)
class Figures:
    """`days` is the average from asking to answering, None when nothing was answered."""

    total: int
    pending: int
    resolved: int
    rejected: int
    withdrawn: int
    days: float | None
    by_state: tuple[tuple[State, int], ...]
    by_category: tuple[Part, ...]
    by_department: tuple[Part, ...]


def figures(db: Session, actor: Actor, which: Range) -> Figures:
    """Return the numbers of requests, without confidential ones, in three queries whatever the number of requests.

    Raises Forbidden for a department that is not one's own.
    """
    policy.SEE_FIGURES.require(actor)
    scope = _scope(actor, which)
    by_state = {
        row.state: (int(row.number), int(row.seconds)) for row in db.execute(_by_state(scope))
    }
    count = {state: by_state.get(state, (0, 0))[0] for state in State}
    answered = sum(count[state] for state in ANSWERED)
    seconds = sum(by_state.get(state, (0, 0))[1] for state in ANSWERED)
    return Figures(
        total=sum(count.values()),
        pending=sum(count[state] for state in OPEN),
        resolved=count[State.RESOLVED],
        rejected=count[State.REJECTED],
        withdrawn=count[State.WITHDRAWN],
        days=round(seconds / answered / DAY, 1) if answered else None,
        by_state=tuple(count.items()),
        by_category=_parts(db.execute(_by_category(scope))),
        by_department=_parts(db.execute(_by_department(scope))),
    )


def _scope(actor: Actor, which: Range) -> list[Any]:
    clauses: list[Any] = []
    if not actor.has("admin"):
        own = actor.departments("hod")
        if which.department_id is not None and which.department_id not in own:
            raise Forbidden
        clauses.append(DayCount.department.in_(own))
    if which.department_id is not None:
        clauses.append(DayCount.department == which.department_id)
    if which.first is not None:
        clauses.append(DayCount.asked_on >= which.first)
    if which.last is not None:
        clauses.append(DayCount.asked_on <= which.last)
    return clauses


def _by_state(scope: list[Any]) -> Any:
    return (
        select(
            DayCount.state,
            func.sum(DayCount.number).label("number"),
            func.sum(DayCount.seconds).label("seconds"),
        )
        .where(*scope)
        .group_by(DayCount.state)
    )


def _by_category(scope: list[Any]) -> Any:
    return (
        select(
            Category.id, Category.name, DayCount.state, func.sum(DayCount.number).label("number")
        )
        .join(Category, Category.id == DayCount.category_id)
        .where(*scope)
        .group_by(Category.id, Category.name, DayCount.state)
    )


def _by_department(scope: list[Any]) -> Any:
    return (
        select(
            DayCount.department.label("id"),
            Department.name,
            DayCount.state,
            func.sum(DayCount.number).label("number"),
        )
        .outerjoin(Department, Department.id == DayCount.department)
        .where(*scope)
        .group_by(DayCount.department, Department.name, DayCount.state)
    )


def _parts(rows: Any) -> tuple[Part, ...]:
    """Add the states of each thing up; the most frequent first, things without requests left out."""
    names: dict[int, str] = {}
    counts: dict[int, list[int]] = {}
    for row in rows:
        names[row.id] = row.name or ""
        held = counts.setdefault(row.id, [0, 0])
        held[0] += int(row.number)
        held[1] += int(row.number) if row.state in OPEN else 0
    found = [Part(each, names[each], *held) for each, held in counts.items() if held[0]]
    return tuple(sorted(found, key=lambda part: (-part.count, part.id == NOWHERE, part.name)))
