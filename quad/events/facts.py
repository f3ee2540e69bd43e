"""What happens to events and to those who take part."""

from __future__ import annotations

from dataclasses import dataclass

from quad.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class EventFact(Fact):
    """Something happened to an event."""

    event_id: int


@dataclass(frozen=True, kw_only=True)
class EventCreated(EventFact):
    """Somebody wrote an event down; `series_id` when it comes again."""

    series_id: int | None


class EventSubmitted(EventFact):
    """An event waits for somebody to approve it."""


class EventPublished(EventFact):
    """An event can be seen, and registered for."""


@dataclass(frozen=True, kw_only=True)
class EventRefused(EventFact):
    """An event is not approved; its owner reads why in the event."""

    owner_id: int


@dataclass(frozen=True, kw_only=True)
class EventApproved(EventFact):
    """An event was approved, and is published with it."""

    owner_id: int


@dataclass(frozen=True, kw_only=True)
class EventChanged(EventFact):
    """An event is different. `moved`: its time or place, which those who registered are told."""

    moved: bool


class EventProgrammeChanged(EventFact):
    """Speakers, agenda, questions or the cover of an event are different."""


class EventCancelled(EventFact):
    """An event does not take place."""


class EventDeleted(EventFact):
    """An event is hidden."""


@dataclass(frozen=True, kw_only=True)
class RegistrationFact(EventFact):
    """Something happened to somebody's registration."""

    registration_id: int
    user_id: int


class SeatTaken(RegistrationFact):
    """Somebody registered and has a seat."""


class QueueJoined(RegistrationFact):
    """Somebody registered and is on the waiting list."""


class SeatGiven(RegistrationFact):
    """Somebody has a seat now, from the waiting list."""


class RegistrationCancelled(RegistrationFact):
    """Somebody does not come."""


class RegistrationHidden(RegistrationFact):
    """Somebody shows or hides the name from the others who take part."""


class CheckedIn(RegistrationFact):
    """Somebody came."""


class CheckInUndone(RegistrationFact):
    """Somebody was checked in by mistake."""


@dataclass(frozen=True, kw_only=True)
class CertificateFact(RegistrationFact):
    """Something happened to a certificate of attendance."""

    certificate_id: int


class CertificateIssued(CertificateFact):
    """Somebody has a certificate of attendance."""


class CertificateRevoked(CertificateFact):
    """Somebody’s certificate is not valid any more; why, it says itself."""


@dataclass(frozen=True, kw_only=True)
class CoHostFact(EventFact):
    """Something happened to who helps to hold an event."""

    user_id: int


class CoHostAdded(CoHostFact):
    """Somebody helps to hold an event."""


class CoHostRemoved(CoHostFact):
    """Somebody does not help to hold an event any more."""


class FeedbackGiven(EventFact):
    """Somebody said what they thought of an event; not what, and not who said it."""


@dataclass(frozen=True, kw_only=True)
class ParticipantsTold(EventFact):
    """Some of those who registered hear of a change. `what` is moved, cancelled, reminder or feedback."""

    what: str
    user_ids: tuple[int, ...]


class CalendarAddressChanged(Fact):
    """Somebody has another secret calendar address, or none any more."""
