"""Who plans classes, takes registers and excuses absences."""

from __future__ import annotations

from sqlalchemy import select

from quad.academics.models.attendance import AttendanceTotal, ClassSession
from quad.academics.models.people import Student
from quad.academics.models.teaching import Enrolment, Offering
from quad.academics.policy import base
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, Actor, Branches, Gate, Permission
from quad.identity.models.mentors import MentorKind
from quad.identity.policy import mentees_as


def _kept_sessions(actor: Actor) -> Branches:
    offerings = base.OFFERING_MANAGE.branches(actor)
    if offerings is EVERYTHING:
        return EVERYTHING
    return [ClassSession.offering_id.in_(select(Offering.id).where(one)) for one in offerings]


def _seen_sessions(actor: Actor) -> Branches:
    offerings = base.OFFERING_READ.branches(actor)
    if offerings is EVERYTHING:
        return EVERYTHING
    return [ClassSession.offering_id.in_(select(Offering.id).where(one)) for one in offerings]


def _seen_totals(actor: Actor) -> Branches:
    """Of the own offerings, of the department's, and of the students one looks after."""
    offerings = base.OFFERING_MANAGE.branches(actor)
    if offerings is EVERYTHING:
        return EVERYTHING
    found = [AttendanceTotal.offering_id.in_(select(Offering.id).where(one)) for one in offerings]
    if actor.has("advisor"):
        mentees = select(Student.id).where(
            Student.user_id.in_(mentees_as(actor, MentorKind.ADVISOR))
        )
        taken = select(Enrolment.id).where(Enrolment.student_id.in_(mentees))
        found.append(AttendanceTotal.enrolment_id.in_(taken))
    return found


def _excusable(actor: Actor) -> Branches:
    branches = base.STUDENT_EDIT.branches(actor)
    if branches is EVERYTHING or not actor.has("advisor"):
        return branches
    return [*branches, Student.user_id.in_(mentees_as(actor, MentorKind.ADVISOR))]


SESSION_READ = Permission(
    "academics.session.read", _l("See a class of an offering"), ClassSession, _seen_sessions
)
SESSION_MANAGE = Permission(
    "academics.session.manage",
    _l("Plan classes and take registers"),
    ClassSession,
    _kept_sessions,
)
TOTAL_READ = Permission(
    "academics.attendance.read", _l("See attendance"), AttendanceTotal, _seen_totals
)
ABSENCE_EXCUSE = Permission(
    "academics.absence.excuse", _l("Excuse a student’s absences"), Student, _excusable
)
ATTENDANCE_LIST = Gate(
    "academics.attendance.list",
    _l("Open the list of attendance"),
    lambda actor: actor.has("admin", "hod", "faculty", "advisor"),
)
HOLIDAY_KEEP = Gate(
    "academics.holiday.keep", _l("Keep the calendar of holidays"), lambda actor: actor.has("admin")
)
ATTENDANCE_IMPORT = Gate(
    "academics.attendance.import", _l("Import attendance"), lambda actor: actor.has("admin")
)
