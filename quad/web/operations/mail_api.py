"""The log of mails, addresses that refuse mail, and what came back, over the API."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import request

from quad.core.mail.bounces import BounceOutcome
from quad.core.mail.models import MailAddress, MailState
from quad.web.api import Answer, Moment, Out, WireId, operation
from quad.web.kit import current_actor, current_db
from quad.web.lists import list_json
from quad.web.operations import policy, service
from quad.web.operations.lists import ADDRESSES, MAILS

bp = APIBlueprint("operations_mail_api", __name__, url_prefix="/api/v1/mail", tag="Mail")


class MailBrief(Out):
    """One mail as the log has it; of a secret one the name of its template stands for the subject."""

    id: WireId
    address: str
    subject: str
    state: MailState
    attempts: int
    answer: str
    came_back: bool
    created_at: Moment


class MailSentOut(Out):
    """Under which number a mail goes again: its own, or that of its copy."""

    id: WireId


class MailAddressOut(Out):
    """An address that refused mail; with `suppressed_at` it gets none any more."""

    id: WireId
    address: str
    refusals: int
    reason: str
    last_at: Moment
    suppressed_at: Moment | None


class BounceOut(Out):
    """What became of a report of delivery: `counted` once for each letter; `address` is whom that was written to."""

    outcome: BounceOutcome
    address: str


def _mail(row: Any) -> MailBrief:
    return MailBrief(
        id=row.id,
        address=row.address,
        subject=row.template if row.secret else row.subject,
        state=row.state,
        attempts=row.attempts,
        answer=row.answer or "",
        came_back=row.bounced_at is not None,
        created_at=row.created_at,
    )


@operation(bp, "GET", "", answers=list[MailBrief], paged=True, errors=(403,))
def mail_index() -> Answer:
    """What was mailed, and what the mail server answered. Filters: state, template, bounced."""
    return list_json(MAILS, _mail)


@operation(
    bp,
    "POST",
    "/<int:mail_id>/resend",
    answers=MailSentOut,
    message="The mail goes again",
    errors=(403, 409),
)
def mail_resend(mail_id: int) -> MailSentOut:
    """Send a mail again: the same one when it was given up, a copy when it was delivered."""
    return MailSentOut(id=service.resend_mail(current_db(), current_actor(), mail_id))


@operation(bp, "GET", "/addresses", answers=list[MailAddressOut], paged=True, errors=(403,))
def mail_addresses() -> Answer:
    """Addresses that refused mail. Filter: suppressed."""
    return list_json(ADDRESSES, lambda row: MailAddressOut.model_validate(row._mapping))


@operation(bp, "GET", "/addresses/<int:address_id>", answers=MailAddressOut)
def mail_address(address_id: int) -> MailAddress:
    """One address that refused mail."""
    return policy.READ_ADDRESSES.get(current_db(), current_actor(), address_id)


@operation(
    bp,
    "POST",
    "/addresses/<int:address_id>/lift",
    answers=MailAddressOut,
    message="Mail goes to this address again",
    errors=(403, 409),
)
def mail_address_lift(address_id: int) -> MailAddress:
    """Let mail go again to an address that gets none, and forget its refusals."""
    service.lift_address(current_db(), current_actor(), address_id)
    return policy.READ_ADDRESSES.get(current_db(), current_actor(), address_id)


@operation(
    bp,
    "POST",
    "/bounces",
    answers=BounceOut,
    message="Read",
    raw_body="message/rfc822",
    errors=(403, 413),
)
def bounce_add() -> BounceOut:
    """Hand over a report of delivery (RFC 3464): one about a letter of ours counts against its address."""
    outcome, address = service.record_bounce(current_db(), current_actor(), request.get_data())
    return BounceOut(outcome=outcome, address=address)
