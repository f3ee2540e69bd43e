"""What is noted and done about students at risk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from quad.academics.models.people import Student
from quad.coding import policy
from quad.coding.facts import FollowUpChanged
from quad.coding.forms.mentoring import CloseFollowUp, NewFollowUp
from quad.coding.models.figures import ALL, Figure, Risk
from quad.coding.models.mentoring import FollowUp, Outcome
from quad.core import clock
from quad.core.errors import Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.models.accounts import User

Author = aliased(User)
MOST_TASKS = 500


def add(db: Session, actor: Actor, student_id: int, form: NewFollowUp) -> FollowUp:
    """Note something about a student, and what is to be done. Raises NotFound, Forbidden."""
    student = policy.TEND_STUDENT.get(db, actor, student_id)
    risk = db.scalar(
        select(Figure.risk).where(Figure.student_id == student.id, Figure.platform_id == ALL)
    )
    row = FollowUp(
        student_id=student.id,
        reason=risk or Risk.NONE,
        note=form.note,
        task=form.task,
        due_on=form.due_on,
        assignee_id=actor.id,
    )
    db.add(row)
    db.flush()
    emit(
        db,
        FollowUpChanged(
            actor_id=actor.id, follow_up_id=row.id, student_id=student.id, what="added"
        ),
    )
    return row


def close(db: Session, actor: Actor, follow_up_id: int, form: CloseFollowUp) -> FollowUp:
    """Say what came of it. Raises NotFound, Rejected when that was said already."""
    row = policy.FOLLOW_UP.get(db, actor, follow_up_id, lock=True)
    if row.outcome is not Outcome.OPEN:
        raise Rejected(_("What came of it was noted already."))
    row.outcome = Outcome(form.outcome)
    row.outcome_note = form.outcome_note
    row.closed_at = clock.now()
    db.flush()
    emit(
        db,
        FollowUpChanged(
            actor_id=actor.id, follow_up_id=row.id, student_id=row.student_id, what="closed"
        ),
    )
    return row


def _shown() -> Any:
    return select(
        FollowUp.id,
        FollowUp.student_id,
        FollowUp.reason,
        FollowUp.note,
        FollowUp.task,
        FollowUp.due_on,
        FollowUp.outcome,
        FollowUp.outcome_note,
        FollowUp.created_at,
        FollowUp.closed_at,
        Author.full_name.label("author"),
    ).outerjoin(Author, Author.id == FollowUp.created_by)


def of_student(db: Session, actor: Actor, student_id: int) -> Sequence[Any]:
    """Return what was noted about a student one looks after, the latest first."""
    return db.execute(
        _shown()
        .where(FollowUp.student_id == student_id, policy.FOLLOW_UP.where(actor))
        .order_by(FollowUp.id.desc())
    ).all()


def one(db: Session, actor: Actor, follow_up_id: int) -> Any:
    """Return one note about a student one looks after, as a row. Raises NotFound."""
    row = policy.FOLLOW_UP.get(db, actor, follow_up_id)
    return db.execute(_shown().where(FollowUp.id == row.id)).one()


def waiting(db: Session, actor: Actor, limit: int = 5) -> Sequence[Any]:
    """Return one's own tasks that are to be done, what is due first."""
    return db.execute(
        select(FollowUp.id, FollowUp.task, FollowUp.due_on, FollowUp.student_id, User.full_name)
        .join(Student, Student.id == FollowUp.student_id)
        .join(User, User.id == Student.user_id)
        .where(
            FollowUp.assignee_id == actor.own_id,
            FollowUp.outcome == Outcome.OPEN,
            FollowUp.task != "",
            policy.FOLLOW_UP.where(actor),
        )
        .order_by(FollowUp.due_on, FollowUp.id)
        .limit(limit)
    ).all()
