"""What people are told of, and by which facts."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.facts import MarksPublished, StudentsEnrolled
from quad.academics.models.teaching import Course, Offering
from quad.core.facts import on
from quad.identity.facts import RoleGranted
from quad.identity.models import User
from quad.notifications.kinds import ENROLLED, MARKS_PUBLISHED, ROLE_GRANTED
from quad.notifications.service import notify


def _course_of(db: Session, offering_id: int) -> str:
    title = db.scalar(
        select(Course.title)
        .join(Offering, Offering.course_id == Course.id)
        .where(Offering.id == offering_id)
    )
    return title or ""


def _has_signed_in(db: Session, user_id: int) -> bool:
    return db.scalar(select(User.last_sign_in_at).where(User.id == user_id)) is not None


@on(MarksPublished)
def tell_students_of_marks(db: Session, fact: MarksPublished) -> None:
    """Tell the students whose marks became visible."""
    data = {"course": _course_of(db, fact.offering_id)}
    notify(db, MARKS_PUBLISHED, fact.user_ids, data, "/record")


@on(StudentsEnrolled)
def tell_students_of_enrolment(db: Session, fact: StudentsEnrolled) -> None:
    """Tell the students who are in a course now."""
    data = {"course": _course_of(db, fact.offering_id)}
    notify(db, ENROLLED, fact.user_ids, data, "/record")


@on(RoleGranted)
def tell_of_role(db: Session, fact: RoleGranted) -> None:
    """Tell a person who is given a role by somebody else; whoever never signed in has the invitation."""
    if fact.user_id != fact.actor_id and _has_signed_in(db, fact.user_id):
        notify(db, ROLE_GRANTED, [fact.user_id], {"role": fact.role}, "/")
