"""One notice as one mail, at once or when the quiet hours are over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.i18n import Reader, reading_as
from quad.core.mail.outbox import can_be_mailed, send
from quad.notifications.kinds.base import Kind
from quad.notifications.mailing.links import headers, stop_path
from quad.notifications.mailing.wishes import Recipient
from quad.notifications.models import Held, MailRhythm


@dataclass(frozen=True)
class Letter:
    """The mail that goes with a notification: its template, and what that wants beside the sentence."""

    template: str = "notifications/notice"
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Notice:
    """What somebody is told: the kind, what fills its sentence, and where it leads.

    `at` stands in the inbox and on what waits to be mailed, so that what was read meanwhile is known.
    """

    kind: Kind
    data: Mapping[str, Any]
    url: str
    private: bool = False
    letter: Letter = Letter()
    at: datetime = field(default_factory=clock.now)


def mail(db: Session, person: Recipient, notice: Notice, rhythm: MailRhythm) -> None:
    """Mail a notice the way somebody wants it: at once, or held for its like or for a digest."""
    if not can_be_mailed(person.email):
        return
    at_once = rhythm is MailRhythm.INSTANT and not notice.kind.together
    if at_once or notice.kind.urgent:
        write(db, person, notice)
    else:
        hold(db, person, notice, rhythm)


def write(db: Session, person: Recipient, notice: Notice) -> None:
    """Write the mail of one notice; in quiet hours it goes when they end, unless it is urgent."""
    kind, now = notice.kind, clock.now()
    with reading_as(Reader(person.language, person.zone)):
        sentence = kind.sentence(notice.data)
    allowed = now if kind.urgent else person.hours.allowed(now, person.zone)
    send(
        db,
        template=notice.letter.template,
        to=[(person.name, person.email)],
        context={
            "name": person.name,
            "sentence": sentence,
            "url": notice.url,
            "stop": stop_path(db, person.id, kind.name),
            **notice.letter.details,
        },
        language=person.language,
        private=notice.private,
        headers=headers(db, person.id, kind.name, notice.url),
        delay=allowed - now if allowed > now else None,
    )


def hold(db: Session, person: Recipient, notice: Notice, rhythm: MailRhythm) -> None:
    """Keep a notice until it is mailed together with others."""
    db.execute(
        insert(Held),
        [
            {
                "user_id": person.id,
                "created_at": notice.at,
                "kind": notice.kind.name,
                "data": dict(notice.data),
                "url": notice.url,
                "private": notice.private,
                "rhythm": rhythm,
                "due_at": person.hours.due(rhythm, clock.now(), person.zone),
            }
        ],
    )
