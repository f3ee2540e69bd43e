"""Telling those who are meant: the worker does it, some at a time, each person once.

Whoever was told has a `Recipient`, written in the same unit as the notice: a job that stops in the middle goes on with
those who have none.
"""

from __future__ import annotations

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from quad.announcements.facts import RecipientsTold
from quad.announcements.kinds import TELL
from quad.announcements.models import Announcement, AnnouncementState, Recipient
from quad.announcements.service.reach import people
from quad.core.facts import emit
from quad.core.jobs.outbox import enqueue
from quad.core.policy import SYSTEM
from quad.identity.models.accounts import User

AT_ONCE = 200


def promise(db: Session, row: Announcement) -> None:
    """Let the worker tell everybody who is meant and was not told yet."""
    db.flush()
    payload = {"announcement_id": row.id}
    enqueue(db, TELL, payload, key=f"{TELL}/{row.id}/{row.version}", lane=f"{TELL}/{row.id}")


def tell_some(db: Session, announcement_id: int, after: int) -> tuple[int, int]:
    """Tell the next people with a number above `after`; return up to which, and how many (0: that was all).

    The announcement is locked, so that nobody hears of it once it was withdrawn.
    """
    row = db.scalar(
        select(Announcement).where(Announcement.id == announcement_id).with_for_update()
    )
    if row is None or row.deleted_at or row.state is not AnnouncementState.PUBLISHED:
        return after, 0
    told = select(Recipient.id).where(
        Recipient.announcement_id == announcement_id, Recipient.user_id == User.id
    )
    rows = db.execute(
        select(User.id, User.sort_name)
        .where(
            User.id.in_(people(row)),
            User.id > after,
            User.id != row.author_id,
            ~told.correlate(User).exists(),
        )
        .order_by(User.id)
        .limit(AT_ONCE)
    ).all()
    if not rows:
        return after, 0
    db.execute(
        insert(Recipient),
        [
            {"announcement_id": announcement_id, "user_id": user_id, "sort_name": name}
            for user_id, name in rows
        ],
    )
    ids = tuple(user_id for user_id, _name in rows)
    emit(db, RecipientsTold(actor_id=SYSTEM.id, announcement_id=announcement_id, user_ids=ids))
    return ids[-1], len(ids)


def meant(db: Session, announcement_id: int) -> int:
    """Count whom an announcement is meant for, for the bar of progress."""
    row = db.get_one(Announcement, announcement_id)
    return db.scalar(select(func.count()).select_from(people(row).subquery())) or 0
