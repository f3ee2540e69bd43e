"""What a student may still be enrolled in, and whom an offering may still take: the choices on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import case, exists, or_, select
from sqlalchemy.orm import Session, aliased

from quad.academics.models.people import Student, StudentStatus
from quad.academics.models.teaching import (
    Course,
    Enrolment,
    EnrolmentStatus,
    Offering,
    ResultState,
)
from quad.academics.policy import base as policy
from quad.academics.service import findable
from quad.core.errors import Forbidden, Rejected
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.core.search.prefix import matching
from quad.identity.models.accounts import User
from quad.institution.models import Term

OFFERED = 12
FOUND = 12


def available(db: Session, actor: Actor, student_id: int, q: str = "") -> Sequence[Any]:
    """Return the first offerings the actor may enrol this student in, those of the own department and semester first.

    Left out is what is locked or archived, and what the student takes already in another section of the term. `q` is
    part of a title or code. Raises NotFound.
    """
    student = policy.STUDENT_READ.get(db, actor, student_id)
    other = aliased(Offering)
    taken = (
        select(Enrolment.id)
        .join(other, other.id == Enrolment.offering_id)
        .where(
            Enrolment.student_id == student_id,
            Enrolment.status == EnrolmentStatus.ENROLLED,
            other.course_id == Offering.course_id,
            other.term_id == Offering.term_id,
        )
        .correlate(Offering)
    )
    query = (
        select(
            Offering.id,
            Offering.section,
            Course.id.label("course_id"),
            Course.code,
            Course.title,
            Course.credits,
            Term.name.label("term"),
            User.full_name.label("teacher"),
        )
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .outerjoin(User, User.id == Offering.faculty_id)
        .where(
            policy.OFFERING_MANAGE.where(actor),
            Offering.state != ResultState.LOCKED,
            Course.archived_at.is_(None),
            Course.deleted_at.is_(None),
            ~taken.exists(),
        )
    )
    for word in q.split():
        query = query.where(
            or_(
                Course.sort_title.icontains(word, autoescape=True),
                Course.code_key.icontains(word, autoescape=True),
            )
        )
    own = case((Offering.department_id == student.department_id, 0), else_=1)
    now = case((Course.semester == student.semester, 0), else_=1)
    order = (Term.is_current.desc(), own, now, Term.starts_on.desc(), Course.code_key, Offering.id)
    return db.execute(query.order_by(*order).limit(OFFERED)).all()


def running(db: Session, actor: Actor, course_id: int) -> int:
    """Return the one offering of a course in the current term that the actor keeps.

    Raises NotFound, Forbidden for a course of others, Rejected when it is not offered now or in several sections.
    """
    policy.COURSE_READ.get(db, actor, course_id)
    now = (
        select(Offering.id)
        .join(Term, Term.id == Offering.term_id)
        .where(Offering.course_id == course_id, Term.is_current)
    )
    found = db.scalars(now.where(policy.OFFERING_MANAGE.where(actor)).limit(2)).all()
    if len(found) == 1:
        return found[0]
    if found:
        raise Rejected(_("This course has several sections in this term. Choose one of them."))
    if not policy.OFFERING_ADD.may(actor) or db.scalar(now.limit(1)) is not None:
        raise Forbidden
    raise Rejected(_("This course is not offered in this term."))


def candidates(db: Session, actor: Actor, offering_id: int, q: str) -> Sequence[Any]:
    """Return the first active students that fit `q` (name, number or e-mail) and are not in the offering.

    Found are the students whom the actor may see and those of the offering's own department. Raises NotFound,
    Forbidden.
    """
    offering = policy.OFFERING_MANAGE.get(db, actor, offering_id, read=policy.OFFERING_READ)
    if not q.strip():
        return []
    inside = exists().where(
        Enrolment.student_id == Student.id,
        Enrolment.offering_id == offering.id,
        Enrolment.status == EnrolmentStatus.ENROLLED,
    )
    scope = policy.STUDENT_READ.where(actor)
    if offering.department_id is not None:
        scope = or_(scope, Student.department_id == offering.department_id)
    return db.execute(
        select(Student.id, Student.register_number, User.full_name.label("name"))
        .join(User, User.id == Student.user_id)
        .where(
            matching(Student.id, findable.STUDENTS, q),
            Student.deleted_at.is_(None),
            Student.status == StudentStatus.ACTIVE,
            scope,
            ~inside,
        )
        .order_by(Student.sort_name, Student.id)
        .limit(FOUND)
    ).all()
