"""Mentoring: offering times, asking for one, confirming, cancelling, reminding, and saying how it was."""

from __future__ import annotations

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.alumni.facts import (
    BookingChanged,
    MeetingCancelled,
    MeetingConfirmed,
    MeetingDeclined,
    MeetingJudged,
    MeetingReminded,
    MeetingRequested,
    SlotsOffered,
    SlotWithdrawn,
)
from quad.alumni.forms.giving import BookSlot, JudgeMeeting, OfferSlots
from quad.alumni.models.mentoring import (
    BookingState,
    MentorBooking,
    MentorFeedback,
    MentorSlot,
)
from quad.alumni.policy import giving as policy
from quad.core import clock
from quad.core.errors import Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.jobs.runtime import runtime_of
from quad.core.policy import Actor

HELD = (BookingState.REQUESTED, BookingState.CONFIRMED)
AHEAD = timedelta(hours=24)
MOST_OPEN = 3


def offer(db: Session, actor: Actor, form: OfferSlots) -> list[MentorSlot]:
    """Offer a time, and the same time in the weeks after it, by the clock of the mentor’s zone.

    Raises Forbidden, Invalid when it is over or meets another time one offers.
    """
    policy.OFFER.require(actor)
    zone = _zone(db, actor)
    begins = form.starts_at
    if begins.tzinfo is not None:
        begins = begins.astimezone(zone).replace(tzinfo=None)
    slots = []
    for week in range(form.weeks):
        starts_at = (begins + timedelta(weeks=week)).replace(tzinfo=zone).astimezone(UTC)
        slots.append(
            MentorSlot(
                mentor_id=actor.own_id,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=form.minutes),
                minutes=form.minutes,
                topic=form.topic,
                place=form.place,
            )
        )
    if slots[0].starts_at <= clock.now():
        raise Invalid({"starts_at": _("This time is over. Choose a later one.")})
    for slot in slots:
        _require_free(db, actor, slot)
    db.add_all(slots)
    db.flush()
    emit(db, SlotsOffered(actor_id=actor.id, slot_ids=tuple(slot.id for slot in slots)))
    return slots


def _zone(db: Session, actor: Actor) -> ZoneInfo:
    """Return the zone in which the mentor reads clocks: their own, else the institution’s."""
    runtime = runtime_of(db)
    return ZoneInfo(actor.zone or (runtime.settings.time_zone if runtime else "UTC"))


def _require_free(db: Session, actor: Actor, slot: MentorSlot) -> None:
    other = select(MentorSlot.id).where(
        MentorSlot.mentor_id == actor.own_id,
        MentorSlot.starts_at < slot.ends_at,
        MentorSlot.ends_at > slot.starts_at,
    )
    if db.scalar(other.limit(1)) is not None:
        raise Invalid({"starts_at": _("You offer another time that meets this one.")})


def withdraw(db: Session, actor: Actor, slot_id: int) -> None:
    """Offer a time no longer. Raises NotFound, Forbidden, Rejected while somebody holds it."""
    slot = policy.SLOT_OWN.get(db, actor, slot_id, read=policy.SLOT_READ, lock=True)
    if _held(db, slot_id) is not None:
        raise Rejected(_("Somebody asked for this time. Decline or cancel the meeting first."))
    slot.withdrawn_at = clock.now()
    emit(db, SlotWithdrawn(actor_id=actor.id, slot_id=slot.id))


def _held(db: Session, slot_id: int) -> int | None:
    return db.scalar(
        select(MentorBooking.id).where(
            MentorBooking.slot_id == slot_id, MentorBooking.held_mark == 1
        )
    )


def _fact(
    kind: type[BookingChanged], actor: Actor | None, booking: MentorBooking, *to_ids: int
) -> BookingChanged:
    return kind(actor_id=actor.id if actor else None, booking_id=booking.id, to_ids=tuple(to_ids))


def request(db: Session, actor: Actor, slot_id: int, form: BookSlot) -> MentorBooking:
    """Ask for a time. The time is held at once, so that it is given to one person only.

    Raises NotFound, Forbidden, Rejected when it is taken, over, or one asks for too many.
    """
    slot = policy.SLOT_BOOK.get(db, actor, slot_id, read=policy.SLOT_READ, lock=True)
    if slot.starts_at <= clock.now():
        raise Rejected(_("This time is over. Choose another one."))
    if _held(db, slot_id) is not None:
        raise Rejected(_("Somebody else took this time a moment earlier. Choose another one."))
    waiting = db.scalars(
        select(MentorBooking.id).where(
            MentorBooking.student_id == actor.own_id,
            MentorBooking.state == BookingState.REQUESTED,
        )
    ).all()
    if len(waiting) >= MOST_OPEN:
        raise Rejected(_("You wait for %(n)s answers already.", n=MOST_OPEN))
    booking = MentorBooking(slot_id=slot.id, student_id=actor.own_id, note=form.note)
    db.add(booking)
    db.flush()
    emit(db, _fact(MeetingRequested, actor, booking, slot.mentor_id))
    return booking


def _to_answer(db: Session, actor: Actor, booking_id: int) -> MentorBooking:
    booking = policy.BOOKING_MENTOR.get(db, actor, booking_id, read=policy.BOOKING_READ, lock=True)
    if booking.state is not BookingState.REQUESTED:
        raise Rejected(_("This was answered already."))
    booking.answered_at = clock.now()
    return booking


def confirm(db: Session, actor: Actor, booking_id: int) -> MentorBooking:
    """Say that one will be there. Raises NotFound, Forbidden, Rejected when it was answered."""
    booking = _to_answer(db, actor, booking_id)
    booking.state = BookingState.CONFIRMED
    emit(db, _fact(MeetingConfirmed, actor, booking, booking.student_id))
    return booking


def decline(db: Session, actor: Actor, booking_id: int, reason: str) -> MentorBooking:
    """Say that one cannot; the time is free again. Raises NotFound, Forbidden, Rejected when it was answered."""
    booking = _to_answer(db, actor, booking_id)
    booking.state, booking.held_mark, booking.reason = BookingState.DECLINED, None, reason
    emit(db, _fact(MeetingDeclined, actor, booking, booking.student_id))
    return booking


def cancel(db: Session, actor: Actor, booking_id: int, reason: str) -> MentorBooking:
    """Cancel a meeting, from either side, until it begins; the time is free again.

    Raises NotFound, Forbidden, Rejected when it is not on any more.
    """
    booking = policy.BOOKING_PART.get(db, actor, booking_id, read=policy.BOOKING_READ, lock=True)
    slot = db.get_one(MentorSlot, booking.slot_id)
    if booking.state not in HELD or slot.starts_at <= clock.now():
        raise Rejected(_("This meeting is over, or not on any more."))
    booking.state, booking.held_mark, booking.reason = BookingState.CANCELLED, None, reason
    other = booking.student_id if actor.id == slot.mentor_id else slot.mentor_id
    emit(db, _fact(MeetingCancelled, actor, booking, other))
    return booking


def judge(db: Session, actor: Actor, booking_id: int, form: JudgeMeeting) -> None:
    """Say how a meeting was, once each. Raises NotFound, Forbidden, Rejected before it is over or the second time."""
    booking = policy.BOOKING_PART.get(db, actor, booking_id, read=policy.BOOKING_READ, lock=True)
    slot = db.get_one(MentorSlot, booking.slot_id)
    if booking.state is not BookingState.CONFIRMED or slot.ends_at > clock.now():
        raise Rejected(_("Say how it was once the meeting is over."))
    said = select(MentorFeedback.id).where(
        MentorFeedback.booking_id == booking_id, MentorFeedback.by_id == actor.own_id
    )
    if db.scalar(said) is not None:
        raise Rejected(_("You said what you think already."))
    db.add(
        MentorFeedback(
            booking_id=booking.id, by_id=actor.own_id, rating=form.rating, text=form.text
        )
    )
    other = booking.student_id if actor.id == slot.mentor_id else slot.mentor_id
    emit(db, _fact(MeetingJudged, actor, booking, other))


def remind_some(db: Session, limit: int = 50) -> int:
    """Remind both of confirmed meetings within a day, once; return how many."""
    now = clock.now()
    query = (
        select(MentorBooking, MentorSlot.mentor_id)
        .join(MentorSlot, MentorSlot.id == MentorBooking.slot_id)
        .where(
            MentorBooking.state == BookingState.CONFIRMED,
            MentorBooking.reminded_at.is_(None),
            MentorSlot.starts_at > now,
            MentorSlot.starts_at <= now + AHEAD,
        )
        .order_by(MentorBooking.id)
        .limit(limit)
        .with_for_update()
    )
    rows = db.execute(query).all()
    for booking, mentor_id in rows:
        booking.reminded_at = now
        emit(db, _fact(MeetingReminded, None, booking, mentor_id, booking.student_id))
    return len(rows)
