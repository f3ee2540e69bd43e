"""The weekly letter to mentors: what their students solved, who may need help, what waits for a review."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.coding.facts import DigestPrepared
from quad.coding.models.figures import Risk
from quad.coding.models.snapshots import Snapshot, Status
from quad.coding.models.sync import MentorDigest
from quad.coding.service import rules
from quad.coding.service.alerts import audience
from quad.coding.service.reckoning import monday
from quad.core.facts import emit
from quad.core.i18n import lazy_gettext as _l
from quad.core.jobs.runtime import local_today
from quad.core.settings import Setting, value
from quad.identity.models.mentors import MentorAssignment

SOME = 50
NAMED = 5
LISTED = 15
LAST_DAY = 2  # Wednesday: a worker that was away on Monday makes up for it until then
KEEP = timedelta(weeks=8)
DIGEST = Setting(
    key="coding.digest",
    label=_l("Send mentors a digest each Monday"),
    hint=_l("Everybody can turn it off for themselves."),
    default=True,
    kind="bool",
    group=rules.GROUP,
    order=60,
)


def write_some(db: Session, after: int) -> int:
    """Write the digests of the next mentors; return the last one's number, 0 at the end or when it is not the day."""
    today = local_today(db)
    if today.weekday() > LAST_DAY or not value(db, DIGEST):
        return 0
    ids = audience.mentors(db, after, SOME, today)
    done = select(MentorDigest.mentor_id).where(
        MentorDigest.week == monday(today), MentorDigest.mentor_id.in_(ids)
    )
    have = set(db.scalars(done))
    for mentor_id in ids:
        if mentor_id not in have:
            write(db, mentor_id, monday(today))
    return ids[-1] if ids else 0


def write(db: Session, mentor_id: int, week: date) -> MentorDigest | None:
    """Write a mentor's digest and tell of it; None when there is nobody to write about."""
    students = db.execute(audience.students_of(mentor_id)).all()
    if not students:
        return None
    row = MentorDigest(
        mentor_id=mentor_id, week=week, content=_content(students) | _waiting(db, mentor_id)
    )
    db.add(row)
    db.flush()
    emit(db, DigestPrepared(actor_id=None, digest_id=row.id, mentor_id=mentor_id))
    return row


def _content(students: Sequence[Any]) -> dict[str, Any]:
    best = sorted((row for row in students if row.week > 0), key=lambda row: -row.week)
    risky = [row for row in students if row.risk is not Risk.NONE]
    return {
        "students": len(students),
        "active": len(best),
        "solved": sum(row.week for row in students),
        "best": [{"name": row.full_name, "solved": row.week} for row in best[:NAMED]],
        "at_risk": [
            {"id": row.id, "name": row.full_name, "reason": row.risk.value}
            for row in risky[:LISTED]
        ],
        "more_at_risk": max(len(risky) - LISTED, 0),
    }


def _waiting(db: Session, mentor_id: int) -> dict[str, int]:
    mentees = select(MentorAssignment.mentee_id).where(MentorAssignment.mentor_id == mentor_id)
    query = (
        select(func.count(Snapshot.id))
        .join(Student, Student.id == Snapshot.student_id)
        .where(Snapshot.status == Status.PENDING, Student.user_id.in_(mentees))
    )
    return {"waiting": db.scalar(query) or 0}


def prune(db: Session) -> None:
    """Delete digests that are old: they hold names."""
    db.execute(delete(MentorDigest).where(MentorDigest.week < local_today(db) - KEEP))
