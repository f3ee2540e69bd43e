"""Students in figures and tables."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from quad.academics.models.people import StudentStatus
from quad.academics.service import student_figures
from quad.academics.service.reports.base import PER_CENT, Told
from quad.academics.service.result_figures import Outcome
from quad.academics.service.student_figures import STUDYING, Counted
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import number
from quad.core.listing.declaration import Place
from quad.core.reporting import Figure, Head, Number, Table, ratio, share

COARSE = Decimal(10)  # above this highest average the histogram has wider bars
WIDE = Decimal(5)
NOWHERE = 0
STATUSES: dict[StudentStatus, str] = {
    StudentStatus.ACTIVE: _l("Active"),
    StudentStatus.ON_LEAVE: _l("On leave"),
    StudentStatus.WITHDRAWN: _l("Withdrawn"),
    StudentStatus.GRADUATED: _l("Graduated"),
}


def figures(told: Told) -> tuple[Figure, ...]:
    """How many study, with how many teachers, how well, and how many are at risk."""
    whole = told.people.whole
    per_teacher = ratio(whole.studying, told.people.teachers, 1)
    return (
        Figure(
            _("Students"),
            number(whole.studying),
            _("%(n)s graduated", n=number(whole.graduated)) if whole.graduated else "",
            href=told.studying(),
        ),
        Figure(
            _("Teachers"),
            number(told.people.teachers),
            _("1 for %(n)s students", n=number(per_teacher, 1)) if per_teacher else "",
            href=("academics.teachers_index", told.scope.within()),
        ),
        Figure(
            _("Average CGPA"),
            number(whole.average, 2),
            _("of %(n)s with results", n=number(whole.graded)) if whole.graded else "",
            href=told.studying(sort="-cgpa"),
        ),
        Figure(
            _("At risk"),
            number(whole.risk),
            _("CGPA below %(limit)s", limit=number(told.risk)),
            tone="warn" if whole.risk else "",
            href=told.studying(**told.at_risk()),
        ),
    )


def departments(told: Told) -> Table:
    """Departments beside each other: those who study now, and the results of the term in focus."""
    seen = {
        number_: name
        for number_, name in told.scope.names.items()
        if told.scope.departments is None or number_ in told.scope.departments
    }
    if told.scope.departments is None and told.people.departments.get(NOWHERE):
        seen[NOWHERE] = _("No department")
    rows = [_department(told, key, name) for key, name in seen.items()]
    return Table(
        "departments",
        _("Departments compared"),
        (
            Head(_("Department"), None),
            Head(_("Students")),
            Head(_("Average CGPA"), 2),
            Head(_("Passed"), 1, PER_CENT),
            Head(_("Failed")),
            Head(_("At risk")),
            Head(_("At risk, share"), 1, PER_CENT),
        ),
        tuple(rows),
        about=_("Passed and failed: results of %(term)s.", term=told.term) if told.term else "",
        wide=True,
    )


def _department(told: Told, key: int, name: str) -> tuple[Number, ...]:
    one = told.people.departments.get(key, Counted())
    came = told.results.by_department.get(key, Outcome())
    term = {"term": told.results.focus.id} if told.results.focus else {}
    home = {"department": key}
    status = {"status": [each.value for each in STUDYING]}
    everybody: Place = ("academics.students_index", {**home, **status})
    best: Place = ("academics.students_index", {**home, **status, "sort": "-cgpa"})
    weak: Place = ("academics.students_index", {**home, **status, **told.at_risk()})
    passed: Place = ("academics.results_index", {**home, **term, "passed": "1"})
    failed: Place = ("academics.results_index", {**home, **term, "passed": "0"})
    place: Place | None = ("institution.department", {"department_id": key}) if key else None
    return (
        Number(name, place),
        Number(one.studying, everybody),
        Number(one.average, best),
        Number(came.pass_rate, passed),
        Number(came.number - came.passes, failed),
        Number(one.risk, weak),
        Number(share(one.risk, one.studying)),
    )


def histogram(told: Told) -> Table:
    """How the CGPA of those who study now spreads."""
    bands = told.people.bands
    step = WIDE if bands and max(bands) > COARSE else student_figures.STEP
    merged: dict[Decimal, int] = {}
    for low, many in bands.items():
        merged[low - low % step] = merged.get(low - low % step, 0) + many
    rows = [
        (
            Number(_("from %(low)s", low=number(low))),
            Number(
                merged.get(low, 0),
                told.studying(cgpa=str(low), cgpa_below=str(low + step), sort="-cgpa"),
            ),
        )
        for low in _steps(merged, step)
    ]
    alone = told.people.without_average
    return Table(
        "cgpa",
        _("CGPA of students"),
        (Head(_("CGPA"), None), Head(_("Students"))),
        tuple(rows),
        look="bar",
        about=_("%(n)s without an average are left out.", n=number(alone)) if alone else "",
        marks=tuple(
            _("from %(low)s", low=number(low)) for low in merged if low + step <= told.risk
        ),
    )


def statuses(told: Told) -> Table:
    """Students by where they stand with the college."""
    rows = tuple(
        (
            Number(str(label)),
            Number(
                told.people.statuses.get(status, 0),
                told.students(status=status.value),
            ),
        )
        for status, label in STATUSES.items()
    )
    return Table(
        "statuses",
        _("Students by status"),
        (Head(_("Status"), None), Head(_("Students"))),
        rows,
        look="bars",
    )


def cohorts(told: Told) -> Table:
    """Years of admission beside each other."""
    rows = tuple(
        (
            Number(str(year), told.students(year=year)),
            Number(one.number, told.students(year=year)),
            Number(one.average_of_all, told.students(year=year, sort="-cgpa")),
            Number(one.studying, told.studying(year=year)),
            Number(one.graduated, told.students(year=year, status="graduated")),
            Number(one.withdrawn, told.students(year=year, status="withdrawn")),
            Number(one.risk, told.studying(year=year, **told.at_risk())),
        )
        for year, one in told.people.cohorts.items()
    )
    return Table(
        "cohorts",
        _("Cohorts compared"),
        (
            Head(_("Admitted in"), None),
            Head(_("Students")),
            Head(_("Average CGPA"), 2),
            Head(_("Study now")),
            Head(_("Graduated")),
            Head(_("Withdrew")),
            Head(_("At risk")),
        ),
        rows,
        wide=True,
    )


def _steps(bands: Iterable[Decimal], step: Decimal) -> list[Decimal]:
    """Return every lower bound from the first to the last, so that a gap shows as one."""
    known = sorted(bands)
    if not known:
        return []
    count = int((known[-1] - known[0]) / step) + 1
    return [known[0] + step * place for place in range(count)]
