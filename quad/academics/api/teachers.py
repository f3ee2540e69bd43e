"""The teaching staff over JSON."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from quad.academics.forms.people import NewTeacher, TeacherPatch
from quad.academics.lists.teachers import DELETED_TEACHERS, TEACHERS
from quad.academics.policy import base as policy
from quad.academics.service import catalogue, teachers
from quad.core.errors import NotFound
from quad.identity.service.hashing import hasher
from quad.identity.service.users import make_one_time
from quad.web.api import Answer, Moment, Out, WireId, operation
from quad.web.kit import current_actor, current_db, runtime
from quad.web.lists import list_json

bp = APIBlueprint("academics_teachers_api", __name__, url_prefix="/api/v1", tag="Teachers")

ONE = "/academics/teachers/<int:teacher_id>"


class TeacherOut(Out):
    """`user_id` is the person, whom an offering names as `faculty_id`."""

    id: WireId
    user_id: WireId
    full_name: str
    email: str
    designation: str
    department_id: WireId | None
    department: str | None
    version: int


@operation(bp, "GET", "/academics/teachers", answers=list[TeacherOut], paged=True, errors=(403,))
def teachers_index() -> Answer:
    policy.TEACHER_LIST.require(current_actor())
    return list_json(TEACHERS)


class DeletedTeacherOut(Out):
    id: WireId
    full_name: str
    deleted_at: Moment


@operation(
    bp,
    "GET",
    "/academics/teachers/deleted",
    answers=list[DeletedTeacherOut],
    paged=True,
    errors=(403,),
)
def teachers_deleted() -> Answer:
    """Who was deleted and may be restored."""
    policy.TEACHER_ADD.require(current_actor())
    return list_json(DELETED_TEACHERS)


@operation(
    bp,
    "POST",
    "/academics/teachers",
    body=NewTeacher,
    answers=TeacherOut,
    status=201,
    message="Teacher added",
    errors=(403, 409),
)
def teacher_add(body: NewTeacher) -> TeacherOut:
    """Add a teacher; the one-time password goes by mail."""
    actor = current_actor()
    policy.TEACHER_ADD.require(actor)
    # Hashing comes before the transaction's first statement.
    one_time = make_one_time(hasher(runtime().settings))
    return _one(teachers.add(current_db(), actor, body, one_time).id)


@operation(bp, "GET", ONE, answers=TeacherOut)
def teacher_show(teacher_id: int) -> TeacherOut:
    return _one(teacher_id)


@operation(
    bp,
    "PATCH",
    ONE,
    body=TeacherPatch,
    answers=TeacherOut,
    message="Teacher changed",
    errors=(403, 409),
)
def teacher_change(teacher_id: int, body: TeacherPatch) -> TeacherOut:
    teachers.patch(current_db(), current_actor(), teacher_id, body)
    return _one(teacher_id)


@operation(bp, "DELETE", ONE, message="Teacher deleted", errors=(403, 409))
def teacher_delete(teacher_id: int) -> None:
    teachers.delete(current_db(), current_actor(), teacher_id)


@operation(
    bp,
    "POST",
    f"{ONE}/restore",
    answers=TeacherOut,
    message="Teacher restored",
    errors=(403, 409),
)
def teacher_restore(teacher_id: int) -> TeacherOut:
    teachers.restore(current_db(), current_actor(), teacher_id)
    return _one(teacher_id)


def _one(teacher_id: int) -> TeacherOut:
    current_db().flush()
    row: Any = catalogue.teacher(current_db(), current_actor(), teacher_id)
    if row.deleted_at is not None:
        raise NotFound
    return TeacherOut.model_validate({**row._mapping, "full_name": row.name})
