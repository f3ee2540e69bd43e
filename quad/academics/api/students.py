"""Students and records over JSON."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import request

from quad.academics import policy
from quad.academics.forms import AssignDepartment, NewStudent, StudentPatch
from quad.academics.lists.people import STUDENTS
from quad.academics.models.people import StudentStatus
from quad.academics.models.teaching import ComponentKind, ResultState
from quad.academics.service import records, students
from quad.core.errors import Forbidden
from quad.core.i18n import gettext as _
from quad.core.listing import query
from quad.core.listing.arguments import ask
from quad.identity.service.hashing import hasher
from quad.identity.service.users import make_one_time
from quad.web.api import Answer, Number, Out, WireId, operation
from quad.web.kit import current_actor, current_db, runtime
from quad.web.lists import list_json

bp = APIBlueprint("academics_students_api", __name__, url_prefix="/api/v1", tag="Students")


class StudentOut(Out):
    id: WireId
    full_name: str
    email: str
    register_number: str
    admission_year: int
    semester: int
    status: StudentStatus
    department_id: WireId | None
    department_name: str | None
    programme_id: WireId | None
    cgpa: Number | None
    credits_earned: Number
    version: int


class ListedStudentOut(Out):
    """The shape of the coding contract."""

    id: WireId
    full_name: str
    email: str
    register_number: str
    admission_year: int
    department_id: WireId | None
    department_name: str | None
    advisor_name: str
    counsellor_name: str


class MovedOut(Out):
    student_id: WireId
    department_id: WireId | None
    department_name: str | None = None


class ComponentMarkOut(Out):
    component_id: WireId
    name: str
    kind: ComponentKind
    maximum: Number
    weight: Number
    value: Number | None
    absent: bool


class CourseRecordOut(Out):
    enrolment_id: WireId
    offering_id: WireId
    course_id: WireId
    code: str
    title: str
    credits: Number
    section: str
    attempt: int
    withdrawn: bool
    teacher: str | None
    state: ResultState
    complete: bool
    percentage: Number | None
    letter: str
    points: Number | None
    passed: bool
    components: list[ComponentMarkOut]


class TermRecordOut(Out):
    term_id: WireId
    name: str
    credits: Number | None
    sgpa: Number | None
    cgpa: Number | None
    courses: list[CourseRecordOut]


class RecordOut(Out):
    id: WireId
    name: str
    email: str
    register_number: str
    department: str | None
    programme: str | None
    admission_year: int
    semester: int
    graduation_year: int | None
    status: StudentStatus
    cgpa: Number | None
    credits_earned: Number
    credits_required: Number | None
    terms: list[TermRecordOut]


def _listed(row: Any) -> dict[str, Any]:
    return {**row._asdict(), "credits_earned": row.credits}


@operation(bp, "GET", "/students", answers=list[StudentOut], paged=True, errors=(403,))
def students_index() -> Answer:
    policy.STUDENT_LIST.require(current_actor())
    return list_json(STUDENTS, _listed)


@operation(bp, "GET", "/students/all", answers=list[ListedStudentOut], errors=(400, 403))
def students_all() -> Answer:
    """The whole list at once, as the coding contract has it; `page` and `q` work as on every list."""
    db, actor = current_db(), current_actor()
    if not policy.STUDENT_LIST_ALL.may(actor):
        raise Forbidden(_("Admin or HOD access required"))
    if "page" in request.args:
        return list_json(STUDENTS, _in_contract)
    asked = ask(STUDENTS, request.args.to_dict(flat=False), strict=True)
    return Answer([_in_contract(row) for row in query.every_row(db, STUDENTS, actor, asked)])


def _in_contract(row: Any) -> dict[str, Any]:
    unassigned = _("Unassigned")
    return {**row._asdict(), "advisor_name": unassigned, "counsellor_name": unassigned}


@operation(
    bp,
    "POST",
    "/students",
    body=NewStudent,
    answers=StudentOut,
    status=201,
    message="Student added",
    errors=(403, 409),
)
def student_add(body: NewStudent) -> StudentOut:
    actor = current_actor()
    policy.STUDENT_ADD.require(actor)
    # Hashing comes before the transaction's first statement.
    one_time = make_one_time(hasher(runtime().settings))
    return _one(students.add(current_db(), actor, body, one_time).id)


@operation(bp, "GET", "/students/<int:student_id>", answers=StudentOut)
def student_show(student_id: int) -> StudentOut:
    return _one(student_id)


@operation(
    bp,
    "PATCH",
    "/students/<int:student_id>",
    body=StudentPatch,
    answers=StudentOut,
    message="Student changed",
    errors=(403, 409),
)
def student_change(student_id: int, body: StudentPatch) -> StudentOut:
    students.patch(current_db(), current_actor(), student_id, body)
    return _one(student_id)


@operation(bp, "DELETE", "/students/<int:student_id>", message="Student deleted", errors=(403, 409))
def student_delete(student_id: int) -> None:
    students.delete(current_db(), current_actor(), student_id)


@operation(
    bp,
    "POST",
    "/students/<int:student_id>/restore",
    answers=StudentOut,
    message="Student restored",
    errors=(403, 409),
)
def student_restore(student_id: int) -> StudentOut:
    students.restore(current_db(), current_actor(), student_id)
    return _one(student_id)


@operation(
    bp,
    "PUT",
    "/students/<int:student_id>/assign-department",
    body=AssignDepartment,
    answers=MovedOut,
    message="Department assigned",
    errors=(403, 404),
    lenient="department_id is required",
)
def student_assign(student_id: int, body: AssignDepartment) -> MovedOut:
    students.move(current_db(), current_actor(), student_id, body.department_id)
    moved = records.record(current_db(), current_actor(), student_id)
    return MovedOut(
        student_id=student_id,
        department_id=moved.department_id,
        department_name=moved.department,
    )


@operation(
    bp,
    "PUT",
    "/students/<int:student_id>/unassign-department",
    answers=MovedOut,
    message="Department unassigned",
    errors=(403,),
)
def student_unassign(student_id: int) -> MovedOut:
    students.move(current_db(), current_actor(), student_id, None)
    return MovedOut(student_id=student_id, department_id=None)


@operation(bp, "GET", "/students/<int:student_id>/record", answers=RecordOut)
def student_record(student_id: int) -> records.StudentRecord:
    return records.record(current_db(), current_actor(), student_id)


@operation(bp, "GET", "/me/record", answers=RecordOut, errors=(403, 404))
def own_record() -> records.StudentRecord:
    return records.own_record(current_db(), current_actor())


def _one(student_id: int) -> StudentOut:
    db, actor = current_db(), current_actor()
    row = policy.STUDENT_READ.get(db, actor, student_id)
    head = records.person_and_department(db, student_id)
    return StudentOut(
        id=row.id,
        full_name=head.full_name,
        email=head.email,
        register_number=row.register_number,
        admission_year=row.admission_year,
        semester=row.semester,
        status=row.status,
        department_id=row.department_id,
        department_name=head.department_name,
        programme_id=row.programme_id,
        cgpa=row.cgpa,
        credits_earned=row.credits_earned,
        version=row.version,
    )
