"""What reports can be built from here: students, enrolments, marks, results that count, attendance."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_

from quad.academics.lists import choices
from quad.academics.lists.attendance import ATTENDANCE
from quad.academics.lists.people import STATUS, STUDENTS
from quad.academics.lists.results import RESULTS
from quad.academics.models.attendance import AttendanceTotal
from quad.academics.models.people import Student
from quad.academics.models.reported import ADMISSION_YEAR, PERSON, department_field, students_here
from quad.academics.models.results import EnrolmentResult, Mark
from quad.academics.models.teaching import (
    Component,
    ComponentKind,
    Course,
    Enrolment,
    EnrolmentStatus,
    Offering,
)
from quad.academics.policy import attendance as attendance_policy
from quad.academics.policy import base as policy
from quad.academics.policy import results as results_policy
from quad.core.i18n import lazy_gettext as _l
from quad.core.sources import Field, Ready, Source
from quad.identity.models.accounts import User
from quad.institution.models import Batch, ClassGroup, Department, Programme, Term

KINDS = {
    ComponentKind.ATTENDANCE: _l("Attendance"),
    ComponentKind.ASSIGNMENT: _l("Assignment"),
    ComponentKind.INTERNAL: _l("Internal test"),
    ComponentKind.EXTERNAL: _l("Final examination"),
    ComponentKind.OTHER: _l("Other"),
}
STATUSES = {EnrolmentStatus.ENROLLED: _l("Enrolled"), EnrolmentStatus.WITHDRAWN: _l("Withdrawn")}

COURSE = (
    Field("course", _l("Course"), "text", Course.title, by=Course.id),
    Field("code", _l("Course code"), "text", Course.code),
    Field("section", _l("Section"), "text", Offering.section),
    Field("term", _l("Term"), "choice", Term.name, choices.terms, by=Term.id),
)

STUDENTS_SOURCE = Source(
    name="academics.students",
    label=_l("Students"),
    about=_l("One row for each student’s record."),
    singular=_l("student"),
    plural=_l("students"),
    gate=policy.STUDENT_LIST,
    read=STUDENTS.read,
    joins=STUDENTS.joins,
    fields=(
        *PERSON,
        Field("email", _l("E-mail"), "text", User.email_as_typed),
        department_field(Student.department_id, choices.of("department")),
        Field(
            "programme",
            _l("Programme"),
            "choice",
            Programme.name,
            choices.of("programme"),
            by=Student.programme_id,
        ),
        Field("batch", _l("Batch"), "choice", Batch.name, choices.of("batch"), by=Student.batch_id),
        Field(
            "class",
            _l("Class"),
            "choice",
            ClassGroup.name,
            choices.of("class"),
            by=Student.class_id,
        ),
        Field("semester", _l("Semester"), "number", Student.semester, whole=True),
        ADMISSION_YEAR,
        Field(
            "graduation_year",
            _l("Expected graduation"),
            "number",
            Student.graduation_year,
            whole=True,
        ),
        Field(
            "status",
            _l("Status"),
            "choice",
            Student.status,
            tuple((status, label) for status, (_mark, label) in STATUS.items()),
        ),
        Field("cgpa", _l("CGPA"), "number", Student.cgpa, places=2, read=policy.STUDENT_READ),
        Field("credits", _l("Credits"), "number", Student.credits_earned, places=2),
    ),
    usual=("student", "register_number", "department", "semester", "cgpa"),
    link=("academics.student", "student_id", Student.id),
    ready=(
        Ready(
            "cgpa",
            _l("Average CGPA by department"),
            _l("How the departments’ students stand beside each other."),
            {
                "shape": "summary",
                "filters": [{"field": "status", "op": "any", "values": ["active", "on_leave"]}],
                "groups": [{"field": "department"}],
                "measures": [{"by": "count"}, {"by": "average", "of": "cgpa"}],
                "sort": "-average.cgpa",
                "chart": "bar",
            },
        ),
        Ready(
            "intake",
            _l("Students by year of admission"),
            _l("How many came in which year, by department."),
            {
                "shape": "summary",
                "groups": [{"field": "admission_year"}, {"field": "department"}],
                "measures": [{"by": "count"}],
                "sort": "admission_year",
            },
        ),
    ),
    order=10,
)


def _enrolment_joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Student, Student.id == Enrolment.student_id)
        .join(User, User.id == Student.user_id)
        .join(Offering, Offering.id == Enrolment.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .outerjoin(Department, Department.id == Offering.department_id)
    )


ENROLMENTS_SOURCE = Source(
    name="academics.enrolments",
    label=_l("Enrolments"),
    about=_l("One row for each student in a course of a term."),
    singular=_l("enrolment"),
    plural=_l("enrolments"),
    gate=results_policy.LIST,
    read=policy.ENROLMENT_READ,
    joins=_enrolment_joins,
    only=students_here,
    fields=(
        *PERSON,
        *COURSE,
        department_field(Offering.department_id, choices.of("department")),
        ADMISSION_YEAR,
        Field("status", _l("Status"), "choice", Enrolment.status, tuple(STATUSES.items())),
        Field("attempt", _l("Attempt"), "number", Enrolment.attempt, whole=True),
        Field("enrolled_on", _l("Enrolled on"), "date", Enrolment.enrolled_on),
        Field("withdrawn_on", _l("Withdrawn on"), "date", Enrolment.withdrawn_on),
    ),
    usual=("student", "register_number", "course", "term", "status"),
    link=("academics.enrolment", "enrolment_id", Enrolment.id),
    order=12,
)


def _mark_joins(statement: Select[Any]) -> Select[Any]:
    joined = statement.join(Enrolment, Enrolment.id == Mark.enrolment_id)
    return _enrolment_joins(joined).join(Component, Component.id == Mark.component_id)


def _current_marks() -> ColumnElement[bool]:
    return and_(Mark.current == 1, Student.deleted_at.is_(None))


MARKS_SOURCE = Source(
    name="academics.marks",
    label=_l("Marks"),
    about=_l("One row for each mark that counts, published or not, of the courses one keeps."),
    singular=_l("mark"),
    plural=_l("marks"),
    gate=results_policy.LIST,
    read=policy.OFFERING_MANAGE,
    base=Mark,
    joins=_mark_joins,
    only=_current_marks,
    fields=(
        *PERSON,
        *COURSE,
        department_field(Offering.department_id, choices.of("department")),
        Field("component", _l("Component"), "text", Component.name),
        Field("kind", _l("Kind"), "choice", Component.kind, tuple(KINDS.items())),
        Field("value", _l("Mark"), "number", Mark.value, places=2),
        Field("maximum", _l("Out of"), "number", Component.maximum, places=2),
        Field("absent", _l("Absent"), "flag", Mark.absent),
    ),
    usual=("student", "register_number", "course", "component", "value", "maximum"),
    link=("academics.enrolment", "enrolment_id", Mark.enrolment_id),
    order=14,
)


def _result_joins(statement: Select[Any]) -> Select[Any]:
    return RESULTS.joins(statement).outerjoin(
        Department, Department.id == EnrolmentResult.department_id
    )


RESULTS_SOURCE = Source(
    name="academics.results",
    label=_l("Results"),
    about=_l("One row for each published result of a student in a course."),
    singular=_l("result"),
    plural=_l("results"),
    gate=results_policy.LIST,
    read=RESULTS.read,
    joins=_result_joins,
    fields=(
        *PERSON,
        *COURSE,
        department_field(EnrolmentResult.department_id, choices.of("department")),
        Field("admission_year", _l("Admission year"), "number", EnrolmentResult.cohort, whole=True),
        Field("percentage", _l("Per cent"), "number", EnrolmentResult.percentage, places=2),
        Field("letter", _l("Grade"), "text", EnrolmentResult.letter),
        Field("points", _l("Points"), "number", EnrolmentResult.points, places=2),
        Field("credits", _l("Credits"), "number", EnrolmentResult.credits, places=2),
        Field("passed", _l("Passed"), "flag", EnrolmentResult.passed),
        Field("attempt", _l("Attempt"), "number", EnrolmentResult.attempt, whole=True),
    ),
    usual=("student", "register_number", "course", "term", "percentage", "letter", "passed"),
    link=("academics.student", "student_id", EnrolmentResult.student_id),
    ready=(
        Ready(
            "failed",
            _l("Failed marks by course"),
            _l("Where most students fail, with what they reached on average."),
            {
                "shape": "summary",
                "filters": [{"field": "passed", "op": "no"}],
                "groups": [{"field": "course"}],
                "measures": [{"by": "count"}, {"by": "average", "of": "percentage"}],
                "sort": "-count",
                "chart": "bars",
            },
        ),
    ),
    order=16,
)


def _attendance_joins(statement: Select[Any]) -> Select[Any]:
    return ATTENDANCE.joins(statement).outerjoin(
        Department, Department.id == Offering.department_id
    )


ATTENDANCE_SOURCE = Source(
    name="academics.attendance",
    label=_l("Attendance"),
    about=_l("One row for each student in a course: how often the student came."),
    singular=_l("student in a course"),
    plural=_l("students in courses"),
    gate=attendance_policy.ATTENDANCE_LIST,
    read=ATTENDANCE.read,
    joins=_attendance_joins,
    only=students_here,
    fields=(
        *PERSON,
        *COURSE,
        department_field(Offering.department_id, choices.of("department")),
        Field("present", _l("Present"), "number", AttendanceTotal.present),
        Field("late", _l("Late"), "number", AttendanceTotal.late),
        Field("absent", _l("Absent"), "number", AttendanceTotal.absent),
        Field("excused", _l("Excused"), "number", AttendanceTotal.excused),
        Field(
            "percentage",
            _l("Attendance"),
            "number",
            AttendanceTotal.percentage,
            places=2,
            unit="%",
        ),
        Field("short", _l("Below the limit"), "flag", AttendanceTotal.short),
    ),
    usual=("student", "register_number", "course", "term", "percentage"),
    link=("academics.attendance_of_student", "student_id", Enrolment.student_id),
    ready=(
        Ready(
            "short",
            _l("Attendance below the limit"),
            _l("Who comes too seldom, the lowest first."),
            {
                "columns": ["student", "register_number", "course", "percentage"],
                "filters": [{"field": "short", "op": "yes"}],
                "sort": "percentage",
            },
        ),
    ),
    order=18,
)

SOURCES = (STUDENTS_SOURCE, ENROLMENTS_SOURCE, MARKS_SOURCE, RESULTS_SOURCE, ATTENDANCE_SOURCE)
