"""Who may see and do what with students, teachers, courses, offerings, enrolments and marks."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from quad.academics.models.people import Student, Teacher
from quad.academics.models.scenarios import Scenario
from quad.academics.models.teaching import Course, Enrolment, Offering
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, NOTHING, Actor, Branches, Gate, Permission
from quad.identity.models.mentors import MentorKind
from quad.identity.policy import mentee_ids, mentees_as

Branch = ColumnElement[bool]


def _own_offerings(actor: Actor) -> Branch:
    return Enrolment.offering_id.in_(select(Offering.id).where(Offering.faculty_id == actor.own_id))


def _students(actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    branches: list[Branch] = _in_departments(actor, Student)
    if actor.has("faculty"):
        taught = select(Enrolment.student_id).where(_own_offerings(actor))
        branches.append(Student.id.in_(taught))
    branches += [Student.user_id.in_(ids) for ids in mentee_ids(actor)]
    if actor.has("student", "alumnus"):
        branches.append(Student.user_id == actor.own_id)
    return branches


def _in_departments(
    actor: Actor, model: type[Student] | type[Teacher] | type[Course] | type[Offering]
) -> list[Branch]:
    departments = actor.departments("hod")
    return [model.department_id.in_(departments)] if departments else []


def _managed_students(actor: Actor) -> Branches:
    return EVERYTHING if actor.has("admin") else _in_departments(actor, Student)


def _administered_students(actor: Actor) -> Branches:
    return EVERYTHING if actor.has("admin") else NOTHING


def _own_record(actor: Actor) -> Branches:
    return (Student.user_id == actor.own_id,) if actor.has("student", "alumnus") else NOTHING


STUDENT_READ = Permission(
    "academics.student.read", _l("See a student’s record"), Student, _students
)
STUDENT_EDIT = Permission(
    "academics.student.edit", _l("Change a student"), Student, _managed_students
)
STUDENT_DELETE = Permission(
    "academics.student.delete", _l("Delete a student"), Student, _administered_students
)
STUDENT_RESTORE = Permission(
    "academics.student.restore",
    _l("Bring back a deleted student"),
    Student,
    _administered_students,
    deleted_too=True,
)
STUDENT_DELETED = Permission(
    "academics.student.deleted",
    _l("See deleted students"),
    Student,
    lambda actor: [Student.deleted_at.is_not(None) & one for one in _administered_students(actor)],
    deleted_too=True,
)
STUDENT_BIN = Gate(
    "academics.student.bin",
    _l("Open the list of deleted students"),
    lambda actor: actor.has("admin"),
)
STUDENT_MOVE = Permission(
    "academics.student.move",
    _l("Assign a student to a department"),
    Student,
    _administered_students,
)


def _counselled(actor: Actor) -> Branches:
    """Advisors choose the counsellor of their own students."""
    branches = _managed_students(actor)
    if branches is EVERYTHING or not actor.has("advisor"):
        return branches
    return [*branches, Student.user_id.in_(mentees_as(actor, MentorKind.ADVISOR))]


ADVISOR_ASSIGN = Permission(
    "academics.advisor.assign", _l("Choose a student’s advisor"), Student, _managed_students
)
COUNSELLOR_ASSIGN = Permission(
    "academics.counsellor.assign", _l("Choose a student’s counsellor"), Student, _counselled
)
MENTOR_ASSIGN = Gate(
    "academics.mentor.assign",
    _l("Open the assignment of mentors"),
    lambda actor: actor.has("admin", "hod", "advisor"),
)
OWN_RECORD = Permission("academics.record.own", _l("See the own record"), Student, _own_record)
OPEN_OWN_RECORD = Gate(
    "academics.record.open",
    _l("Open the own record"),
    lambda actor: actor.has("student", "alumnus"),
)
STUDENT_ADD = Gate(
    "academics.student.add", _l("Add a student"), lambda actor: actor.has("admin", "hod")
)
STUDENT_LIST = Gate(
    "academics.student.list",
    _l("Open the list of students"),
    lambda actor: actor.has("admin", "hod", "faculty", "advisor", "counsellor"),
)
STUDENT_LIST_ALL = Gate(
    "academics.student.list_all",
    _l("Take the whole list of students"),
    lambda actor: actor.has("admin", "hod"),
)
STUDENT_IMPORT = Gate(
    "academics.student.import", _l("Import students"), lambda actor: actor.has("admin")
)


def _teachers(actor: Actor) -> Branches:
    return EVERYTHING if actor.has("admin") else _in_departments(actor, Teacher)


def _seen_teachers(actor: Actor) -> Branches:
    if actor.has("admin", "hod"):
        return EVERYTHING
    return (Teacher.user_id == actor.own_id,) if actor.has("faculty") else NOTHING


TEACHER_READ = Permission("academics.teacher.read", _l("See a teacher"), Teacher, _seen_teachers)
TEACHER_EDIT = Permission("academics.teacher.edit", _l("Change a teacher"), Teacher, _teachers)
TEACHER_ADD = Gate(
    "academics.teacher.add", _l("Add a teacher"), lambda actor: actor.has("admin", "hod")
)
TEACHER_DELETE = Permission("academics.teacher.delete", _l("Delete a teacher"), Teacher, _teachers)
TEACHER_RESTORE = Permission(
    "academics.teacher.restore",
    _l("Bring back a deleted teacher"),
    Teacher,
    _teachers,
    deleted_too=True,
)
TEACHER_DELETED = Permission(
    "academics.teacher.deleted",
    _l("See deleted teachers"),
    Teacher,
    lambda actor: [Teacher.deleted_at.is_not(None) & one for one in _teachers(actor)],
    deleted_too=True,
)
TEACHER_LIST = Gate(
    "academics.teacher.list",
    _l("Open the list of teachers"),
    lambda actor: actor.has("admin", "hod"),
)
TEACHER_IMPORT = Gate(
    "academics.teacher.import", _l("Import teachers"), lambda actor: actor.has("admin")
)


def _managed_courses(actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    branches: list[Branch] = _in_departments(actor, Course)
    if actor.has("faculty"):
        branches.append(Course.created_by == actor.own_id)
        taught = select(Offering.course_id).where(Offering.faculty_id == actor.own_id)
        branches.append(Course.id.in_(taught))
    return branches


COURSE_READ = Permission(
    "academics.course.read", _l("See the course catalogue"), Course, lambda _actor: EVERYTHING
)
COURSE_LIST = Gate(
    "academics.course.list", _l("Open the course catalogue"), lambda actor: actor.id is not None
)
COURSE_EDIT = Permission("academics.course.edit", _l("Change a course"), Course, _managed_courses)
COURSE_RESTORE = Permission(
    "academics.course.restore",
    _l("Bring back a deleted course"),
    Course,
    _managed_courses,
    deleted_too=True,
)
COURSE_ADD = Gate(
    "academics.course.add", _l("Add a course"), lambda actor: actor.has("admin", "hod", "faculty")
)
COURSE_IMPORT = Gate(
    "academics.course.import", _l("Import courses"), lambda actor: actor.has("admin")
)


def _managed_offerings(actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    branches: list[Branch] = _in_departments(actor, Offering)
    if actor.has("faculty"):
        branches.append(Offering.faculty_id == actor.own_id)
    return branches


def _seen_offerings(actor: Actor) -> Branches:
    branches = _managed_offerings(actor)
    if branches is EVERYTHING or not actor.has("student", "alumnus"):
        return branches
    own = (
        select(Enrolment.offering_id)
        .join(Student, Student.id == Enrolment.student_id)
        .where(Student.user_id == actor.own_id)
    )
    return [*branches, Offering.id.in_(own)]


def _supervised_offerings(actor: Actor) -> Branches:
    return EVERYTHING if actor.has("admin") else _in_departments(actor, Offering)


OFFERING_READ = Permission(
    "academics.offering.read", _l("See an offering"), Offering, _seen_offerings
)
OFFERING_MANAGE = Permission(
    "academics.offering.manage",
    _l("Keep an offering’s roster, components and marks"),
    Offering,
    _managed_offerings,
)
OFFERING_ASSIGN = Permission(
    "academics.offering.assign", _l("Say who teaches an offering"), Offering, _supervised_offerings
)
RESULTS_LOCK = Permission(
    "academics.results.lock", _l("Lock and reopen results"), Offering, _supervised_offerings
)
RESULTS_AWARD = Permission(
    "academics.results.award",
    _l("Award a grade instead of the computed one"),
    Offering,
    _supervised_offerings,
)
OFFERING_ADD = Gate(
    "academics.offering.add",
    _l("Offer a course in a term"),
    lambda actor: actor.has("admin", "hod", "faculty"),
)


def _seen_enrolments(actor: Actor) -> Branches:
    branches = _managed_enrolments(actor)
    if branches is EVERYTHING or not actor.has("student", "alumnus"):
        return branches
    own = select(Student.id).where(Student.user_id == actor.own_id)
    return [*branches, Enrolment.student_id.in_(own)]


def _managed_enrolments(actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    branches: list[Branch] = []
    departments = actor.departments("hod")
    if departments:
        offered = select(Offering.id).where(Offering.department_id.in_(departments))
        branches.append(Enrolment.offering_id.in_(offered))
    if actor.has("faculty"):
        branches.append(_own_offerings(actor))
    return branches


ENROLMENT_READ = Permission(
    "academics.enrolment.read", _l("See an enrolment"), Enrolment, _seen_enrolments
)
ENROLMENT_MANAGE = Permission(
    "academics.enrolment.manage", _l("Withdraw a student"), Enrolment, _managed_enrolments
)
MARKS_IMPORT = Gate(
    "academics.marks.import", _l("Import marks and enrolments"), lambda actor: actor.has("admin")
)


def _own_scenarios(actor: Actor) -> Branches:
    if not actor.has("student", "alumnus"):
        return NOTHING
    return (Scenario.student_id.in_(select(Student.id).where(Student.user_id == actor.own_id)),)


def _seen_scenarios(actor: Actor) -> Branches:
    """One's own, and the shared ones of the students one may see."""
    seen = select(Student.id).where(STUDENT_READ.where(actor))
    return [*_own_scenarios(actor), Scenario.student_id.in_(seen) & Scenario.shared]


SCENARIO_READ = Permission(
    "academics.scenario.read", _l("See a shared what-if scenario"), Scenario, _seen_scenarios
)
SCENARIO_KEEP = Permission(
    "academics.scenario.keep", _l("Keep the own what-if scenarios"), Scenario, _own_scenarios
)


def may_offer(actor: Actor, department_id: int | None) -> bool:
    """Tell whether `actor` may offer a course of a department: who decides about it, or teaches it then."""
    return actor.has("faculty") or supervises(actor, department_id)


def supervises(actor: Actor, department_id: int | None) -> bool:
    """Tell whether `actor` decides about a department's teaching: as admin, or as its head."""
    return actor.has("admin") or (
        department_id is not None and department_id in actor.departments("hod")
    )
