"""The lists of people."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from quad.academics import policy
from quad.academics.lists.choices import departments, programmes
from quad.academics.models.people import Student, StudentStatus, Teacher
from quad.academics.models.teaching import Enrolment, EnrolmentStatus
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import number
from quad.core.listing.arguments import Asked, Chosen, ask
from quad.core.listing.declaration import Bulk, Cell, Column, Listing, SearchTerms
from quad.core.listing.filters import Filter
from quad.identity.models import User
from quad.institution.models import Department, Programme

STATUS: dict[StudentStatus, tuple[str, str]] = {
    StudentStatus.ACTIVE: ("done", _l("Active")),
    StudentStatus.ON_LEAVE: ("going", _l("On leave")),
    StudentStatus.WITHDRAWN: ("stop", _l("Withdrawn")),
    StudentStatus.GRADUATED: ("done", _l("Graduated")),
}
FOUND_STUDENTS = SearchTerms("academics.student")
FOUND_TEACHERS = SearchTerms("academics.teacher")


def _student_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(User, User.id == Student.user_id)
        .outerjoin(Programme, Programme.id == Student.programme_id)
        .outerjoin(Department, Department.id == Student.department_id)
    )


def _person(row: Any) -> Cell:
    return Cell(row.full_name, sub=row.register_number, kind="person")


def _cgpa(row: Any) -> Cell:
    return Cell("–" if row.cgpa is None else number(row.cgpa, 2), kind="number")


def _status(row: Any) -> Cell:
    state, label = STATUS[row.status]
    return Cell(str(label), kind="status", state=state)


def _at_least(value: Decimal) -> str:
    return _("CGPA: %(value)s or more", value=number(value))


def _enrolled_in(offering_id: int) -> ColumnElement[bool]:
    return Student.id.in_(
        select(Enrolment.student_id).where(
            Enrolment.offering_id == offering_id, Enrolment.status == EnrolmentStatus.ENROLLED
        )
    )


STUDENT_COLUMNS = (
    Column(
        "student",
        _l("Student"),
        (User.full_name, Student.register_number),
        _person,
        sort=Student.sort_name,
    ),
    Column(
        "register_number",
        _l("Register number"),
        Student.register_number,
        sort=Student.register_key,
        default=False,
    ),
    Column("email", _l("E-mail"), User.email_as_typed, default=False, hide_below="lg"),
    Column("cgpa", _l("CGPA"), Student.cgpa, _cgpa, sort=Student.cgpa_order, numeric=True),
    Column(
        "credits",
        _l("Credits"),
        Student.credits_earned,
        numeric=True,
        hide_below="md",
    ),
    Column(
        "semester",
        _l("Semester"),
        Student.semester,
        sort=Student.semester,
        numeric=True,
        hide_below="sm",
    ),
    Column("programme", _l("Programme"), Programme.code.label("programme"), hide_below="lg"),
    Column(
        "department",
        _l("Department"),
        Department.code.label("department"),
        default=False,
        hide_below="lg",
    ),
    Column(
        "admission_year",
        _l("Admission year"),
        Student.admission_year,
        lambda row: str(row.admission_year),
        sort=Student.admission_year,
        numeric=True,
        default=False,
        hide_below="md",
    ),
    Column(
        "status",
        _l("Status"),
        Student.status,
        _status,
        hide_below="md",
        export=lambda row: row.status.value,
    ),
)

STUDENTS = Listing(
    name="academics.students",
    title=_l("Students"),
    singular=_l("student"),
    plural=_l("students"),
    read=policy.STUDENT_READ,
    columns=STUDENT_COLUMNS,
    default_sort="student",
    joins=_student_joins,
    extra=(
        Student.department_id,
        Student.programme_id,
        Student.version,
        Department.name.label("department_name"),
    ),
    search=FOUND_STUDENTS,
    search_label=_l("Search by name, number or e-mail"),
    search_placeholder=_l("Name, number or e-mail"),
    filters=(
        Filter(
            "department",
            _l("Department"),
            "choice",
            lambda value: Student.department_id == value,
            choices=departments,
        ),
        Filter(
            "programme",
            _l("Programme"),
            "choice",
            lambda value: Student.programme_id == value,
            choices=programmes,
        ),
        Filter(
            "semester", _l("Semester"), "number", lambda value: Student.semester == value, places=0
        ),
        Filter(
            "batch",
            _l("Admission year"),
            "number",
            lambda value: Student.admission_year == value,
            places=0,
            chip=lambda value: _("Admission year: %(year)s", year=value),
        ),
        Filter(
            "cgpa",
            _l("CGPA at least"),
            "number",
            lambda value: Student.cgpa_order >= value,
            chip=_at_least,
        ),
        Filter(
            "status",
            _l("Status"),
            "choice",
            lambda value: Student.status == value,
            choices=tuple((status, label) for status, (_state, label) in STATUS.items()),
        ),
        Filter("offering", _l("Offering"), "number", _enrolled_in, places=0, menu=False),
    ),
    bulk=(
        Bulk("export", _l("Export"), "download", "academics.export_students", policy.STUDENT_LIST),
        Bulk(
            "enrol",
            _l("Enrol in a course"),
            "user-plus",
            "academics.enrol_students",
            policy.STUDENT_READ,
        ),
        Bulk(
            "delete",
            _l("Delete"),
            "trash",
            "academics.delete_students",
            policy.STUDENT_DELETE,
            confirm=_l("Delete the chosen students? They can be brought back."),
            danger=True,
        ),
    ),
    href=lambda row: ("academics.student", {"student_id": row.id}),
    row_label=lambda row: row.full_name,
)

DELETED_STUDENTS = Listing(
    name="academics.deleted_students",
    title=_l("Deleted students"),
    singular=_l("deleted student"),
    plural=_l("deleted students"),
    read=policy.STUDENT_DELETED,
    columns=(
        *STUDENT_COLUMNS[:2],
        Column(
            "deleted_at", _l("Deleted"), Student.deleted_at.label("deleted_at"), hide_below="sm"
        ),
    ),
    default_sort="student",
    joins=_student_joins,
    search=FOUND_STUDENTS,
    search_label=_l("Search by name, number or e-mail"),
    bulk=(
        Bulk(
            "restore",
            _l("Bring back"),
            "restore",
            "academics.restore_students",
            policy.STUDENT_RESTORE,
        ),
    ),
    href=lambda row: ("academics.student", {"student_id": row.id}),
    row_label=lambda row: row.full_name,
)


def only_students(ids: Sequence[int]) -> Asked:
    """Ask for exactly these students, in the usual order (a file of the picked rows)."""
    picked = Filter("picked", "", "text", Student.id.in_, menu=False)
    asked = ask(STUDENTS, {})
    return Asked(
        q="",
        filters=(),
        fixed=(Chosen(picked, "", list(ids)),),
        sort=asked.sort,
        descending=asked.descending,
        page=1,
        size=asked.size,
    )


def _teacher_joins(statement: Select[Any]) -> Select[Any]:
    return statement.join(User, User.id == Teacher.user_id).outerjoin(
        Department, Department.id == Teacher.department_id
    )


TEACHERS = Listing(
    name="academics.teachers",
    title=_l("Teachers"),
    singular=_l("teacher"),
    plural=_l("teachers"),
    read=policy.TEACHER_READ,
    columns=(
        Column(
            "teacher",
            _l("Teacher"),
            (User.full_name, Teacher.designation),
            lambda row: Cell(row.full_name, sub=row.designation, kind="person"),
            sort=Teacher.sort_name,
        ),
        Column(
            "department", _l("Department"), Department.name.label("department"), hide_below="sm"
        ),
        Column("email", _l("E-mail"), User.email_as_typed, hide_below="md"),
    ),
    default_sort="teacher",
    joins=_teacher_joins,
    search=FOUND_TEACHERS,
    search_label=_l("Search by name or e-mail"),
    filters=(
        Filter(
            "department",
            _l("Department"),
            "choice",
            lambda value: Teacher.department_id == value,
            choices=departments,
        ),
    ),
    href=lambda row: ("academics.teacher", {"teacher_id": row.id}),
    row_label=lambda row: row.full_name,
)
