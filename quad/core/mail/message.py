"""A row of the outbox as the bytes that go to a mail server."""

from __future__ import annotations

from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from typing import NamedTuple

from quad.core.mail.models import Mail


class Attached(NamedTuple):
    """A file that goes with a letter."""

    name: str
    media_type: str
    content: bytes


def ascii_address(address: str) -> str:
    """Return `address` with its domain as mail servers know it (münchen.example is xn--…)."""
    local, _at, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return address


def needs_utf8(mail: Mail) -> bool:
    """Tell whether the part before the @ can only be written in Unicode."""
    return not (ascii_address(mail.address).isascii() and ascii_address(mail.sender).isascii())


def build(mail: Mail, files: Sequence[Attached] = ()) -> EmailMessage:
    """Return the message: the same headers and bytes however often it is built."""
    message = EmailMessage(policy=SMTPUTF8 if needs_utf8(mail) else SMTP)
    message["Subject"] = mail.subject
    message["From"] = _address(*parseaddr(mail.sender))
    message["To"] = _address(mail.name, mail.address)
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["Content-Language"] = mail.language.replace("_", "-")
    for name, said in (mail.headers or {}).items():
        message[name] = said
    message.set_content(mail.body_text or "", cte="quoted-printable")
    message.add_alternative(mail.body_html or "", subtype="html", cte="quoted-printable")
    # The parts' own boundary is random; tied to the Message-ID, a repeated letter is the same bytes.
    boundary = f"=_{mail.message_id.strip('<>').partition('@')[0]}"
    message.set_boundary(boundary)
    for one in files:
        kind, _slash, rest = one.media_type.partition(";")[0].partition("/")
        message.add_attachment(one.content, maintype=kind, subtype=rest, filename=one.name)
    if files:
        message.set_boundary(f"{boundary}_files")
    return message


def _address(name: str, address: str) -> Address:
    local, _at, domain = ascii_address(address).rpartition("@")
    return Address(name, local, domain)


def envelope_sender(mail: Mail) -> str:
    """Return the bare address the letter comes from."""
    return ascii_address(parseaddr(mail.sender)[1])
