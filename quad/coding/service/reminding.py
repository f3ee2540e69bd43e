"""Reminding reviewers of what has waited for some days: of each snapshot once, its counsellor and advisor."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.coding.facts import ReviewsWaiting
from quad.coding.models.snapshots import Snapshot, SnapshotEvent, SnapshotEventKind, Status
from quad.coding.service import rules
from quad.core import clock
from quad.core.facts import emit
from quad.core.settings import value
from quad.identity.models.mentors import MentorAssignment

SOME = 200


def remind_some(db: Session) -> int:
    """Remind of the next snapshots that nobody was reminded of; return how many."""
    days = value(db, rules.REMIND_DAYS)
    if not days:
        return 0
    now = clock.now()
    late = (
        select(Snapshot.id, Snapshot.student_id)
        .where(
            Snapshot.status == Status.PENDING,
            Snapshot.created_at < now - timedelta(days=days),
            Snapshot.reminded_at.is_(None),
            Snapshot.evidence_asked_at.is_(None),
        )
        .order_by(Snapshot.id)
        .limit(SOME)
    )
    rows = db.execute(late).all()
    if not rows:
        return 0
    ids = [row.id for row in rows]
    db.execute(
        update(Snapshot).where(Snapshot.id.in_(ids)).values(reminded_at=now),
        execution_options={"synchronize_session": False},
    )
    kind = SnapshotEventKind.REMINDED
    db.add_all(SnapshotEvent(snapshot_id=one, kind=kind) for one in ids)
    mentors = (
        select(MentorAssignment.mentor_id)
        .join(Student, Student.user_id == MentorAssignment.mentee_id)
        .where(Student.id.in_({row.student_id for row in rows}))
        .distinct()
        .order_by(MentorAssignment.mentor_id)
    )
    told = tuple(db.scalars(mentors))
    if told:
        emit(db, ReviewsWaiting(actor_id=None, user_ids=told))
    return len(rows)
