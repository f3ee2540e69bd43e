"""Who is told that attendance falls short: the student and the advisor, once for each time it falls."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, exists, select, update
from sqlalchemy.orm import Session

from quad.academics.facts.attendance import AttendanceFellShort
from quad.academics.models.attendance import AttendanceTotal
from quad.academics.models.people import Student
from quad.academics.models.teaching import Enrolment, EnrolmentStatus, Offering
from quad.core import clock
from quad.core.facts import emit
from quad.identity.models.accounts import Role, RoleGrant
from quad.identity.models.mentors import MentorAssignment, MentorKind
from quad.identity.policy import grant_counts
from quad.institution.models import Term

PIECE = 200


def tell_some(db: Session, offering_id: int | None = None) -> int:
    """Tell some of those who are short and were not told, in one offering or in all of the current term.

    Return how many (the worker's part).
    """
    rows = db.execute(_untold(offering_id).limit(PIECE)).all()
    if not rows:
        return 0
    db.execute(
        update(AttendanceTotal)
        .where(AttendanceTotal.id.in_([row.id for row in rows]))
        .values(told_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    for row in rows:
        emit(
            db,
            AttendanceFellShort(
                actor_id=None,
                enrolment_id=row.enrolment_id,
                offering_id=row.offering_id,
                student_id=row.student_id,
                user_id=row.user_id,
                advisor_id=row.mentor_id,
            ),
        )
    return len(rows)


def _untold(offering_id: int | None) -> Any:
    advises = exists().where(
        RoleGrant.user_id == MentorAssignment.mentor_id,
        RoleGrant.role == Role.ADVISOR,
        grant_counts(),
    )
    query = (
        select(
            AttendanceTotal.id,
            AttendanceTotal.enrolment_id,
            AttendanceTotal.offering_id,
            Student.id.label("student_id"),
            Student.user_id,
            MentorAssignment.mentor_id,
        )
        .join(Enrolment, Enrolment.id == AttendanceTotal.enrolment_id)
        .join(Student, Student.id == Enrolment.student_id)
        .join(Offering, Offering.id == AttendanceTotal.offering_id)
        .join(Term, Term.id == Offering.term_id)
        .outerjoin(
            MentorAssignment,
            and_(
                MentorAssignment.mentee_id == Student.user_id,
                MentorAssignment.kind == MentorKind.ADVISOR,
                advises,
            ),
        )
        .where(
            AttendanceTotal.short,
            AttendanceTotal.told_at.is_(None),
            Enrolment.status == EnrolmentStatus.ENROLLED,
            Student.deleted_at.is_(None),
        )
        .order_by(AttendanceTotal.id)
    )
    if offering_id is not None:
        return query.where(AttendanceTotal.offering_id == offering_id)
    return query.where(Term.is_current)
