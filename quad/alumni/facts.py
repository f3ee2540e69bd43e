"""What happens in the network."""

from __future__ import annotations

from dataclasses import dataclass

from quad.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class MemberJoined(Fact):
    member_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class MembersJoined(Fact):
    """Many at once: a batch that graduated, or a file."""

    member_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class MemberChanged(Fact):
    """Somebody changed what their profile says, or who sees it."""

    member_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class MemberClaimed(Fact):
    """Somebody says that they graduated here and asks to be verified."""

    member_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class MemberVerified(Fact):
    """`student_id` is the academic record that was linked, if there is one."""

    member_id: int
    user_id: int
    student_id: int | None


@dataclass(frozen=True, kw_only=True)
class MemberRefused(Fact):
    member_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class ReferenceChanged(Fact):
    """Something happened to a reference. `to_ids` are the people who should hear of it."""

    reference_id: int
    to_ids: tuple[int, ...] = ()


class ReferenceAsked(ReferenceChanged):
    """Somebody asks for a reference."""


class ReferenceAccepted(ReferenceChanged):
    """The writer will write."""


class ReferenceDeclined(ReferenceChanged):
    """The writer will not write."""


class ReferenceWritten(ReferenceChanged):
    """The writer changed the draft."""


class ReferenceDelivered(ReferenceChanged):
    """A reference was given."""


class ReferenceWithdrawn(ReferenceChanged):
    """Who asked does not need it any more."""


class ReferenceReminded(ReferenceChanged):
    """A reference has waited, or comes due."""


@dataclass(frozen=True, kw_only=True)
class EngagementChanged(Fact):
    """Something happened to an engagement. `to_ids` are the people who should hear of it."""

    engagement_id: int
    to_ids: tuple[int, ...] = ()


class EngagementLogged(EngagementChanged):
    """One side wrote down what a graduate did."""


class EngagementConfirmed(EngagementChanged):
    """The other side says so as well."""


class EngagementRefused(EngagementChanged):
    """The other side says that it was not so."""


class EngagementThanked(EngagementChanged):
    """The institution says thank you."""


@dataclass(frozen=True, kw_only=True)
class SlotsOffered(Fact):
    """Somebody offers times to meet."""

    slot_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class SlotWithdrawn(Fact):
    """A time is not offered any more."""

    slot_id: int


@dataclass(frozen=True, kw_only=True)
class BookingChanged(Fact):
    """Something happened to a meeting. `to_ids` are the people who should hear of it."""

    booking_id: int
    to_ids: tuple[int, ...] = ()


class MeetingRequested(BookingChanged):
    """Somebody would like to meet a mentor."""


class MeetingConfirmed(BookingChanged):
    """The mentor will be there."""


class MeetingDeclined(BookingChanged):
    """The mentor cannot be there."""


class MeetingCancelled(BookingChanged):
    """One of the two cannot be there after all."""


class MeetingReminded(BookingChanged):
    """A meeting is tomorrow."""


class MeetingJudged(BookingChanged):
    """One of the two said how a meeting was."""
