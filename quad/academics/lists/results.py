"""The list of results that count: what is behind the numbers of the analytics."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select

from quad.academics.lists import choices
from quad.academics.models.cells import student_cell
from quad.academics.models.people import Student
from quad.academics.models.results import EnrolmentResult, Standing
from quad.academics.models.teaching import Course, Offering
from quad.academics.policy import results as policy
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import number
from quad.core.listing.declaration import Cell, Column, Listing
from quad.core.listing.filters import Filter
from quad.identity.models.accounts import User
from quad.institution.models import Term

NO_LETTER = "-"  # in addresses: an absence


def _joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Student, Student.id == EnrolmentResult.student_id)
        .join(User, User.id == Student.user_id)
        .join(Course, Course.id == EnrolmentResult.course_id)
        .join(Offering, Offering.id == EnrolmentResult.offering_id)
        .join(Term, Term.id == EnrolmentResult.term_id)
    )


def _outcome(row: Any) -> Cell:
    if row.passed:
        return Cell(_("Passed"), kind="status", state="done")
    return Cell(_("Failed"), kind="status", state="stop")


def _shown(row: Any) -> str:
    return "AB" if row.standing is Standing.ABSENT else row.letter or "–"


def _lettered(letter: str) -> ColumnElement[bool]:
    return EnrolmentResult.letter == ("" if letter == NO_LETTER else letter)


RESULTS: Listing[Any] = Listing(
    name="academics.results",
    title=_l("Results"),
    singular=_l("result"),
    plural=_l("results"),
    read=policy.READ,
    columns=(
        Column(
            "student",
            _l("Student"),
            (User.full_name, Student.register_number, User.photo, Student.user_id),
            student_cell,
        ),
        Column(
            "course",
            _l("Course"),
            (Course.title.label("course_title"), Course.code),
            lambda row: Cell(
                row.course_title,
                sub=row.code,
                href=("academics.course", {"course_id": row.course_id}),
            ),
            hide_below="md",
        ),
        Column("term", _l("Term"), Term.name.label("term_name"), hide_below="lg"),
        Column(
            "percentage",
            _l("Per cent"),
            EnrolmentResult.percentage,
            lambda row: Cell(number(row.percentage, 1), kind="number"),
            numeric=True,
        ),
        Column("letter", _l("Grade"), (EnrolmentResult.letter, EnrolmentResult.standing), _shown),
        Column(
            "points",
            _l("Points"),
            EnrolmentResult.points,
            lambda row: Cell(number(row.points, 1), kind="number"),
            numeric=True,
            hide_below="sm",
        ),
        Column(
            "passed",
            _l("Passed"),
            EnrolmentResult.passed,
            _outcome,
            hide_below="sm",
        ),
        Column(
            "register_number",
            _l("Register number"),
            Student.register_number,
            default=False,
        ),
        Column("section", _l("Section"), Offering.section, default=False),
        Column("attempt", _l("Attempt"), EnrolmentResult.attempt, numeric=True, default=False),
    ),
    default_sort="-id",
    joins=_joins,
    extra=(
        EnrolmentResult.enrolment_id,
        EnrolmentResult.student_id,
        EnrolmentResult.offering_id,
        EnrolmentResult.course_id,
        EnrolmentResult.term_id,
        EnrolmentResult.credits,
    ),
    filters=(
        Filter(
            "term",
            _l("Term"),
            "choice",
            lambda value: EnrolmentResult.term_id == value,
            choices=choices.terms,
        ),
        Filter(
            "department",
            _l("Department"),
            "choice",
            lambda value: EnrolmentResult.department_id == value,
            choices=choices.departments,
        ),
        Filter(
            "year",
            _l("Admission year"),
            "number",
            lambda value: EnrolmentResult.cohort == value,
            places=0,
            chip=lambda value: _("Admission year: %(year)s", year=value),
        ),
        Filter(
            "letter",
            _l("Grade"),
            "text",
            _lettered,
            chip=lambda value: (
                _("Absent") if value == NO_LETTER else _("Grade: %(letter)s", letter=value)
            ),
        ),
        Filter(
            "passed",
            _l("Passed"),
            "flag",
            lambda value: EnrolmentResult.passed.is_(bool(value)),
            chip=lambda value: _("Passed") if value else _("Failed"),
        ),
        Filter(
            "course",
            _l("Course"),
            "number",
            lambda value: EnrolmentResult.course_id == value,
            places=0,
            menu=False,
        ),
        Filter(
            "offering",
            _l("Offering"),
            "number",
            lambda value: EnrolmentResult.offering_id == value,
            places=0,
            menu=False,
        ),
    ),
    href=lambda row: ("academics.student", {"student_id": row.student_id}),
    row_label=lambda row: row.full_name,
)
