"""What requests add to the analytics: how many there are, of what, in which state, and how long answers take.

Read from the kept counts, so confidential requests are in none of the numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, String, case, cast, func, literal, select, union_all
from sqlalchemy.orm import Session

from quad.core.db.rows import plain_rows
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import number
from quad.core.listing.declaration import Place
from quad.core.policy import Actor
from quad.core.reporting import (
    OVERVIEW,
    Figure,
    Findings,
    Head,
    Number,
    Report,
    Scope,
    Table,
    ratio,
)
from quad.welfare import policy
from quad.welfare.models.requests import NOWHERE, OPEN, DayCount, State
from quad.welfare.models.setup import Category
from quad.welfare.service.figures import ANSWERED, DAY

REQUESTS = "requests"
STATES: dict[State, str] = {
    State.SUBMITTED: _l("Submitted"),
    State.ASSIGNED: _l("Assigned"),
    State.IN_PROGRESS: _l("In progress"),
    State.RESOLVED: _l("Resolved"),
    State.REJECTED: _l("Rejected"),
    State.WITHDRAWN: _l("Withdrawn"),
}


@dataclass(frozen=True)
class Counted:
    """Requests of one kind: how many, how many wait, how many were answered, and the seconds that took in all."""

    name: str = ""
    number: int = 0
    pending: int = 0
    answered: int = 0
    seconds: int = 0

    @property
    def days(self) -> Decimal | None:
        """The average from asking to answering, in days."""
        return ratio(self.seconds, self.answered * DAY, 1)


def load(db: Session, actor: Actor, scope: Scope, page: str) -> Findings:
    """Return what one page of the analytics shows of requests (one statement, two on the page of requests).

    Nothing for whom the policy does not let see numbers of requests.
    """
    if not policy.SEE_FIGURES.may(actor):
        return Findings()
    found = _counts(db, scope)
    told = _Told(scope, found)
    if page == OVERVIEW:
        return Findings(told.figures()[:2], (told.categories(), told.states(), told.departments()))
    return Findings(
        told.figures(),
        (
            told.categories(),
            told.states(),
            told.departments(),
            _months(db, scope),
            told.durations(),
        ),
    )


REPORT = Report("welfare", ((REQUESTS, _l("Requests")),), load, order=20)

Found = dict[str, dict[str, Counted]]


def _clauses(scope: Scope) -> Sequence[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = [DayCount.number > 0]
    if scope.departments is not None:
        clauses.append(DayCount.department.in_(scope.departments))
    if scope.since is not None:
        clauses.append(DayCount.asked_on >= scope.since)
    if scope.until is not None:
        clauses.append(DayCount.asked_on <= scope.until)
    return clauses


def _counts(db: Session, scope: Scope) -> Found:
    clauses = _clauses(scope)
    parts = [
        _part("state", DayCount.state, literal("", String(80))).where(*clauses),
        _part("department", DayCount.department, literal("", String(80))).where(*clauses),
        _part("category", DayCount.category_id, Category.name)
        .join(Category, Category.id == DayCount.category_id)
        .where(*clauses),
    ]
    found: Found = {"state": {}, "department": {}, "category": {}}
    rows: Any = plain_rows(db, union_all(*parts))
    for kind, key, name, *numbers in rows:
        found[kind][key] = Counted(name, *(int(one) for one in numbers))
    return found


def _part(kind: str, key: Any, name: Any) -> Any:
    waiting = DayCount.state.in_(OPEN)
    done = DayCount.state.in_(ANSWERED)
    part = select(
        literal(kind, String(20)),
        cast(key, String(40)),
        cast(name, String(80)),
        func.sum(DayCount.number),
        func.sum(case((waiting, DayCount.number), else_=0)),
        func.sum(case((done, DayCount.number), else_=0)),
        func.sum(case((done, DayCount.seconds), else_=0)),
    ).select_from(DayCount)
    return part.group_by(key, name) if name is Category.name else part.group_by(key)


class _Told:
    """Puts counted requests into figures and tables, each with the list behind it."""

    def __init__(self, scope: Scope, found: Found) -> None:
        self.scope = scope
        self.found = found
        self.states_ = {State(key): one for key, one in found["state"].items()}

    def listed(self, **which: Any) -> Place:
        """Return the list of requests asked about."""
        period: dict[str, str] = {}
        if self.scope.since is not None:
            period["from"] = self.scope.since.isoformat()
        if self.scope.until is not None:
            period["until"] = self.scope.until.isoformat()
        return "welfare.queue", {**self.scope.within(**which), **period}

    def _of(self, state: State) -> int:
        return self.states_.get(state, Counted()).number

    def figures(self) -> tuple[Figure, ...]:
        """How many wait, were resolved, were declined, and how long answers take."""
        every = self.states_.values()
        pending = sum(one.pending for one in every)
        answered = sum(one.answered for one in every)
        days = ratio(sum(one.seconds for one in every), answered * DAY, 1)
        return (
            Figure(
                _("Requests waiting"),
                number(pending),
                _("of %(n)s", n=number(sum(one.number for one in every))),
                href=self.listed(waits="open"),
            ),
            Figure(
                _("Requests resolved"),
                number(self._of(State.RESOLVED)),
                _("answered in %(days)s days on average", days=number(days, 1))
                if days is not None
                else "",
                href=self.listed(state=State.RESOLVED.value),
            ),
            Figure(
                _("Rejected"),
                number(self._of(State.REJECTED)),
                href=self.listed(state=State.REJECTED.value),
            ),
            Figure(
                _("Time to answer"),
                number(days, 1),
                _("days on average"),
                href=self.listed(state=[state.value for state in ANSWERED]),
            ),
        )

    def categories(self) -> Table:
        """Requests by category, the most frequent first."""
        rows = [
            (Number(one.name), Number(one.number, self.listed(category=int(key))))
            for key, one in self._by_number("category")
        ]
        return Table(
            "request-categories",
            _("Requests by category"),
            (Head(_("Category"), None), Head(_("Requests"))),
            tuple(rows),
            look="bars",
        )

    def states(self) -> Table:
        """Requests by state, in the order of their way."""
        rows = [
            (Number(str(label)), Number(self._of(state), self.listed(state=state.value)))
            for state, label in STATES.items()
        ]
        return Table(
            "request-states",
            _("Requests by status"),
            (Head(_("Status"), None), Head(_("Requests"))),
            tuple(rows) if self.states_ else (),
            look="bars",
            marks=tuple(str(STATES[state]) for state in OPEN),
        )

    def departments(self) -> Table:
        """Requests by the department of who asked."""
        rows = []
        for key, one in self._by_number("department"):
            home = int(key)
            name = self.scope.names.get(home, _("No department"))
            place = self.listed(department=home) if home != NOWHERE else None
            rows.append((Number(name), Number(one.number, place)))
        return Table(
            "request-departments",
            _("Requests by department"),
            (Head(_("Department"), None), Head(_("Requests"))),
            tuple(rows),
            look="bars",
        )

    def durations(self) -> Table:
        """How long answers take, by category."""
        rows = [
            (
                Number(one.name, self.listed(category=int(key))),
                Number(one.number, self.listed(category=int(key))),
                Number(one.pending, self.listed(category=int(key), waits="open")),
                Number(
                    one.answered,
                    self.listed(category=int(key), state=[state.value for state in ANSWERED]),
                ),
                Number(one.days),
            )
            for key, one in self._by_number("category")
        ]
        return Table(
            "request-times",
            _("Time to answer"),
            (
                Head(_("Category"), None),
                Head(_("Requests")),
                Head(_("Waiting")),
                Head(_("Answered")),
                Head(_("Days on average"), 1),
            ),
            tuple(rows),
            wide=True,
        )

    def _by_number(self, kind: str) -> list[tuple[str, Counted]]:
        return sorted(self.found[kind].items(), key=lambda item: (-item[1].number, item[1].name))


def _months(db: Session, scope: Scope) -> Table:
    """How many were asked, month by month."""
    found: Counter[str] = Counter()
    query = (
        select(DayCount.asked_on, func.sum(DayCount.number))
        .where(*_clauses(scope))
        .group_by(DayCount.asked_on)
    )
    days: Any = plain_rows(db, query)
    for day, many in days:
        found[f"{day:%Y-%m}"] += int(many)
    rows = tuple((Number(month), Number(found[month])) for month in sorted(found))
    return Table(
        "request-months",
        _("Requests asked, month by month"),
        (Head(_("Month"), None), Head(_("Requests"))),
        rows,
        look="bar",
        wide=True,
    )
