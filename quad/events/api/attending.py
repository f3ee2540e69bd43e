"""Taking part over JSON: registrations, check-ins, certificates, feedback, the calendar address."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from quad.academics.forms.documents import RevokeDocument
from quad.core.errors import Forbidden
from quad.events import policy
from quad.events.api.events import API, ONE, one
from quad.events.api.shapes import (
    AttendanceCertificateOut,
    CalendarAddressOut,
    CampusEventOut,
    EventRegistrationOut,
    FeedbackOut,
    JobPromised,
    ParticipantOut,
    ScannedOut,
)
from quad.events.door import sent
from quad.events.forms.events import GiveFeedback, HideAttendance, Register, Scans
from quad.events.lists.attending import PARTICIPANTS, REGISTRATIONS, standing
from quad.events.service import calendars, certificates, feedback, reading, seats, tickets
from quad.web.api import Answer, operation
from quad.web.download import download
from quad.web.kit import current_actor, current_db
from quad.web.lists import list_json

bp = APIBlueprint("events_attending_api", __name__, url_prefix=API, tag="Events")
REGISTERED = f"{ONE}/registrations"
CERTIFICATES = f"{REGISTERED}/<int:registration_id>/certificates"


@operation(
    bp,
    "POST",
    REGISTERED,
    body=Register,
    answers=CampusEventOut,
    status=201,
    message="Registered",
    errors=(403, 409),
)
def registration_add(event_id: int, body: Register) -> CampusEventOut:
    """Take a seat, or a place on the waiting list; once more changes nothing."""
    seats.register(current_db(), current_actor(), event_id, body)
    return one(event_id)


@operation(
    bp,
    "DELETE",
    REGISTERED,
    answers=CampusEventOut,
    message="Off the list",
    errors=(409,),
)
def registration_cancel(event_id: int) -> CampusEventOut:
    """Give one's own seat or place back; who waits longest has the seat then."""
    seats.cancel(current_db(), current_actor(), event_id)
    return one(event_id)


@operation(
    bp,
    "PATCH",
    REGISTERED,
    body=HideAttendance,
    answers=CampusEventOut,
    message="Saved",
)
def registration_name(event_id: int, body: HideAttendance) -> CampusEventOut:
    """Show or hide one's name from the others who take part."""
    seats.hide_name(current_db(), current_actor(), event_id, body)
    return one(event_id)


@operation(bp, "GET", REGISTERED, answers=list[EventRegistrationOut], paged=True, errors=(403,))
def registrations_index(event_id: int) -> Answer:
    """Who registered, for the host. Filter: standing."""
    policy.HOST.get(current_db(), current_actor(), event_id, read=policy.READ)
    return list_json(REGISTRATIONS, _registration, fixed={"event": str(event_id)})


def _registration(row: Any) -> EventRegistrationOut:
    answers = [
        {"key": key, "label": label, "kind": kind, "value": given}
        for key, label, kind, given in row.answers
    ]
    return EventRegistrationOut.model_validate(
        {
            **row._mapping,
            "standing": standing(row),
            "answers": answers,
            "certificate": row.serial,
            "certificate_revoked": row.revoked_at is not None,
        }
    )


@operation(bp, "GET", f"{ONE}/participants", answers=list[ParticipantOut], paged=True)
def participants_index(event_id: int) -> Answer:
    """The names of those who have a seat and do not hide them."""
    reading.find(current_db(), current_actor(), event_id)
    return list_json(
        PARTICIPANTS,
        lambda row: ParticipantOut.model_validate(row._mapping),
        fixed={"event": str(event_id)},
    )


@operation(
    bp,
    "DELETE",
    f"{REGISTERED}/<int:registration_id>",
    message="Taken off the list",
    errors=(403, 409),
)
def registration_remove(event_id: int, registration_id: int) -> None:
    """Take somebody off the list, as the host."""
    seats.remove(current_db(), current_actor(), event_id, registration_id)


@operation(
    bp,
    "POST",
    f"{ONE}/check-ins",
    body=Scans,
    answers=list[ScannedOut],
    message="Taken",
    errors=(403, 409),
)
def check_in(event_id: int, body: Scans) -> list[Any]:
    """Take in what was scanned, oldest first; the same scans once more change nothing."""
    return tickets.check_in(current_db(), current_actor(), event_id, body.scans)


@operation(
    bp,
    "DELETE",
    f"{ONE}/check-ins/<int:registration_id>",
    message="Taken back",
    errors=(403,),
)
def check_in_undo(event_id: int, registration_id: int) -> None:
    tickets.undo(current_db(), current_actor(), event_id, registration_id)


@operation(bp, "GET", f"{ONE}/ticket.pdf", file="application/pdf", errors=(409,))
def ticket(event_id: int) -> Response:
    """One's own ticket."""
    content = tickets.ticket_pdf(current_db(), current_actor(), event_id)
    return download(content, "application/pdf", f"ticket-{event_id}.pdf")


@operation(
    bp,
    "POST",
    f"{ONE}/certificate",
    answers=CampusEventOut,
    message="Issued",
    errors=(409,),
)
def certificate_issue(event_id: int) -> CampusEventOut:
    """Issue one's own certificate of attendance."""
    certificates.issue_own(current_db(), current_actor(), event_id)
    return one(event_id)


@operation(bp, "GET", f"{ONE}/certificate.pdf", file="application/pdf")
def certificate_file(event_id: int) -> Response:
    return sent(certificates.own_file(current_db(), current_actor(), event_id))


@operation(
    bp,
    "POST",
    f"{ONE}/certificates",
    answers=JobPromised,
    status=202,
    message="The worker writes them",
    errors=(403, 409),
)
def certificates_issue(event_id: int) -> JobPromised:
    """Issue the certificates of everybody who came."""
    return JobPromised(job_id=certificates.issue_all(current_db(), current_actor(), event_id))


@operation(bp, "GET", CERTIFICATES, answers=list[AttendanceCertificateOut], errors=(403,))
def certificates_of(event_id: int, registration_id: int) -> Any:
    """The certificates of one who came, the newest first."""
    return certificates.issued(
        current_db(), current_actor(), event_id, registration_id
    ).certificates


@operation(
    bp,
    "POST",
    f"{CERTIFICATES}/revoke",
    body=RevokeDocument,
    answers=AttendanceCertificateOut,
    message="Revoked",
    errors=(403, 409),
)
def certificate_revoke(event_id: int, registration_id: int, body: RevokeDocument) -> Any:
    """Declare a certificate not valid any more; whoever checks its number learns that, its holder also why."""
    return certificates.revoke(current_db(), current_actor(), event_id, registration_id, body)


@operation(
    bp,
    "POST",
    f"{CERTIFICATES}/reissue",
    answers=AttendanceCertificateOut,
    status=201,
    message="Issued with a new number",
    errors=(403, 409),
)
def certificate_reissue(event_id: int, registration_id: int) -> Any:
    """Issue a new certificate in place of a revoked one."""
    return certificates.reissue(current_db(), current_actor(), event_id, registration_id)


@operation(
    bp,
    "POST",
    f"{ONE}/feedback",
    body=GiveFeedback,
    status=201,
    message="Thank you",
    errors=(409,),
)
def feedback_give(event_id: int, body: GiveFeedback) -> None:
    """Say what one thought, once; without a name nobody can tell who it was."""
    feedback.give(current_db(), current_actor(), event_id, body)


@operation(bp, "GET", f"{ONE}/feedback", answers=FeedbackOut, errors=(403,))
def feedback_show(event_id: int) -> FeedbackOut:
    """What people said, for the host."""
    found = feedback.results(current_db(), current_actor(), event_id)
    return FeedbackOut(
        count=found.count,
        least=found.least,
        shown=found.shown,
        average=found.average,
        ratings={str(rating): number for rating, number in found.ratings},
        would_come_again=found.would_come_again,
        words=list(found.words),
    )


@operation(
    bp,
    "POST",
    "/feed",
    answers=CalendarAddressOut,
    status=201,
    message="Keep it: it is told once",
    errors=(403,),
)
def feed_make() -> CalendarAddressOut:
    """Make one's secret calendar address; an earlier one ends."""
    db, actor = current_db(), current_actor()
    if actor.id is None:
        raise Forbidden
    return CalendarAddressOut(address=calendars.feed_address(db, calendars.make_address(db, actor)))


@operation(bp, "DELETE", "/feed", message="It leads nowhere now")
def feed_drop() -> None:
    calendars.drop_address(current_db(), current_actor())
