"""The students one looks after, with their numbers; those at risk are a filter of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_

from quad.academics.models.cells import student_cell
from quad.academics.models.people import Student
from quad.coding import policy
from quad.coding.kinds import RISK_WORDS
from quad.coding.lists import choices
from quad.coding.models.figures import Figure, Risk
from quad.core import clock
from quad.core.i18n import current_reader
from quad.core.i18n import day as day_words
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import number as number_words
from quad.core.listing.declaration import Cell, Column, Listing
from quad.core.listing.filters import Filter
from quad.identity.models.accounts import User
from quad.institution.models import Department

MARKS = {Risk.NO_ACCOUNT: "stop", Risk.INACTIVE: "warn", Risk.NO_GROWTH: "warn", Risk.NONE: "done"}


def _today() -> date:
    return clock.today(current_reader().zone)


def _joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Student, Student.id == Figure.student_id)
        .join(User, User.id == Student.user_id)
        .outerjoin(Department, Department.id == Student.department_id)
    )


def coding_student(row: Any) -> Cell:
    """Return the student of a row, leading to the page of what they code."""
    return student_cell(row, "coding.student", name="student")


def _last(row: Any) -> Cell:
    return Cell(day_words(row.last) if row.last else _("Never"), kind="date")


def _gained(name: str) -> Any:
    def cell(row: Any) -> Cell:
        gain = getattr(row, name)
        return Cell(f"+{number_words(gain)}" if gain > 0 else number_words(gain), kind="number")

    return cell


def _risk(row: Any) -> Cell:
    return Cell(str(RISK_WORDS[row.risk]), kind="status", state=MARKS[row.risk])


def _at_risk(value: str) -> ColumnElement[bool]:
    if value == "any":
        return Figure.risk != Risk.NONE
    return Figure.risk == Risk(value)


def _quiet(days: int) -> ColumnElement[bool]:
    since = _today() - timedelta(days=min(int(days), 10_000))
    return and_(Figure.quiet_since < since, Figure.accounts > 0)


STUDENTS = Listing(
    name="coding.students",
    title=_l("Students and their coding"),
    singular=_l("student"),
    plural=_l("students"),
    read=policy.FIGURE_SEE,
    columns=(
        Column(
            "student",
            _l("Student"),
            (User.full_name.label("student"), Student.register_number, User.photo, Student.user_id),
            coding_student,
            sort=Figure.sort_name,
        ),
        Column(
            "department", _l("Department"), Department.code.label("department"), hide_below="lg"
        ),
        Column(
            "total",
            _l("Solved"),
            Figure.total.label("total"),
            sort=Figure.total_down,
            numeric=True,
        ),
        Column(
            "score",
            _l("Score"),
            (-Figure.score_down).label("score"),
            sort=Figure.score_down,
            numeric=True,
            hide_below="md",
        ),
        Column(
            "week",
            _l("7 days"),
            Figure.week.label("week"),
            _gained("week"),
            sort=Figure.week_down,
            numeric=True,
            hide_below="md",
        ),
        Column(
            "month",
            _l("30 days"),
            Figure.month.label("month"),
            _gained("month"),
            sort=Figure.month_down,
            numeric=True,
            hide_below="md",
        ),
        Column("growth", _l("Growth"), Figure.growth.label("growth"), numeric=True, default=False),
        Column(
            "active_weeks",
            _l("Active weeks"),
            Figure.active_weeks.label("active_weeks"),
            numeric=True,
            default=False,
        ),
        Column(
            "last",
            _l("Latest snapshot"),
            Figure.last_on.label("last"),
            _last,
            hide_below="sm",
        ),
        Column(
            "risk",
            _l("State"),
            Figure.risk.label("risk"),
            _risk,
            export=lambda row: row.risk.value,
            hide_below="sm",
        ),
    ),
    default_sort="student",
    joins=_joins,
    extra=(Figure.student_id,),
    filters=(
        Filter("name", _l("Name or number"), "text", choices.of_name),
        Filter(
            "risk",
            _l("At risk"),
            "choice",
            _at_risk,
            choices=(
                ("any", _l("For any reason")),
                *((risk.value, RISK_WORDS[risk]) for risk in Risk if risk is not Risk.NONE),
            ),
        ),
        Filter(
            "department",
            _l("Department"),
            "choice",
            lambda value: Figure.department_id == value,
            choices=choices.departments,
        ),
        Filter(
            "year",
            _l("Year of admission"),
            "number",
            lambda value: Figure.admission_year == value,
            places=0,
        ),
        Filter("quiet", _l("Quiet for more days than"), "number", _quiet, places=0),
        Filter(
            "solved", _l("Solved at least"), "number", lambda value: Figure.total >= value, places=0
        ),
    ),
    row_label=lambda row: str(row.student),
)
