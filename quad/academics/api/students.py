"""Students and records over JSON."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import request
from pydantic import Field

from quad.academics.forms.common import MOST_AT_ONCE
from quad.academics.forms.people import AssignDepartment, NewStudent, StudentPatch
from quad.academics.lists.people import DELETED_STUDENTS, STUDENTS
from quad.academics.models.people import StudentStatus
from quad.academics.models.results import Standing
from quad.academics.models.teaching import ComponentKind, ResultState, Weighting
from quad.academics.policy import base as policy
from quad.academics.service import mentors, placing, records, students
from quad.academics.service.record_parts import StudentRecord
from quad.core.errors import Forbidden, Invalid
from quad.core.forms import Form, Id
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing import query
from quad.core.listing.arguments import ask
from quad.identity.service.hashing import hasher
from quad.identity.service.users import make_one_time
from quad.institution.models import Averaging, RetakeRule
from quad.web.api import Answer, Moment, Number, Out, WireId, operation
from quad.web.kit import current_actor, current_db, runtime
from quad.web.lists import list_json

bp = APIBlueprint("academics_students_api", __name__, url_prefix="/api/v1", tag="Students")


class StudentOut(Out):
    id: WireId
    full_name: str
    email: str
    register_number: str
    admission_year: int
    graduation_year: int | None
    semester: int
    status: StudentStatus
    department_id: WireId | None
    department_name: str | None
    programme_id: WireId | None
    batch_id: WireId | None
    class_id: WireId | None
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
    carried_over: bool
    percentage: Number | None


class PartOfResultOut(Out):
    """What a component decides of the result, and what it added, in per cent of the whole."""

    component_id: WireId
    share: Number
    gained: Number | None


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
    weighting: Weighting
    complete: bool
    standing: Standing
    awarded: bool
    superseded: bool
    percentage: Number | None
    letter: str
    points: Number | None
    passed: bool
    components: list[ComponentMarkOut]
    breakdown: list[PartOfResultOut]


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
    batch: str | None
    class_name: str | None
    admission_year: int
    semester: int
    graduation_year: int | None
    graduated_on: date | None
    status: StudentStatus
    cgpa: Number | None
    credits_earned: Number
    credits_required: Number | None
    averaging: Averaging | None
    retake_rule: RetakeRule | None
    terms: list[TermRecordOut]


def _listed(row: Any) -> dict[str, Any]:
    return {**row._asdict(), "credits_earned": row.credits}


@operation(bp, "GET", "/students", answers=list[StudentOut], paged=True, errors=(403,))
def students_index() -> Answer:
    policy.STUDENT_LIST.require(current_actor())
    return list_json(STUDENTS, _listed)


class DeletedStudentOut(Out):
    id: WireId
    full_name: str
    register_number: str
    deleted_at: Moment


@operation(
    bp, "GET", "/students/deleted", answers=list[DeletedStudentOut], paged=True, errors=(403,)
)
def students_deleted() -> Answer:
    """Who was deleted and may be restored."""
    policy.STUDENT_BIN.require(current_actor())
    return list_json(DELETED_STUDENTS)


@operation(bp, "GET", "/students/all", answers=list[ListedStudentOut], errors=(400, 403))
def students_all() -> Answer:
    """The whole list at once, as the coding contract has it; `page` and `q` work as on every list."""
    db, actor = current_db(), current_actor()
    if not policy.STUDENT_LIST_ALL.may(actor):
        raise Forbidden(_("Admin or HOD access required"))
    names = mentors.NamesOfMentors(db)
    if "page" in request.args:
        answer = list_json(STUDENTS, lambda row: row._asdict())
        return replace(answer, data=names.added(answer.data))
    asked = ask(STUDENTS, request.args.to_dict(flat=False), strict=True)
    every = [row._asdict() for row in query.every_row(db, STUDENTS, actor, asked)]
    return Answer(names.added(every))


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


class PutOut(Out):
    changed: int


class PutMany(Form):
    """Several students to one place: a batch, a class (with its batch) or a semester; exactly one of them."""

    student_ids: Annotated[
        list[Id], Field(title=_l("Students"), min_length=1, max_length=MOST_AT_ONCE)
    ]
    batch_id: Annotated[Id | None, Field(title=_l("Batch"))] = None
    class_id: Annotated[Id | None, Field(title=_l("Class"))] = None
    semester: Annotated[int | None, Field(title=_l("Semester"), ge=1, le=40)] = None


@operation(
    bp,
    "POST",
    "/students/place",
    body=PutMany,
    answers=PutOut,
    message="Students placed",
    errors=(403,),
)
def students_place(body: PutMany) -> PutOut:
    """Put several students into a batch, a class or a semester; who may not be changed is left out."""
    db, actor = current_db(), current_actor()
    named = [name for name in ("batch_id", "class_id", "semester") if getattr(body, name)]
    if len(named) != 1:
        raise Invalid({"batch_id": _("Give exactly one: a batch, a class or a semester.")})
    act = {
        "batch_id": placing.put_into_batch,
        "class_id": placing.put_into_class,
        "semester": placing.put_into_semester,
    }[named[0]]
    return PutOut(changed=act(db, actor, body.student_ids, getattr(body, named[0])))


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
def student_record(student_id: int) -> StudentRecord:
    return records.record(current_db(), current_actor(), student_id)


@operation(bp, "GET", "/me/record", answers=RecordOut, errors=(403, 404))
def own_record() -> StudentRecord:
    return records.own_record(current_db(), current_actor())


@operation(bp, "GET", "/students/me/record", answers=RecordOut, errors=(403, 404))
def own_record_as_student() -> StudentRecord:
    """The same as `/me/record`."""
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
        graduation_year=row.graduation_year,
        semester=row.semester,
        status=row.status,
        department_id=row.department_id,
        department_name=head.department_name,
        programme_id=row.programme_id,
        batch_id=row.batch_id,
        class_id=row.class_id,
        cgpa=row.cgpa,
        credits_earned=row.credits_earned,
        version=row.version,
    )
