"""What the API answers about events."""

from __future__ import annotations

from datetime import date
from typing import Any

from quad.events.models.events import EventState, EventVisibility
from quad.events.service.tickets import ScanOutcome
from quad.web.api import Moment, Number, Out, WireId


class CampusEventBrief(Out):
    """An event in a list."""

    id: WireId
    slug: str
    title: str
    summary: str
    host: str
    state: EventState
    visibility: EventVisibility
    starts_at: Moment
    ends_at: Moment
    zone: str
    deadline_at: Moment
    venue: str
    is_online: bool
    capacity: int | None
    registered: int
    waiting: int


class EventSpeakerOut(Out):
    id: WireId
    name: str
    headline: str
    bio: str
    photo: str | None


class AgendaItemOut(Out):
    id: WireId
    starts_at: Moment
    title: str
    about: str
    speaker_id: WireId | None
    speaker: str | None


class EventQuestionOut(Out):
    """`key` names the answer when registering."""

    key: str
    label: str
    kind: str
    required: bool
    choices: list[str]


class OwnRegistrationOut(Out):
    """One's own part: seat, waiting (with how many are before) or cancelled; `ticket` is what the QR code says.

    `certificate_revoked` says why the certificate is not valid any more.
    """

    id: WireId
    standing: str
    before: int
    place: int
    came_at: Moment
    code: str | None
    ticket: str | None
    name_hidden: bool
    came: bool
    certificate: str | None
    certificate_revoked: str | None


class CampusEventOut(CampusEventBrief):
    """One event. `online_link` is there for those who have a seat."""

    about: str
    refusal: str
    cancel_reason: str
    online_link: str | None
    certificates: bool
    feedback: bool
    series_id: WireId | None
    attended: int
    cover: str | None
    version: int
    questions: list[EventQuestionOut]
    speakers: list[EventSpeakerOut]
    agenda: list[AgendaItemOut]
    registration: OwnRegistrationOut | None
    audience: str
    co_hosts: str
    may_host: bool
    may_lead: bool
    may_approve: bool
    may_register: bool


class RegistrationAnswerOut(Out):
    key: str
    label: str
    kind: str
    value: Any


class EventRegistrationOut(Out):
    """Somebody's registration, for the host."""

    id: WireId
    place: int
    user_id: WireId
    name: str
    email: str
    standing: str
    came_at: Moment
    scanned_at: Moment | None
    name_hidden: bool
    answers: list[RegistrationAnswerOut]
    certificate: str | None
    certificate_revoked: bool


class AttendanceCertificateOut(Out):
    """A certificate of one who came; a revoked one keeps its number."""

    id: WireId
    serial: str
    holder: str
    issued_on: date
    revoked_at: Moment | None
    revoked_reason: str


class CoHostOut(Out):
    id: WireId
    name: str


class ParticipantOut(Out):
    user_id: WireId
    name: str


class ScannedOut(Out):
    """What became of a scan; `key` is the sender's."""

    key: str
    outcome: ScanOutcome
    name: str
    sentence: str
    at: Moment | None
    registration_id: WireId | None


class FeedbackWordsOut(Out):
    rating: int
    liked: str
    better: str
    name: str | None


class FeedbackOut(Out):
    """With fewer than `least` answers only their number is told."""

    count: int
    least: int
    shown: bool
    average: Number | None
    ratings: dict[str, int]
    would_come_again: int
    words: list[FeedbackWordsOut]


class CalendarAddressOut(Out):
    """The address is told once, when it is made."""

    address: str


class JobPromised(Out):
    job_id: WireId
