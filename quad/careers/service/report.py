"""What careers add to the analytics: offers, who was hired, and the median salary by department."""

from __future__ import annotations

from sqlalchemy.orm import Session

from quad.careers import policy
from quad.careers.kinds import money
from quad.careers.service import placement
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import number
from quad.core.policy import Actor
from quad.core.reporting import OVERVIEW, Figure, Findings, Head, Number, Report, Scope, Table

PLACEMENT = "placement"


def load(db: Session, actor: Actor, scope: Scope, page: str) -> Findings:
    """Return what one page of the analytics shows of placements (one statement); nothing for whom it is not."""
    if not policy.SEE_REPORT.may(actor):
        return Findings()
    year = scope.until.year if scope.until is not None else None
    found = placement.report(db, year=year, departments=scope.departments)
    figures = (
        Figure(_("Offers"), _shown(found.whole.offers), href="/placement/report"),
        Figure(_("Hired"), _shown(found.whole.hired), href="/placement/report"),
        Figure(
            _("Median salary"),
            money(found.whole.median, found.currency) if found.whole.median is not None else "–",
            _("a year"),
            href="/placement/report",
        ),
    )
    if page == OVERVIEW:
        return Findings(figures[:2])
    return Findings(figures, (departments(found, scope),))


def _shown(count: int | None) -> str:
    return "–" if count is None else number(count)


def departments(found: placement.Placement, scope: Scope) -> Table:
    """Return offers by department, the most first; what is not shown has no numbers (`placement.rule`)."""
    rows = tuple(
        (
            Number(scope.names.get(line.key, _("No department"))),
            Number(line.offers),
            Number(line.hired),
            Number(line.median),
        )
        for line in found.departments
    )
    return Table(
        "placement-departments",
        _("Offers by department"),
        (
            Head(_("Department"), None),
            Head(_("Offers")),
            Head(_("Hired")),
            Head(_("Median salary a year"), 2, found.currency),
        ),
        rows,
        look="bar",
        series=2,
        about=placement.rule(found.least),
        wide=True,
    )


REPORT = Report("careers", ((PLACEMENT, _l("Placement")),), load, order=40)
