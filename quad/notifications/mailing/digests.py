"""Mail that gathers what was held: one unit takes it out and writes the mail, so it goes once, and nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.i18n import Reader, reading_as
from quad.core.mail.outbox import can_be_mailed, send
from quad.notifications.kinds.base import TOGETHER
from quad.notifications.kinds.every import KINDS, sentence
from quad.notifications.mailing.letters import Notice, write
from quad.notifications.mailing.links import DIGESTS, headers, stop_path
from quad.notifications.mailing.wishes import Recipient, recipients
from quad.notifications.models import Held, MailRhythm, Notification

MOST = 500
SHOWN = 50
AGAIN = timedelta(hours=6)


def next_person(db: Session) -> int | None:
    """Return somebody for whom mail is due, the longest waiting first."""
    return db.scalar(
        select(Held.user_id)
        .where(Held.due_at <= clock.now())
        .order_by(Held.due_at, Held.user_id)
        .limit(1)
    )


def mail_due(db: Session, user_id: int) -> int:
    """Mail somebody what is due and take it out; return how many things it was."""
    rows = db.scalars(
        select(Held)
        .where(Held.user_id == user_id, Held.due_at <= clock.now())
        .order_by(Held.id)
        .limit(MOST)
        .with_for_update()
    ).all()
    person = next(iter(recipients(db, [user_id])), None)
    if person is not None and can_be_mailed(person.email):
        news = _still_so(db, user_id, _not_read(db, user_id, rows))
        _write_bundles(db, person, [row for row in news if row.rhythm is MailRhythm.INSTANT])
        _write_digest(db, person, [row for row in news if row.rhythm is not MailRhythm.INSTANT])
    db.execute(
        delete(Held).where(Held.id.in_([row.id for row in rows])),
        execution_options={"synchronize_session": False},
    )
    return len(rows)


def _not_read(db: Session, user_id: int, rows: Sequence[Held]) -> list[Held]:
    """Return what was not read in the inbox meanwhile; what never stood there was read by nobody."""
    read: dict[tuple[str, str], list[datetime]] = {}
    if rows:
        since = min(row.created_at for row in rows)
        seen = select(Notification.kind, Notification.url, Notification.created_at).where(
            Notification.user_id == user_id,
            Notification.read_at.is_not(None),
            Notification.created_at >= since,
        )
        for kind, url, moment in db.execute(seen):
            read.setdefault((kind, url), []).append(moment)
    return [row for row in rows if not _was_read(row, read.get(_about(row), ()))]


def _was_read(row: Held, moments: Sequence[datetime]) -> bool:
    """Tell whether the line of `row` was read; of things of one kind a later line stands for the earlier ones."""
    kind = KINDS.get(row.kind)
    if kind is not None and kind.together:
        return any(moment >= row.created_at for moment in moments)
    return row.created_at in moments


def _still_so(db: Session, user_id: int, rows: Sequence[Held]) -> list[Held]:
    """Return what the reader may be told of by now: what was hidden while it waited is not mailed."""
    gone: set[int] = set()
    for name in {row.kind for row in rows}:
        kind = KINDS.get(name)
        if kind is None or kind.still is None:
            continue
        some = [row for row in rows if row.kind == name]
        stand = kind.still(db, user_id, [row.data for row in some])
        gone |= {row.id for row, stands in zip(some, stand, strict=True) if not stands}
    return [row for row in rows if row.id not in gone]


def postpone(db: Session, user_id: int) -> None:
    """Let what could not be mailed to somebody wait, so that it holds nobody else up."""
    db.execute(
        update(Held)
        .where(Held.user_id == user_id, Held.due_at <= clock.now())
        .values(due_at=clock.now() + AGAIN),
        execution_options={"synchronize_session": False},
    )


def _about(row: Held) -> tuple[str, str]:
    return row.kind, row.url


def _bundled(rows: Sequence[Held]) -> list[tuple[Held, dict[str, Any]]]:
    """Return the newest of what is about the same thing, with data that say how many they are."""
    found = []
    for _key, group in groupby(sorted(rows, key=_about), key=_about):
        some = list(group)
        kind = KINDS.get(some[0].kind)
        if kind is not None and kind.together:
            found.append((some[-1], {**some[-1].data, TOGETHER: len(some)}))
        else:
            found += [(row, dict(row.data)) for row in some]
    return sorted(found, key=lambda pair: pair[0].id)


def _write_bundles(db: Session, person: Recipient, rows: Sequence[Held]) -> None:
    for row, data in _bundled(rows):
        kind = KINDS.get(row.kind)
        if kind is not None:
            write(db, person, Notice(kind, data, row.url, row.private))


def _write_digest(db: Session, person: Recipient, rows: Sequence[Held]) -> None:
    if not rows:
        return
    bundled = _bundled(rows)
    with reading_as(Reader(person.language, person.zone)):
        lines = [(sentence(row.kind, data), row.url) for row, data in bundled[:SHOWN]]
    send(
        db,
        template="notifications/digest",
        to=[(person.name, person.email)],
        context={
            "lines": lines,
            "more": len(bundled) - len(lines),
            "stop": stop_path(db, person.id, DIGESTS),
        },
        key=f"digest/{person.id}/{rows[-1].id}",
        language=person.language,
        private=any(row.private for row in rows),
        headers=headers(db, person.id, DIGESTS),
    )
