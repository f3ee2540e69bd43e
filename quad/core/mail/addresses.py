"""Addresses that take no mail: refusals are counted, and after some nothing goes there until somebody lifts it.

It holds for every letter, codes for signing in as well: a server that is written to again and again after it has said
that there is nobody would soon take no mail of this installation at all.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.db.types import normalised
from quad.core.i18n import lazy_gettext as _l
from quad.core.mail.models import ANSWER_LENGTH, Mail, MailAddress
from quad.core.settings import Setting, between, value

REFUSALS = Setting(
    key="mail.refusals",
    label=_l("Refusals after which nothing is mailed to an address"),
    hint=_l("In a row, and for good (5xx). An administrator can lift it under Mail, Addresses."),
    default=3,
    kind="int",
    group=_l("Mail"),
    check=between(1, 20),
)
# RFC 3463: x.7.x is about rules and trust, x.3.x about the system, x.6.x about the text: not the addressee's fault.
_OTHERS_FAULT = re.compile(r"\b5\.[367]\.\d{1,3}\b")
_QUIET = {"synchronize_session": False}
# Two servers may tell of the same refusal; an old one says nothing about the address of today.
FORGOTTEN = timedelta(days=90)


def blames_address(answer: str) -> bool:
    """Tell whether a refusal is about the addressee, not about the sender, the text or a rule of the server."""
    return _OTHERS_FAULT.search(answer) is None


def is_suppressed(db: Session, address: str) -> bool:
    """Tell whether nothing is mailed to this address."""
    query = select(MailAddress.id).where(
        MailAddress.address == normalised(address), MailAddress.suppressed_at.is_not(None)
    )
    return db.scalar(query) is not None


def note_refusal(db: Session, mail_id: int, answer: str) -> MailAddress | None:
    """Count that a letter was refused for good, once for each letter; return its address, None when it was counted."""
    mail = db.scalar(select(Mail).where(Mail.id == mail_id).with_for_update())
    if mail is None or mail.bounced_at is not None:
        return None
    mail.bounced_at, mail.answer = clock.now(), answer[:ANSWER_LENGTH]
    row = _row(db, normalised(mail.address))
    long_ago = row.last_at < clock.now() - FORGOTTEN
    row.refusals = 1 if long_ago else row.refusals + 1
    row.reason, row.last_at = answer[:ANSWER_LENGTH], clock.now()
    if row.refusals >= value(db, REFUSALS) and row.suppressed_at is None:
        row.suppressed_at = clock.now()
    db.flush()
    return row


def _row(db: Session, address: str) -> MailAddress:
    query = select(MailAddress).where(MailAddress.address == address).with_for_update()
    found = db.scalar(query)
    if found is not None:
        return found
    try:
        with db.begin_nested():
            made = MailAddress(address=address, refusals=0, last_at=clock.now())
            db.add(made)
            return made
    except IntegrityError:  # another worker was refused at the same moment
        return db.scalars(query).one()


def note_taken(db: Session, address: str) -> None:
    """Forget earlier refusals: a letter was taken."""
    done: Any = (
        update(MailAddress)
        .where(
            MailAddress.address == normalised(address),
            MailAddress.refusals > 0,
            MailAddress.suppressed_at.is_(None),
        )
        .values(refusals=0)
    )
    db.execute(done, execution_options=_QUIET)
