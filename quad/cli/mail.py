"""`quad mail`: what was mailed, and what came back."""

from __future__ import annotations

from typing import IO

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.cli.group import json_option, say, say_json, say_table
from quad.cli.work import in_unit
from quad.core.mail import bounces
from quad.core.mail.models import Mail, MailState

COLUMNS = ("id", "created_at", "address", "subject", "state", "answer", "sent_at")


@click.group()
def mail() -> None:
    """List what was mailed, and take in what came back."""


@mail.command("bounce")
@click.argument("message", type=click.File("rb"), default="-")
def mail_bounce(message: IO[bytes]) -> None:
    """Read a report of delivery (RFC 3464) from MESSAGE or the standard input, and count a final refusal.

    Let the mail server hand over what comes back to the sender's address. What is no report, or is about a letter
    that Quad did not send, changes nothing, and is no error.
    """
    raw = message.read(bounces.LARGEST + 1)
    outcome, address = in_unit(lambda db, _settings: _recorded(db, raw))
    say(f"{outcome}: {address}" if address else outcome)


def _recorded(db: Session, raw: bytes) -> tuple[str, str]:
    outcome, row = bounces.record(db, raw)
    return outcome.value, row.address if row else ""


@mail.command("list")
@click.option("--state", type=click.Choice([state.value for state in MailState]))
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
def mail_list(state: str | None, limit: int, as_json: bool) -> None:
    """List the newest mails: to whom, what about, how it went."""

    def work(db: Session, _settings: object) -> list[list[object]]:
        query = select(*(getattr(Mail, name) for name in COLUMNS)).order_by(Mail.id.desc())
        if state:
            query = query.where(Mail.state == MailState(state))
        return [list(row) for row in db.execute(query.limit(limit))]

    rows = in_unit(work)
    if as_json:
        say_json([dict(zip(COLUMNS, row, strict=True)) for row in rows])
    else:
        say_table(list(COLUMNS), rows)
