"""The lists of people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from quad.academics.lists import choices
from quad.academics.models import tallies
from quad.academics.models.cells import student_cell
from quad.academics.models.people import Student, StudentStatus
from quad.academics.models.teaching import Enrolment, EnrolmentStatus
from quad.academics.policy import base as policy
from quad.academics.policy.documents import DOCUMENT_ISSUE
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import number
from quad.core.listing.arguments import Asked, Chosen, ask
from quad.core.listing.declaration import Bulk, Cell, Column, Listing, SearchTerms
from quad.core.listing.filters import Filter
from quad.identity.models.accounts import User
from quad.identity.models.mentors import MentorAssignment, MentorKind
from quad.institution.models import Batch, ClassGroup, Department, Programme

STATUS: dict[StudentStatus, tuple[str, str]] = {
    StudentStatus.ACTIVE: ("done", _l("Active")),
    StudentStatus.ON_LEAVE: ("going", _l("On leave")),
    StudentStatus.WITHDRAWN: ("stop", _l("Withdrawn")),
    StudentStatus.GRADUATED: ("done", _l("Graduated")),
}
FOUND_STUDENTS = SearchTerms("academics.student")


def _student_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(User, User.id == Student.user_id)
        .outerjoin(Programme, Programme.id == Student.programme_id)
        .outerjoin(Department, Department.id == Student.department_id)
        .outerjoin(Batch, Batch.id == Student.batch_id)
        .outerjoin(ClassGroup, ClassGroup.id == Student.class_id)
    )


def _cgpa(row: Any) -> Cell:
    return Cell("–" if row.cgpa is None else number(row.cgpa, 2), kind="number")


def _status(row: Any) -> Cell:
    state, label = STATUS[row.status]
    return Cell(str(label), kind="status", state=state)


def _at_least(value: Decimal) -> str:
    return _("CGPA: %(value)s or more", value=number(value))


def _below(value: Decimal) -> str:
    if value <= 0:
        return _("No average yet")
    return _("CGPA: below %(value)s", value=number(value))


def in_department(column: Any) -> Callable[[int], ColumnElement[bool]]:
    """Return the clause of a filter by department, in which 0 stands for none."""
    return lambda value: column == value if value else column.is_(None)


def _enrolled_in(offering_id: int) -> ColumnElement[bool]:
    return Student.id.in_(
        select(Enrolment.student_id).where(
            Enrolment.offering_id == offering_id, Enrolment.status == EnrolmentStatus.ENROLLED
        )
    )


def without_mentor(kind: MentorKind) -> ColumnElement[bool]:
    """Hold for students nobody looks after in this way."""
    return Student.user_id.not_in(
        select(MentorAssignment.mentee_id).where(MentorAssignment.kind == kind)
    )


def mentored_by(mentor_id: int) -> ColumnElement[bool]:
    """Hold for the students of one mentor."""
    return Student.user_id.in_(
        select(MentorAssignment.mentee_id).where(MentorAssignment.mentor_id == mentor_id)
    )


STUDENT_COLUMNS = (
    Column(
        "student",
        _l("Student"),
        (User.full_name, Student.register_number, User.photo, Student.user_id),
        student_cell,
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
    Column("batch", _l("Batch"), Batch.name.label("batch"), default=False, hide_below="lg"),
    Column(
        "class", _l("Class"), ClassGroup.name.label("class_name"), default=False, hide_below="lg"
    ),
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
        "graduation_year",
        _l("Expected graduation"),
        Student.graduation_year,
        lambda row: str(row.graduation_year or "–"),
        numeric=True,
        default=False,
        hide_below="lg",
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
        Student.user_id,
        Student.department_id,
        Student.programme_id,
        Student.batch_id,
        Student.class_id,
        Student.version,
        Department.name.label("department_name"),
    ),
    tally=tallies.STUDENTS.name,
    search=FOUND_STUDENTS,
    search_label=_l("Search by name, number or e-mail"),
    search_placeholder=_l("Name, number or e-mail"),
    filters=(
        Filter(
            "department",
            _l("Department"),
            "choice",
            in_department(Student.department_id),
            choices=choices.of("department"),
        ),
        Filter(
            "programme",
            _l("Programme"),
            "choice",
            lambda value: Student.programme_id == value,
            choices=choices.of("programme"),
        ),
        Filter(
            "batch",
            _l("Batch"),
            "choice",
            lambda value: Student.batch_id == value,
            choices=choices.of("batch"),
        ),
        Filter(
            "class",
            _l("Class"),
            "choice",
            lambda value: Student.class_id == value,
            choices=choices.of("class"),
        ),
        Filter(
            "semester", _l("Semester"), "number", lambda value: Student.semester == value, places=0
        ),
        Filter(
            "year",
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
            "cgpa_below",
            _l("CGPA below"),
            "number",
            lambda value: Student.cgpa_order < value,
            chip=_below,
        ),
        Filter(
            "status",
            _l("Status"),
            "choice",
            lambda value: Student.status == value,
            choices=tuple((status, label) for status, (_state, label) in STATUS.items()),
        ),
        Filter("offering", _l("Offering"), "number", _enrolled_in, places=0, menu=False),
        Filter(
            "mentor",
            _l("Without a mentor"),
            "choice",
            without_mentor,
            choices=(
                (MentorKind.ADVISOR, _l("No advisor")),
                (MentorKind.COUNSELLOR, _l("No counsellor")),
            ),
        ),
        Filter("mentored_by", _l("Mentor"), "number", mentored_by, places=0, menu=False),
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
            "batch",
            _l("Set batch"),
            "users-group",
            "academics.put_into_batch",
            policy.STUDENT_EDIT,
        ),
        Bulk("class", _l("Set class"), "users", "academics.put_into_class", policy.STUDENT_EDIT),
        Bulk(
            "semester",
            _l("Set semester"),
            "calendar",
            "academics.put_into_semester",
            policy.STUDENT_EDIT,
        ),
        Bulk(
            "mentors",
            _l("Assign a mentor"),
            "users-group",
            "academics.assign_mentor",
            policy.COUNSELLOR_ASSIGN,
        ),
        Bulk(
            "documents",
            _l("Issue documents"),
            "certificate",
            "academics.choose_documents",
            DOCUMENT_ISSUE,
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
