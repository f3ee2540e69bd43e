"""Telling those who take part: some at a time, each of them once."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.facts import emit
from quad.core.jobs.outbox import enqueue
from quad.core.policy import SYSTEM
from quad.events.facts import ParticipantsTold
from quad.events.kinds import TELL
from quad.events.models.attending import CheckIn, Registration
from quad.events.models.events import Event, EventState

AT_ONCE = 200
REMINDED_BEFORE = timedelta(hours=24)
ASKED_AFTER = timedelta(hours=1)
ASKED_WITHIN = timedelta(days=3)
_QUIET = {"synchronize_session": False}


def promise(db: Session, event: Event, what: str) -> None:
    """Let the worker tell everybody who registered that the event has moved or is cancelled."""
    db.flush()
    payload = {"event_id": event.id, "what": what, "version": event.version}
    enqueue(db, TELL, payload, key=f"{TELL}/{event.id}/{event.version}")


def tell_some(db: Session, event_id: int, what: str, version: int) -> int:
    """Tell the next people who know less than `version` of the event; return how many."""
    rows = db.execute(
        select(Registration.id, Registration.user_id)
        .where(
            Registration.event_id == event_id,
            Registration.told < version,
            Registration.cancelled_at.is_(None),
        )
        .order_by(Registration.id)
        .limit(AT_ONCE)
    ).all()
    if rows:
        _mark(db, [row.id for row in rows], told=version)
        _tell(db, event_id, what, [row.user_id for row in rows])
    return len(rows)


def remind_some(db: Session) -> int:
    """Remind people who have a seat of what begins within a day; return how many."""
    now = clock.now()
    rows = db.execute(
        select(Registration.id, Registration.user_id, Registration.event_id)
        .join(Event, Event.id == Registration.event_id)
        .where(
            Event.state == EventState.PUBLISHED,
            Event.deleted_at.is_(None),
            Event.starts_at > now,
            Event.starts_at <= now + REMINDED_BEFORE,
            Registration.reminded_at.is_(None),
            Registration.cancelled_at.is_(None),
            Registration.queued_at.is_(None),
        )
        .order_by(Registration.event_id, Registration.id)
        .limit(AT_ONCE)
    ).all()
    if rows:
        _mark(db, [row.id for row in rows], reminded_at=now)
    for event_id in dict.fromkeys(row.event_id for row in rows):
        _tell(db, event_id, "reminder", [row.user_id for row in rows if row.event_id == event_id])
    return len(rows)


def ask_one(db: Session) -> int:
    """Ask those who came to one event that is over what they thought of it; return 1 while there is more."""
    now = clock.now()
    event_id = db.scalar(
        select(Event.id)
        .where(
            Event.state == EventState.PUBLISHED,
            Event.deleted_at.is_(None),
            Event.feedback.is_(True),
            Event.feedback_asked_at.is_(None),
            Event.attended > 0,
            Event.ends_at <= now - ASKED_AFTER,
            Event.ends_at > now - ASKED_WITHIN,
        )
        .order_by(Event.ends_at, Event.id)
        .limit(1)
    )
    if event_id is None:
        return 0
    db.execute(
        update(Event).where(Event.id == event_id).values(feedback_asked_at=now),
        execution_options=_QUIET,
    )
    came = select(Registration.user_id).join(
        CheckIn, (CheckIn.registration_id == Registration.id) & CheckIn.undone_at.is_(None)
    )
    people = db.scalars(
        came.where(Registration.event_id == event_id, Registration.gave_feedback.is_(False))
    ).all()
    for start in range(0, len(people), AT_ONCE):
        _tell(db, event_id, "feedback", list(people[start : start + AT_ONCE]))
    return 1


def _mark(db: Session, ids: list[int], **values: object) -> None:
    db.execute(
        update(Registration).where(Registration.id.in_(ids)).values(**values),
        execution_options=_QUIET,
    )


def _tell(db: Session, event_id: int, what: str, user_ids: list[int]) -> None:
    emit(
        db,
        ParticipantsTold(
            actor_id=SYSTEM.id, event_id=event_id, what=what, user_ids=tuple(user_ids)
        ),
    )
