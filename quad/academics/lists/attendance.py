"""Who comes how often."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select

from quad.academics.lists.choices import departments, terms
from quad.academics.models.attendance import AttendanceTotal
from quad.academics.models.cells import student_cell
from quad.academics.models.people import Student
from quad.academics.models.teaching import Course, Enrolment, Offering
from quad.academics.policy import attendance as policy
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import number
from quad.core.listing.declaration import Cell, Column, Listing
from quad.core.listing.filters import Filter
from quad.identity.models.accounts import User
from quad.institution.models import Term


def _joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Enrolment, Enrolment.id == AttendanceTotal.enrolment_id)
        .join(Student, Student.id == Enrolment.student_id)
        .join(User, User.id == Student.user_id)
        .join(Offering, Offering.id == AttendanceTotal.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
    )


def _percentage(row: Any) -> Cell:
    if row.percentage is None:
        return Cell("–", kind="number")
    shown = f"{number(row.percentage, 1)} %"
    return Cell(shown, kind="status", state="stop" if row.short else "done")


ATTENDANCE = Listing(
    name="academics.attendance",
    title=_l("Attendance"),
    singular=_l("student in a course"),
    plural=_l("students in courses"),
    read=policy.TOTAL_READ,
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
            (Course.title, Course.code, Offering.section),
            lambda row: Cell(
                _("%(title)s, section %(section)s", title=row.title, section=row.section),
                sub=row.code,
            ),
            hide_below="sm",
        ),
        Column("term", _l("Term"), Term.name.label("term"), hide_below="lg"),
        Column("present", _l("Present"), AttendanceTotal.present, numeric=True, hide_below="md"),
        Column("late", _l("Late"), AttendanceTotal.late, numeric=True, hide_below="lg"),
        Column("absent", _l("Absent"), AttendanceTotal.absent, numeric=True, hide_below="md"),
        Column("excused", _l("Excused"), AttendanceTotal.excused, numeric=True, hide_below="lg"),
        Column(
            "percentage",
            _l("Attendance"),
            AttendanceTotal.percentage,
            _percentage,
            sort=AttendanceTotal.percentage_order,
        ),
    ),
    default_sort="percentage",
    joins=_joins,
    extra=(
        AttendanceTotal.enrolment_id,
        AttendanceTotal.offering_id,
        Enrolment.student_id,
        AttendanceTotal.short,
    ),
    filters=(
        Filter(
            "short",
            _l("Below the limit"),
            "flag",
            lambda value: AttendanceTotal.short.is_(bool(value)),
        ),
        Filter(
            "below",
            _l("Attendance below"),
            "number",
            lambda value: AttendanceTotal.percentage_order < value,
            chip=lambda value: _("Attendance below %(value)s %%", value=number(Decimal(value))),
        ),
        Filter(
            "term",
            _l("Term"),
            "choice",
            lambda value: AttendanceTotal.offering_id.in_(
                select(Offering.id).where(Offering.term_id == value)
            ),
            choices=terms,
        ),
        Filter(
            "department",
            _l("Department"),
            "choice",
            lambda value: AttendanceTotal.offering_id.in_(
                select(Offering.id).where(Offering.department_id == value)
            ),
            choices=departments,
        ),
        Filter(
            "offering",
            _l("Offering"),
            "number",
            lambda value: AttendanceTotal.offering_id == value,
            places=0,
            menu=False,
        ),
    ),
    href=lambda row: ("academics.attendance_of_student", {"student_id": row.student_id}),
    row_label=lambda row: row.full_name,
)
