"""A student's attendance: by course, the classes missed, the leave granted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.models.attendance import (
    AbsenceExcuse,
    Attendance,
    AttendanceTotal,
    ClassSession,
    Presence,
)
from quad.academics.models.people import Student
from quad.academics.models.teaching import Course, Enrolment, EnrolmentStatus, Offering
from quad.academics.policy import base
from quad.academics.service import attendance_totals
from quad.academics.service.attendance_reading import counts
from quad.core.errors import Forbidden, NotFound
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.institution.models import Term


@dataclass(frozen=True)
class StudentAttendance:
    """A student's attendance by course, with the classes missed and the leave granted."""

    student_id: int
    name: str
    courses: Sequence[Any]
    missed: Sequence[Any]
    leave: Sequence[AbsenceExcuse]
    limit: int


def own_attendance(db: Session, actor: Actor) -> StudentAttendance:
    """Return the actor's own attendance in the current term. Raises SignedOut, Forbidden, NotFound."""
    if actor.signed_in and not base.OWN_RECORD.branches(actor):
        raise Forbidden
    found = db.execute(
        select(Student.id, User.full_name)
        .join(User, User.id == Student.user_id)
        .where(Student.user_id == actor.own_id, base.OWN_RECORD.where(actor))
    ).first()
    if found is None:
        raise NotFound
    return _attendance_of(db, found.id, found.full_name)


def attendance_of(db: Session, actor: Actor, student_id: int) -> StudentAttendance:
    """Return the attendance of a student the actor may see. Raises NotFound, SignedOut."""
    row = base.STUDENT_READ.get(db, actor, student_id)
    name = db.scalars(select(User.full_name).where(User.id == row.user_id)).one()
    return _attendance_of(db, student_id, name)


def _attendance_of(db: Session, student_id: int, name: str) -> StudentAttendance:
    courses = db.execute(
        select(
            Enrolment.id.label("enrolment_id"),
            Offering.id.label("offering_id"),
            Course.code,
            Course.title,
            Offering.section,
            Term.name.label("term"),
            Term.is_current,
            User.full_name.label("teacher"),
            *counts(),
        )
        .select_from(Enrolment)
        .join(Offering, Offering.id == Enrolment.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .outerjoin(User, User.id == Offering.faculty_id)
        .outerjoin(AttendanceTotal, AttendanceTotal.enrolment_id == Enrolment.id)
        .where(
            Enrolment.student_id == student_id,
            Enrolment.status == EnrolmentStatus.ENROLLED,
            Term.is_current | AttendanceTotal.id.is_not(None),
        )
        .order_by(Term.starts_on.desc(), Course.code_key, Offering.id)
    ).all()
    return StudentAttendance(
        student_id,
        name,
        courses,
        _missed(db, student_id),
        _leave(db, student_id),
        attendance_totals.measure(db).limit,
    )


SHOWN = 60


def _missed(db: Session, student_id: int) -> Sequence[Any]:
    return db.execute(
        select(
            ClassSession.held_on,
            ClassSession.starts_at,
            ClassSession.topic,
            Attendance.state,
            Course.title,
            Course.code,
        )
        .select_from(Attendance)
        .join(ClassSession, ClassSession.id == Attendance.session_id)
        .join(Enrolment, Enrolment.id == Attendance.enrolment_id)
        .join(Offering, Offering.id == Enrolment.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .where(Enrolment.student_id == student_id, Attendance.state != Presence.PRESENT)
        .order_by(ClassSession.held_on.desc(), ClassSession.starts_at.desc())
        .limit(SHOWN)
    ).all()


def _leave(db: Session, student_id: int) -> Sequence[AbsenceExcuse]:
    return db.scalars(
        select(AbsenceExcuse)
        .where(AbsenceExcuse.student_id == student_id)
        .order_by(AbsenceExcuse.first_day.desc(), AbsenceExcuse.id.desc())
        .limit(SHOWN)
    ).all()
