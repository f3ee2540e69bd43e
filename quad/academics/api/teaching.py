"""Courses, offerings and enrolments over JSON."""

from __future__ import annotations

from datetime import date
from typing import Any

from apiflask import APIBlueprint

from quad.academics.forms.teaching import (
    EditCourse,
    EditOffering,
    EnrolBatch,
    EnrolStudents,
    NewCourse,
    NewOffering,
)
from quad.academics.lists.teaching import COURSES, OFFERINGS
from quad.academics.models.teaching import Course, ResultState
from quad.academics.policy import base as policy
from quad.academics.service import enrolments, sheets, teaching
from quad.web.api import Answer, Moment, Number, Out, WireId, operation
from quad.web.kit import current_actor, current_db
from quad.web.lists import list_json

bp = APIBlueprint("academics_teaching_api", __name__, url_prefix="/api/v1", tag="Teaching")


class CourseOut(Out):
    id: WireId
    code: str
    title: str
    credits: Number
    semester: int | None
    department_id: WireId | None
    starts_on: date | None
    created_by: WireId | None
    archived_at: Moment | None
    version: int


class OfferingOut(Out):
    id: WireId
    course_id: WireId
    code: str
    title: str
    section: str
    term_id: WireId
    term: str
    department_id: WireId | None
    faculty_id: WireId | None
    teacher: str | None
    state: ResultState
    version: int


class RosterOut(Out):
    enrolment_id: WireId
    student_id: WireId
    name: str
    register_number: str
    attempt: int
    withdrawn: bool
    total: Number | None
    percentage: Number | None
    letter: str
    complete: bool


class EnrolledOut(Out):
    student_id: WireId | None
    register_number: str
    enrolment_id: WireId | None
    error: str | None


@operation(bp, "GET", "/academics/courses", answers=list[CourseOut], paged=True, errors=(403,))
def courses_index() -> Answer:
    policy.COURSE_LIST.require(current_actor())
    return list_json(COURSES)


@operation(
    bp,
    "POST",
    "/academics/courses",
    body=NewCourse,
    answers=CourseOut,
    status=201,
    message="Course added",
    errors=(403, 409),
)
def course_add(body: NewCourse) -> Course:
    return teaching.add_course(current_db(), current_actor(), body)


@operation(bp, "GET", "/academics/courses/<int:course_id>", answers=CourseOut)
def course_show(course_id: int) -> Course:
    return policy.COURSE_READ.get(current_db(), current_actor(), course_id)


@operation(
    bp,
    "PUT",
    "/academics/courses/<int:course_id>",
    body=EditCourse,
    answers=CourseOut,
    message="Course changed",
    errors=(403, 409),
)
def course_change(course_id: int, body: EditCourse) -> Course:
    row = teaching.edit_course(current_db(), current_actor(), course_id, body)
    current_db().flush()
    return row


@operation(
    bp,
    "DELETE",
    "/academics/courses/<int:course_id>",
    answers=CourseOut,
    message="Course deleted",
    errors=(403, 409),
)
def course_delete(course_id: int) -> Course:
    """A course that has marks is archived instead: `archived_at` tells."""
    row = teaching.delete_course(current_db(), current_actor(), course_id)
    current_db().flush()
    return row


@operation(
    bp,
    "POST",
    "/academics/courses/<int:course_id>/restore",
    answers=CourseOut,
    message="Course restored",
    errors=(403, 409, 422),
)
def course_restore(course_id: int) -> Course:
    row = teaching.restore_course(current_db(), current_actor(), course_id)
    current_db().flush()
    return row


@operation(bp, "GET", "/academics/offerings", answers=list[OfferingOut], paged=True, errors=(403,))
def offerings_index() -> Answer:
    policy.OFFERING_ADD.require(current_actor())
    return list_json(OFFERINGS)


@operation(
    bp,
    "POST",
    "/academics/offerings",
    body=NewOffering,
    answers=OfferingOut,
    status=201,
    message="Course offered",
    errors=(403, 404, 409),
)
def offering_add(body: NewOffering) -> Any:
    row = teaching.offer(current_db(), current_actor(), body)
    return sheets.head(current_db(), current_actor(), row.id)


@operation(bp, "GET", "/academics/offerings/<int:offering_id>", answers=OfferingOut, errors=(403,))
def offering_show(offering_id: int) -> Any:
    return sheets.head(current_db(), current_actor(), offering_id)


@operation(
    bp,
    "PUT",
    "/academics/offerings/<int:offering_id>",
    body=EditOffering,
    answers=OfferingOut,
    message="Offering changed",
    errors=(403, 409),
)
def offering_change(offering_id: int, body: EditOffering) -> Any:
    teaching.edit_offering(current_db(), current_actor(), offering_id, body)
    current_db().flush()
    return sheets.head(current_db(), current_actor(), offering_id)


@operation(
    bp,
    "DELETE",
    "/academics/offerings/<int:offering_id>",
    message="Offering removed",
    errors=(403, 409),
)
def offering_remove(offering_id: int) -> None:
    """Remove an offering that nobody was ever enrolled in."""
    teaching.remove_offering(current_db(), current_actor(), offering_id)


@operation(
    bp,
    "GET",
    "/academics/offerings/<int:offering_id>/roster",
    answers=list[RosterOut],
    errors=(403,),
)
def roster(offering_id: int) -> Any:
    return sheets.roster(current_db(), current_actor(), offering_id).rows


@operation(
    bp,
    "POST",
    "/academics/offerings/<int:offering_id>/roster",
    body=EnrolStudents,
    answers=list[EnrolledOut],
    message="Enrolled",
    errors=(403, 409),
)
def enrol(offering_id: int, body: EnrolStudents) -> Answer:
    """One student who cannot be enrolled is a 409 with the sentence; of several, each has an outcome."""
    db, actor = current_db(), current_actor()
    if len(body.student_ids) == 1 and not body.register_numbers:
        row = enrolments.enrol_one(db, actor, offering_id, body.student_ids[0])
        only = enrolments.EnrolOutcome(row.student_id, "", row.id)
        return Answer([only], status=200)
    return Answer(enrolments.enrol(db, actor, offering_id, body))


class EnrolWhole(EnrolBatch):
    """`dry_run` says what would happen and changes nothing."""

    dry_run: bool = False


@operation(
    bp,
    "POST",
    "/academics/offerings/<int:offering_id>/roster/batch",
    body=EnrolWhole,
    answers=list[EnrolledOut],
    message="Enrolled",
    errors=(403, 409),
)
def enrol_batch(offering_id: int, body: EnrolWhole) -> Answer:
    """Enrol a whole batch, class or programme; who is in already has the sentence as `error`."""
    db, actor = current_db(), current_actor()
    form = EnrolBatch(**body.model_dump(exclude={"dry_run"}))
    if body.dry_run:
        preview = enrolments.preview_batch(db, actor, offering_id, form)
        return Answer(enrolments.previewed(preview), message="Nothing was changed")
    return Answer(enrolments.enrol_batch(db, actor, offering_id, form))


@operation(
    bp,
    "DELETE",
    "/academics/offerings/<int:offering_id>/roster/<int:student_id>",
    message="Withdrawn",
    errors=(403, 409),
)
def roster_withdraw(offering_id: int, student_id: int) -> None:
    """Withdraw a student; the enrolment and the marks stay and can be taken back."""
    db, actor = current_db(), current_actor()
    enrolments.withdraw(db, actor, enrolments.place_in(db, actor, offering_id, student_id))


@operation(
    bp,
    "POST",
    "/academics/offerings/<int:offering_id>/roster/<int:student_id>/restore",
    message="Withdrawal taken back",
    errors=(403, 409),
)
def roster_restore(offering_id: int, student_id: int) -> None:
    db, actor = current_db(), current_actor()
    enrolments.reinstate(db, actor, enrolments.place_in(db, actor, offering_id, student_id))


@operation(
    bp,
    "POST",
    "/enrolments/<int:enrolment_id>/withdraw",
    message="Withdrawn",
    errors=(403, 409),
)
def withdraw(enrolment_id: int) -> None:
    enrolments.withdraw(current_db(), current_actor(), enrolment_id)


@operation(
    bp,
    "POST",
    "/enrolments/<int:enrolment_id>/restore",
    message="Withdrawal taken back",
    errors=(403, 409),
)
def reinstate(enrolment_id: int) -> None:
    enrolments.reinstate(current_db(), current_actor(), enrolment_id)
