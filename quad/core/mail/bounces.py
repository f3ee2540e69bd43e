"""Letters that come back later: reports of delivery (RFC 3464), as the mail server of the sender's address gets them.

A report is believed only when it names the Message-ID of a letter of ours, which nobody else knows: anybody could
write a report about an address otherwise.
"""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.mail.addresses import blames_address, note_refusal
from quad.core.mail.models import ANSWER_LENGTH, Mail

LARGEST = 10 * 1024 * 1024


class BounceOutcome(StrEnum):
    """What became of a report."""

    COUNTED = "counted"
    KNOWN = "known"
    TEMPORARY = "temporary"
    STRANGE = "strange"
    NO_REPORT = "no report"


@dataclass(frozen=True)
class Report:
    """What a report says about one letter: its Message-ID, what happened (`failed`, `delayed` …), and why."""

    message_id: str
    action: str
    status: str
    reason: str

    @property
    def final(self) -> bool:
        """Tell whether the letter will never arrive."""
        return self.action == "failed" and self.status.startswith("5")


def parse(raw: bytes) -> Report | None:
    """Read a message; None when it is no report of delivery, or names no letter."""
    message = email.message_from_bytes(raw[:LARGEST], policy=email.policy.default)
    if message.get_content_type() != "multipart/report" or not isinstance(message, EmailMessage):
        return None
    fields = _fields(message)
    message_id = _message_id(message)
    if fields is None or not message_id:
        return None
    status = _word(fields, "Status")
    said = _word(fields, "Diagnostic-Code").partition(";")[2].strip() or status
    return Report(message_id, _word(fields, "Action").lower(), status, said[:ANSWER_LENGTH])


def _word(fields: Message, name: str) -> str:
    return " ".join(str(fields.get(name, "")).split())


def _fields(message: EmailMessage) -> Message | None:
    """Return the fields about the addressee: the first group that says what happened."""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            groups: list[Message] = list(part.iter_parts())
            return next((group for group in groups if group.get("Action")), None)
    return None


def _message_id(message: EmailMessage) -> str:
    for part in message.walk():
        if part.get_content_type() in ("text/rfc822-headers", "message/rfc822"):
            for found in _originals(part):
                if found.get("Message-ID"):
                    return str(found["Message-ID"]).strip()
    return ""


def _originals(part: EmailMessage) -> Iterator[Message]:
    if part.get_content_type() == "message/rfc822":
        yield from part.iter_parts()
    else:
        yield email.message_from_string(str(part.get_content()), policy=email.policy.default)


def record(db: Session, raw: bytes) -> tuple[BounceOutcome, Mail | None]:
    """Write down what a report says about a letter of ours; return what became of it, and the letter."""
    report = parse(raw)
    if report is None:
        return BounceOutcome.NO_REPORT, None
    mail = db.scalar(select(Mail).where(Mail.message_id == report.message_id[:200]))
    if mail is None:
        return BounceOutcome.STRANGE, None
    if not report.final or not blames_address(f"{report.status} {report.reason}"):
        return BounceOutcome.TEMPORARY, mail
    counted = note_refusal(db, mail.id, report.reason)
    return (BounceOutcome.KNOWN if counted is None else BounceOutcome.COUNTED), mail
