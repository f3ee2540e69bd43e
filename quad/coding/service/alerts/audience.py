"""Who is told about whom: mentors in office, and their students with their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import String, and_, cast, or_, select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.coding.models.figures import ALL, Figure
from quad.identity.models.accounts import AccountState, RoleGrant, User
from quad.identity.models.mentors import MentorAssignment


def mentors(db: Session, after: int, limit: int, today: date) -> Sequence[int]:
    """Return the next user numbers of mentors who hold the role they mentor by, in ascending order."""
    held = and_(
        RoleGrant.user_id == MentorAssignment.mentor_id,
        cast(RoleGrant.role, String) == cast(MentorAssignment.kind, String),
        or_(RoleGrant.starts_on.is_(None), RoleGrant.starts_on <= today),
        or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= today),
    )
    query = (
        select(MentorAssignment.mentor_id)
        .join(RoleGrant, held)
        .join(User, User.id == MentorAssignment.mentor_id)
        .where(
            MentorAssignment.mentor_id > after,
            User.deleted_at.is_(None),
            User.state == AccountState.ACTIVE,
        )
        .distinct()
        .order_by(MentorAssignment.mentor_id)
        .limit(limit)
    )
    return db.scalars(query).all()


def students_of(mentor_id: int) -> Any:
    """Select the ranked students of a mentor, each once, in the order of their names."""
    mentees = select(MentorAssignment.mentee_id).where(MentorAssignment.mentor_id == mentor_id)
    return (
        select(
            Student.id,
            User.full_name,
            Figure.total,
            Figure.week,
            Figure.risk,
            Figure.last_on,
        )
        .join(User, User.id == Student.user_id)
        .join(Figure, and_(Figure.student_id == Student.id, Figure.platform_id == ALL))
        .where(Student.user_id.in_(mentees), Figure.ranked.is_(True))
        .order_by(Figure.sort_name, Student.id)
    )
