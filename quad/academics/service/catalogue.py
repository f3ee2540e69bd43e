"""Reading courses, their offerings, and teachers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student, Teacher
from quad.academics.models.teaching import Course, Enrolment, EnrolmentStatus, Offering
from quad.academics.policy import base as policy
from quad.core.errors import NotFound
from quad.core.policy import Actor
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.institution.models import Department, Term

LISTED = 100


def course(db: Session, actor: Actor, course_id: int) -> Any:
    """Return a course with its department and who added it, a deleted one too for whoever may bring it back.

    Raises NotFound.
    """
    row = db.execute(
        select(
            Course.id,
            Course.code,
            Course.title,
            Course.credits,
            Course.semester,
            Course.starts_on,
            Course.archived_at,
            Course.deleted_at,
            Course.version,
            Course.department_id,
            Department.name.label("department"),
            Course.created_at,
            User.full_name.label("creator"),
        )
        .outerjoin(Department, Department.id == Course.department_id)
        .outerjoin(User, User.id == Course.created_by)
        .where(
            Course.id == course_id,
            or_(policy.COURSE_READ.where(actor), policy.COURSE_RESTORE.where(actor)),
        )
    ).first()
    if row is None:
        raise NotFound
    return row


def offerings(db: Session, actor: Actor, course_id: int) -> Sequence[Any]:
    """Return the offerings of a course that the actor may see, the latest term first."""
    return _offerings(db, actor, Offering.course_id == course_id)


def offerings_of(db: Session, actor: Actor, faculty_id: int) -> Sequence[Any]:
    """Return the offerings of a teacher that the actor may see, the latest term first."""
    return _offerings(db, actor, Offering.faculty_id == faculty_id)


def _offerings(db: Session, actor: Actor, which: Any) -> Sequence[Any]:
    enrolled = (
        select(func.count())
        .where(Enrolment.offering_id == Offering.id, Enrolment.status == EnrolmentStatus.ENROLLED)
        .correlate(Offering)
        .scalar_subquery()
        .label("enrolled")
    )
    return db.execute(
        select(
            Offering.id,
            Offering.section,
            Offering.state,
            Course.code,
            Course.title,
            Term.name.label("term"),
            User.full_name.label("teacher"),
            enrolled,
        )
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .outerjoin(User, User.id == Offering.faculty_id)
        .where(which, policy.OFFERING_READ.where(actor))
        .order_by(Term.starts_on.desc(), Offering.section, Offering.id)
        .limit(LISTED)
    ).all()


PLACES: dict[str, Any] = {"batch": Student.batch_id, "class": Student.class_id}


def count_students(db: Session, actor: Actor, kind: str, row_id: int) -> int:
    """Count the students of a batch or class whom the actor may see."""
    mine = (PLACES[kind] == row_id, policy.STUDENT_READ.where(actor, many=True))
    return db.scalar(select(func.count()).select_from(Student).where(*mine)) or 0


def takers(db: Session, actor: Actor, course_id: int) -> Sequence[Any]:
    """Return who takes a course in the current term and may be seen by the actor, the first 100 by name."""
    return db.execute(
        select(
            Student.id,
            Student.register_number,
            User.full_name.label("name"),
            Offering.section,
            Enrolment.attempt,
            Enrolment.enrolled_on,
        )
        .join(Enrolment, Enrolment.student_id == Student.id)
        .join(Offering, Offering.id == Enrolment.offering_id)
        .join(Term, Term.id == Offering.term_id)
        .join(User, User.id == Student.user_id)
        .where(
            Offering.course_id == course_id,
            Term.is_current,
            Enrolment.status == EnrolmentStatus.ENROLLED,
            policy.STUDENT_READ.where(actor),
        )
        .order_by(Student.sort_name, Student.id)
        .limit(LISTED)
    ).all()


def teacher(db: Session, actor: Actor, teacher_id: int) -> Any:
    """Return a teacher with name, address and department, a deleted one too for whoever may bring it back.

    Raises NotFound.
    """
    row = db.execute(
        select(
            Teacher.id,
            Teacher.user_id,
            Teacher.designation,
            Teacher.department_id,
            Teacher.deleted_at,
            Teacher.version,
            User.full_name.label("name"),
            User.email_as_typed.label("email"),
            Department.name.label("department"),
        )
        .join(User, User.id == Teacher.user_id)
        .outerjoin(Department, Department.id == Teacher.department_id)
        .where(
            Teacher.id == teacher_id,
            or_(policy.TEACHER_READ.where(actor), policy.TEACHER_DELETED.where(actor)),
        )
    ).first()
    if row is None:
        raise NotFound
    return row


def teachers(db: Session) -> Sequence[tuple[int, str]]:
    """Return (user, name) of everybody who may teach, for menus."""
    rows = db.execute(
        select(User.id, User.full_name)
        .where(
            User.deleted_at.is_(None),
            User.id.in_(select(RoleGrant.user_id).where(RoleGrant.role == Role.FACULTY)),
        )
        .order_by(User.sort_name)
    )
    return [(row.id, row.full_name) for row in rows]


def current_term(db: Session) -> int | None:
    """Return the number of the term that runs now."""
    return db.scalar(select(Term.id).where(Term.is_current, Term.deleted_at.is_(None)))
