"""What academics adds to the analytics: results, students, cohorts and departments beside each other."""

from __future__ import annotations

from sqlalchemy.orm import Session

from quad.academics.service import result_figures, student_figures
from quad.academics.service.reports import results, students
from quad.academics.service.reports.base import Told
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.reporting import Findings, Report, Scope

RESULTS, STUDENTS = "results", "students"


def load(db: Session, _actor: Actor, scope: Scope, page: str) -> Findings:
    """Return what one page of the analytics shows of academics (three statements, four on the page of students)."""
    told = Told(
        scope,
        student_figures.count(db, scope),
        result_figures.count(db, scope),
        student_figures.risk_below(db),
    )
    if page == RESULTS:
        return Findings(
            results.figures(told),
            (
                results.grades(told),
                results.trend(told),
                results.cohort_results(told),
                students.departments(told),
            ),
        )
    if page == STUDENTS:
        by_cohort = result_figures.of_cohorts(db, scope)
        return Findings(
            students.figures(told),
            (
                students.histogram(told),
                students.statuses(told),
                students.cohorts(told),
                *results.improvement(told, by_cohort),
                students.departments(told),
            ),
        )
    return Findings(
        (*students.figures(told), *results.figures(told)[:1]),
        (
            results.grades(told),
            students.histogram(told),
            results.trend(told),
            students.departments(told),
        ),
    )


REPORT = Report(
    "academics",
    ((RESULTS, _l("Results")), (STUDENTS, _l("Students"))),
    load,
    order=10,
)
