"""Classes, registers and attendance over JSON."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Any

from apiflask import APIBlueprint
from pydantic import Field, PlainSerializer

from quad.academics.forms.attendance import (
    EditSession,
    ExcuseAbsences,
    NewHoliday,
    NewSession,
    PlanSessions,
    SetAttendanceRule,
    TakeRegister,
)
from quad.academics.lists.attendance import ATTENDANCE
from quad.academics.models.attendance import Presence
from quad.academics.policy import attendance as policy
from quad.academics.service import (
    attendance,
    attendance_marks,
    attendance_reading,
    class_sessions,
    student_attendance,
)
from quad.academics.service.attendance import Taken
from quad.core.i18n import lazy_gettext as _l
from quad.web.api import Answer, Moment, Number, Out, WireId, operation
from quad.web.kit import current_actor, current_db
from quad.web.lists import list_json

bp = APIBlueprint(
    "academics_attendance_api", __name__, url_prefix="/api/v1/academics", tag="Attendance"
)

Clock = Annotated[time, PlainSerializer(lambda at: f"{at:%H:%M}", return_type=str)]


class ClassSessionOut(Out):
    """A class, by the institution's calendar and clock."""

    id: WireId
    offering_id: WireId
    held_on: date
    starts_at: Clock
    minutes: int
    topic: str
    taken_at: Moment | None
    version: int


class SessionLineOut(Out):
    id: WireId
    held_on: date
    starts_at: Clock
    minutes: int
    topic: str
    taken_at: Moment | None
    present: int
    late: int
    absent: int
    excused: int


class AttendantOut(Out):
    enrolment_id: WireId
    student_id: WireId
    name: str
    register_number: str
    present: int
    late: int
    absent: int
    excused: int
    percentage: Number | None
    short: bool


class SummaryOut(Out):
    limit: int
    held: int
    average: Number | None
    sessions: list[SessionLineOut]
    students: list[AttendantOut]


class PlannedOut(Out):
    session_ids: list[WireId]
    holidays: int
    there_already: int


class RegisterRowOut(Out):
    """`state` is null before the register was taken, and for who joined after that."""

    enrolment_id: WireId
    student_id: WireId
    name: str
    register_number: str
    state: Presence | None
    on_leave: bool
    percentage: Number | None
    short: bool


class RegisterOut(Out):
    session: ClassSessionOut
    rows: list[RegisterRowOut]


class RegisterEntryOut(Out):
    enrolment_id: WireId
    status: Taken
    state: Presence | None
    error: str | None


class CourseAttendanceOut(Out):
    enrolment_id: WireId
    offering_id: WireId
    code: str
    title: str
    section: str
    term: str
    present: int
    late: int
    absent: int
    excused: int
    percentage: Number | None
    short: bool


class MissedOut(Out):
    code: str
    title: str
    held_on: date
    starts_at: Clock
    topic: str
    state: Presence


class LeaveOut(Out):
    id: WireId
    first_day: date
    last_day: date
    reason: str
    withdrawn_at: Moment | None


class StudentAttendanceOut(Out):
    student_id: WireId
    limit: int
    courses: list[CourseAttendanceOut]
    missed: list[MissedOut]
    leave: list[LeaveOut]


class ListedAttendanceOut(Out):
    enrolment_id: WireId
    offering_id: WireId
    student_id: WireId
    full_name: str
    register_number: str
    code: str
    title: str
    section: str
    term: str
    present: int
    late: int
    absent: int
    excused: int
    percentage: Number | None
    short: bool


class HolidayOut(Out):
    id: WireId
    name: str
    first_day: date
    last_day: date


class AddedHolidayOut(HolidayOut):
    removed_sessions: int


class AttendanceStepOut(Out):
    minimum: Number
    marks: Number


class AttendanceRuleOut(Out):
    component_id: WireId
    steps: Annotated[list[AttendanceStepOut], Field(title=_l("Steps"))]


class FilledOut(Out):
    saved: int
    unchanged: int
    without: int


@operation(bp, "GET", "/attendance", answers=list[ListedAttendanceOut], paged=True, errors=(403,))
def attendance_list() -> Answer:
    """Students in courses with their attendance, the least first; filter by `short`, `below`, `term`, `offering`."""
    policy.ATTENDANCE_LIST.require(current_actor())
    return list_json(ATTENDANCE)


@operation(bp, "GET", "/attendance/mine", answers=StudentAttendanceOut, errors=(403, 404))
def attendance_mine() -> Any:
    return student_attendance.own_attendance(current_db(), current_actor())


@operation(bp, "GET", "/attendance/students/<int:student_id>", answers=StudentAttendanceOut)
def attendance_of(student_id: int) -> Any:
    return student_attendance.attendance_of(current_db(), current_actor(), student_id)


@operation(
    bp,
    "POST",
    "/attendance/students/<int:student_id>/leave",
    body=ExcuseAbsences,
    answers=LeaveOut,
    status=201,
    message="Excused",
    errors=(403,),
)
def attendance_excuse(student_id: int, body: ExcuseAbsences) -> Any:
    return attendance.excuse_absences(
        current_db(), current_actor(), student_id, body.first_day, body.last_day, body.reason
    )


@operation(
    bp,
    "DELETE",
    "/attendance/leave/<int:excuse_id>",
    answers=LeaveOut,
    message="Taken back",
    errors=(403, 409),
)
def attendance_unexcuse(excuse_id: int) -> Any:
    return attendance.withdraw_excuse(current_db(), current_actor(), excuse_id)


@operation(bp, "GET", "/attendance/offerings/<int:offering_id>", answers=SummaryOut, errors=(403,))
def attendance_offering(offering_id: int) -> Any:
    return attendance_reading.summary(current_db(), current_actor(), offering_id)


@operation(
    bp,
    "POST",
    "/attendance/offerings/<int:offering_id>/sessions",
    body=NewSession,
    answers=ClassSessionOut,
    status=201,
    message="Class added",
    errors=(403, 409),
)
def session_add(offering_id: int, body: NewSession) -> Any:
    return class_sessions.add(current_db(), current_actor(), offering_id, body)


@operation(
    bp,
    "POST",
    "/attendance/offerings/<int:offering_id>/plan",
    body=PlanSessions,
    answers=PlannedOut,
    status=201,
    message="Classes planned",
    errors=(403, 409),
)
def session_plan(offering_id: int, body: PlanSessions) -> Any:
    return class_sessions.plan(current_db(), current_actor(), offering_id, body)


@operation(bp, "GET", "/attendance/sessions/<int:session_id>", answers=RegisterOut, errors=(403,))
def session_register(session_id: int) -> Any:
    return attendance_reading.register(current_db(), current_actor(), session_id)


@operation(
    bp,
    "PUT",
    "/attendance/sessions/<int:session_id>/register",
    body=TakeRegister,
    answers=list[RegisterEntryOut],
    message="Register taken",
    errors=(403, 409),
)
def session_take(session_id: int, body: TakeRegister) -> Any:
    """Take a register or change it; an entry whose `seen` is not what stands there is in conflict."""
    return attendance.take(current_db(), current_actor(), session_id, body)


@operation(
    bp,
    "PUT",
    "/attendance/sessions/<int:session_id>",
    body=EditSession,
    answers=ClassSessionOut,
    message="Saved",
    errors=(403, 409),
)
def session_edit(session_id: int, body: EditSession) -> Any:
    return class_sessions.edit(current_db(), current_actor(), session_id, body)


@operation(
    bp,
    "DELETE",
    "/attendance/sessions/<int:session_id>",
    message="Class taken out",
    errors=(403,),
)
def session_remove(session_id: int) -> None:
    class_sessions.remove(current_db(), current_actor(), session_id)


@operation(bp, "GET", "/attendance/holidays", answers=list[HolidayOut], errors=(403,))
def holidays_list() -> Any:
    return class_sessions.holidays(current_db(), current_actor())


@operation(
    bp,
    "POST",
    "/attendance/holidays",
    body=NewHoliday,
    answers=AddedHolidayOut,
    status=201,
    message="Holiday added",
    errors=(403,),
)
def holidays_add(body: NewHoliday) -> Any:
    row, gone = class_sessions.add_holiday(current_db(), current_actor(), body)
    return {
        "id": row.id,
        "name": row.name,
        "first_day": row.first_day,
        "last_day": row.last_day,
        "removed_sessions": gone,
    }


@operation(
    bp,
    "DELETE",
    "/attendance/holidays/<int:holiday_id>",
    message="Holiday removed",
    errors=(403,),
)
def holidays_remove(holiday_id: int) -> None:
    class_sessions.remove_holiday(current_db(), current_actor(), holiday_id)


@operation(
    bp,
    "PUT",
    "/attendance/offerings/<int:offering_id>/components/<int:component_id>/rule",
    body=SetAttendanceRule,
    answers=AttendanceRuleOut,
    message="Saved",
    errors=(403, 409),
)
def attendance_rule_set(offering_id: int, component_id: int, body: SetAttendanceRule) -> Any:
    attendance_marks.set_rule(current_db(), current_actor(), offering_id, component_id, body)
    return {"component_id": component_id, "steps": body.steps}


@operation(
    bp,
    "DELETE",
    "/attendance/offerings/<int:offering_id>/components/<int:component_id>/rule",
    message="Rule dropped",
    errors=(403, 409),
)
def attendance_rule_drop(offering_id: int, component_id: int) -> None:
    attendance_marks.drop_rule(current_db(), current_actor(), offering_id, component_id)


@operation(
    bp,
    "POST",
    "/attendance/offerings/<int:offering_id>/components/<int:component_id>/fill",
    answers=FilledOut,
    message="Marks entered",
    errors=(403, 409),
)
def attendance_fill(offering_id: int, component_id: int) -> Any:
    return attendance_marks.fill(current_db(), current_actor(), offering_id, component_id)
