"""Times that mentors offer and meetings, as those concerned see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from icalendar import Calendar
from icalendar import Event as Entry
from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session, aliased

from quad.alumni.models.mentoring import (
    BookingState,
    MentorBooking,
    MentorFeedback,
    MentorSlot,
)
from quad.alumni.policy import giving as policy
from quad.core import clock
from quad.core.db.rows import plain_rows
from quad.core.errors import Forbidden, NotFound
from quad.core.i18n import gettext as _
from quad.core.jobs.runtime import runtime_of
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.identity.policy import photo_for

TAKEN = and_(MentorBooking.slot_id == MentorSlot.id, MentorBooking.held_mark == 1)


def free_slots(db: Session, actor: Actor, limit: int = 50) -> list[Any]:
    """Return times one may ask for, the next first: id, mentor_id, mentor, photo, starts_at, minutes, topic."""
    if not policy.MEET.may(actor):
        return []
    query = (
        select(
            MentorSlot.id,
            MentorSlot.mentor_id,
            User.full_name.label("mentor"),
            photo_for(actor),
            MentorSlot.starts_at,
            MentorSlot.ends_at,
            MentorSlot.minutes,
            MentorSlot.topic,
        )
        .join(User, User.id == MentorSlot.mentor_id)
        .where(
            policy.SLOT_BOOK.where(actor),
            User.is_active,
            MentorSlot.starts_at > clock.now(),
            ~select(MentorBooking.id).where(TAKEN).exists(),
        )
        .order_by(MentorSlot.starts_at, MentorSlot.id)
        .limit(limit)
    )
    return list(plain_rows(db, query))


def own_slots(db: Session, actor: Actor) -> list[Any]:
    """Return the free times one offers: id, starts_at, minutes, topic, place."""
    query = (
        select(
            MentorSlot.id,
            MentorSlot.starts_at,
            MentorSlot.minutes,
            MentorSlot.topic,
            MentorSlot.place,
        )
        .where(
            policy.SLOT_OWN.where(actor),
            MentorSlot.withdrawn_at.is_(None),
            MentorSlot.starts_at > clock.now(),
            ~select(MentorBooking.id).where(TAKEN).exists(),
        )
        .order_by(MentorSlot.starts_at)
        .limit(100)
    )
    return list(plain_rows(db, query))


@dataclass(frozen=True)
class Meeting:
    """A meeting as one of the two sees it. `place` is empty for the student until it is confirmed."""

    id: int
    mentor_id: int
    mentor: str
    student_id: int
    student: str
    starts_at: datetime
    ends_at: datetime
    minutes: int
    topic: str
    place: str
    note: str
    state: BookingState
    reason: str
    as_mentor: bool
    over: bool
    may_judge: bool
    feedback: tuple[tuple[str, int, str], ...]


def _meetings() -> Select[*tuple[Any, ...]]:
    mentor, student = aliased(User), aliased(User)
    return (
        select(
            MentorBooking,
            MentorSlot,
            mentor.full_name.label("mentor"),
            student.full_name.label("student"),
        )
        .join(MentorSlot, MentorSlot.id == MentorBooking.slot_id)
        .join(mentor, mentor.id == MentorSlot.mentor_id)
        .join(student, student.id == MentorBooking.student_id)
    )


def meetings(db: Session, actor: Actor, limit: int = 100) -> list[Meeting]:
    """Return the meetings one takes part in, the latest first."""
    query = (
        _meetings()
        .where(policy.BOOKING_PART.where(actor, many=True))
        .order_by(MentorSlot.starts_at.desc(), MentorBooking.id.desc())
        .limit(limit)
    )
    return _drawn(db, actor, db.execute(query).all())


def show(db: Session, actor: Actor, booking_id: int) -> Meeting:
    """Return a meeting. Raises NotFound, SignedOut."""
    policy.BOOKING_READ.get(db, actor, booking_id)
    rows = db.execute(_meetings().where(MentorBooking.id == booking_id)).all()
    return _drawn(db, actor, rows)[0]


def _drawn(db: Session, actor: Actor, rows: Any) -> list[Meeting]:
    said: dict[int, list[Any]] = {}
    query = (
        select(
            MentorFeedback.booking_id,
            MentorFeedback.by_id,
            User.full_name,
            MentorFeedback.rating,
            MentorFeedback.text,
        )
        .join(User, User.id == MentorFeedback.by_id)
        .where(MentorFeedback.booking_id.in_([row.MentorBooking.id for row in rows]))
        .order_by(MentorFeedback.id)
    )
    for each in plain_rows(db, query):
        said.setdefault(each.booking_id, []).append(each)
    return [_meeting(actor, row, said.get(row.MentorBooking.id, [])) for row in rows]


def _meeting(actor: Actor, row: Any, said: list[Any]) -> Meeting:
    booking: MentorBooking = row.MentorBooking
    slot: MentorSlot = row.MentorSlot
    as_mentor = slot.mentor_id == actor.id
    takes_part = as_mentor or booking.student_id == actor.id
    over = slot.ends_at <= clock.now()
    confirmed = booking.state is BookingState.CONFIRMED
    judged = any(each.by_id == actor.id for each in said)
    return Meeting(
        booking.id,
        slot.mentor_id,
        row.mentor,
        booking.student_id,
        row.student,
        slot.starts_at,
        slot.ends_at,
        slot.minutes,
        slot.topic,
        slot.place if as_mentor or (takes_part and confirmed) else "",
        booking.note if takes_part else "",
        booking.state,
        booking.reason,
        as_mentor,
        over,
        takes_part and confirmed and over and not judged,
        tuple((each.full_name, each.rating, each.text) for each in said),
    )


def calendar(db: Session, actor: Actor, booking_id: int) -> bytes:
    """Return a meeting one takes part in as an iCalendar file. Raises NotFound, Forbidden."""
    meeting = show(db, actor, booking_id)
    if actor.id not in (meeting.mentor_id, meeting.student_id):
        raise Forbidden
    runtime = runtime_of(db)
    if runtime is None:
        raise NotFound
    base = runtime.settings.base_url.rstrip("/")
    entry = Entry()
    entry.add("uid", f"mentoring-{meeting.id}@{urlsplit(base).hostname or 'localhost'}")
    entry.add("dtstamp", clock.now())
    entry.add("dtstart", meeting.starts_at)
    entry.add("dtend", meeting.ends_at)
    other = meeting.student if meeting.as_mentor else meeting.mentor
    entry.add("summary", _("Mentoring with %(name)s", name=other))
    entry.add("description", f"{base}/mentoring/{meeting.id}")
    entry.add("location", meeting.place)
    states = {BookingState.CONFIRMED: "CONFIRMED", BookingState.REQUESTED: "TENTATIVE"}
    entry.add("status", states.get(meeting.state, "CANCELLED"))
    made = Calendar()
    made.add("prodid", "-//Quad//Mentoring//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add_component(entry)
    content: bytes = made.to_ical()
    return content


def slot(db: Session, actor: Actor, slot_id: int) -> Any:
    """Return a time one may ask for: id, mentor, starts_at, minutes, topic. Raises NotFound, Forbidden, SignedOut."""
    row = policy.SLOT_BOOK.get(db, actor, slot_id, read=policy.SLOT_READ)
    query = (
        select(
            MentorSlot.id,
            User.full_name.label("mentor"),
            MentorSlot.starts_at,
            MentorSlot.minutes,
            MentorSlot.topic,
        )
        .join(User, User.id == MentorSlot.mentor_id)
        .where(MentorSlot.id == row.id)
    )
    return db.execute(query).one()
