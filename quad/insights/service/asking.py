"""From a question to the numbers: what one may ask about, and the answers of all domains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, Integer, String, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from quad.core.db.rows import plain_rows
from quad.core.errors import NotFound
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, Actor
from quad.core.reporting import OVERVIEW, Findings, Period, Report, Scope
from quad.insights import policy
from quad.insights.forms.analytics import Question
from quad.institution.models import Department, Term

DEPARTMENT, TERM = "department", "term"

_reports: list[Report] = []


def use_reports(reports: Iterable[Report]) -> None:
    """Say what the domains tell about themselves (called by the roof with what the modules declare)."""
    _reports[:] = sorted(reports, key=lambda report: report.order)


def pages() -> list[tuple[str, str]]:
    """Return the pages there are as (name, label), the overview first."""
    own = [page for report in _reports for page in report.pages]
    return [(OVERVIEW, _l("Overview")), *own]


@dataclass(frozen=True)
class Answer:
    """One page of the analytics. `terms` are all there are, the oldest first, for menus."""

    page: str
    label: str
    scope: Scope
    terms: Sequence[Period]
    findings: Findings

    @property
    def about(self) -> str:
        """Say in words what was asked about."""
        return ", ".join(part for part in (self._where, self._when) if part)

    @property
    def _where(self) -> str:
        if self.scope.departments is None:
            return _("All departments")
        return ", ".join(self.scope.names.get(one, "") for one in self.scope.departments)

    @property
    def _when(self) -> str:
        return self.scope.term.name if self.scope.term else ""


def answer(db: Session, actor: Actor, page: str, question: Question) -> Answer:
    """Return one page of the analytics, as far as the actor may see it.

    Raises SignedOut, Forbidden, NotFound for a page, department or term that is not there to be asked about.
    """
    policy.OPEN.require(actor)
    label = dict(pages()).get(page)
    if label is None:
        raise NotFound
    departments, terms = _known(db, actor)
    scope = _scope(actor, question, departments, terms)
    wanted = [report for report in _reports if page == OVERVIEW or page in dict(report.pages)]
    found = [report.load(db, actor, scope, page) for report in wanted]
    findings = Findings(
        tuple(figure for one in found for figure in one.figures),
        tuple(table for one in found for table in one.tables),
    )
    return Answer(page, str(label), scope, terms, findings)


def _known(db: Session, actor: Actor) -> tuple[dict[int, str], list[Period]]:
    """Return the departments the actor may ask about, and the terms (one statement)."""
    none = cast(null(), Date)
    chosen = union_all(
        select(
            literal(DEPARTMENT, String(20)),
            Department.id,
            cast(Department.name, String(300)).label("name"),
            cast(Department.sort_name, String(800)).label("sort"),
            none.label("starts_on"),
            none.label("ends_on"),
        ).where(policy.READ_DEPARTMENT.where(actor)),
        select(
            literal(TERM, String(20)),
            Term.id,
            cast(Term.name, String(300)),
            cast(cast(Term.id, Integer), String(800)),
            Term.starts_on,
            Term.ends_on,
        ).where(Term.deleted_at.is_(None)),
    )
    rows: list[Any] = list(plain_rows(db, chosen))
    departments = {
        row[1]: row[2] for row in sorted(rows, key=lambda r: r[3]) if row[0] == DEPARTMENT
    }
    terms = [Period(*row[1:3], *row[4:]) for row in rows if row[0] == TERM]
    return departments, sorted(terms, key=lambda term: (term.starts_on, term.id))


def _scope(
    actor: Actor, question: Question, departments: Mapping[int, str], terms: Sequence[Period]
) -> Scope:
    term = None
    if question.term is not None:
        term = next((one for one in terms if one.id == question.term), None)
        if term is None:
            raise NotFound
    chosen: tuple[int, ...] | None = None
    if question.department is not None:
        if question.department not in departments:
            raise NotFound
        chosen = (question.department,)
    elif policy.READ_DEPARTMENT.branches(actor) is not EVERYTHING:
        chosen = tuple(departments)
    since, until = question.since, question.until
    return Scope(
        departments=chosen,
        names=departments,
        terms=tuple(one for one in terms if _overlaps(one, since, until)),
        term=term,
        since=since or (term.starts_on if term else None),
        until=until or (term.ends_on if term else None),
    )


def _overlaps(term: Period, since: date | None, until: date | None) -> bool:
    return (since is None or term.ends_on >= since) and (until is None or term.starts_on <= until)
