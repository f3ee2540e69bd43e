"""Mentoring over JSON."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response

from quad.alumni.forms.giving import BookSlot, CancelMeeting, JudgeMeeting, OfferSlots
from quad.alumni.models.mentoring import BookingState
from quad.alumni.policy import giving as policy
from quad.alumni.service import meetings, mentoring
from quad.web.api import Moment, Out, WireId, operation
from quad.web.kit import current_actor, current_db

bp = APIBlueprint("mentoring_api", __name__, url_prefix="/api/v1", tag="Mentoring")
SLOT = "/mentoring/slots/<int:slot_id>"
BOOKING = "/mentoring/bookings/<int:booking_id>"


class MentorSlotOut(Out):
    """A time to meet."""

    id: WireId
    mentor: str
    starts_at: Moment
    minutes: int
    topic: str


class OwnSlotOut(Out):
    """A free time one offers."""

    id: WireId
    starts_at: Moment
    minutes: int
    topic: str
    place: str


class MeetingOut(Out):
    """A meeting; `place` is empty for the student until it is confirmed."""

    id: WireId
    mentor: str
    student: str
    starts_at: Moment
    ends_at: Moment
    topic: str
    place: str
    note: str
    state: BookingState
    reason: str
    feedback: list[tuple[str, int, str]]


@operation(bp, "GET", "/mentoring/slots", answers=list[MentorSlotOut], errors=(403,))
def mentor_slots() -> object:
    """Times one may ask for, the next first."""
    policy.MEET.require(current_actor())
    return meetings.free_slots(current_db(), current_actor())


@operation(bp, "GET", "/me/mentoring/slots", answers=list[OwnSlotOut], errors=(403,))
def own_mentor_slots() -> object:
    """The free times one offers."""
    policy.OFFER.require(current_actor())
    return meetings.own_slots(current_db(), current_actor())


@operation(
    bp,
    "POST",
    "/mentoring/slots",
    body=OfferSlots,
    answers=list[OwnSlotOut],
    status=201,
    message="Offered",
    errors=(403,),
)
def mentor_slots_offer(body: OfferSlots) -> object:
    return mentoring.offer(current_db(), current_actor(), body)


@operation(bp, "DELETE", SLOT, message="Not offered any more", errors=(403, 409))
def mentor_slot_withdraw(slot_id: int) -> None:
    mentoring.withdraw(current_db(), current_actor(), slot_id)


@operation(
    bp,
    "POST",
    f"{SLOT}/bookings",
    body=BookSlot,
    answers=MeetingOut,
    status=201,
    message="Asked",
    errors=(403, 409),
)
def mentor_slot_book(slot_id: int, body: BookSlot) -> meetings.Meeting:
    made = mentoring.request(current_db(), current_actor(), slot_id, body)
    return _meeting(made.id)


def _meeting(booking_id: int) -> meetings.Meeting:
    return meetings.show(current_db(), current_actor(), booking_id)


@operation(bp, "GET", "/mentoring", answers=list[MeetingOut], errors=(403,))
def mentor_meetings() -> list[meetings.Meeting]:
    """The meetings one takes part in, the latest first: at most 100."""
    policy.MENTORING.require(current_actor())
    return meetings.meetings(current_db(), current_actor())


@operation(bp, "GET", BOOKING, answers=MeetingOut)
def mentor_meeting(booking_id: int) -> meetings.Meeting:
    return _meeting(booking_id)


@operation(
    bp, "POST", f"{BOOKING}/confirm", answers=MeetingOut, message="Confirmed", errors=(403, 409)
)
def mentor_meeting_confirm(booking_id: int) -> meetings.Meeting:
    mentoring.confirm(current_db(), current_actor(), booking_id)
    return _meeting(booking_id)


@operation(
    bp,
    "POST",
    f"{BOOKING}/decline",
    body=CancelMeeting,
    answers=MeetingOut,
    message="Declined",
    errors=(403, 409),
)
def mentor_meeting_decline(booking_id: int, body: CancelMeeting) -> meetings.Meeting:
    mentoring.decline(current_db(), current_actor(), booking_id, body.reason)
    return _meeting(booking_id)


@operation(
    bp,
    "POST",
    f"{BOOKING}/cancel",
    body=CancelMeeting,
    answers=MeetingOut,
    message="Cancelled",
    errors=(403, 409),
)
def mentor_meeting_cancel(booking_id: int, body: CancelMeeting) -> meetings.Meeting:
    mentoring.cancel(current_db(), current_actor(), booking_id, body.reason)
    return _meeting(booking_id)


@operation(
    bp,
    "POST",
    f"{BOOKING}/feedback",
    body=JudgeMeeting,
    answers=MeetingOut,
    status=201,
    message="Thank you",
    errors=(403, 409),
)
def mentor_meeting_judge(booking_id: int, body: JudgeMeeting) -> meetings.Meeting:
    mentoring.judge(current_db(), current_actor(), booking_id, body)
    return _meeting(booking_id)


@operation(bp, "GET", f"{BOOKING}/calendar", file="text/calendar", errors=(403,))
def mentor_meeting_calendar(booking_id: int) -> Response:
    """A meeting as an iCalendar file."""
    content = meetings.calendar(current_db(), current_actor(), booking_id)
    return Response(content, mimetype="text/calendar")
