"""The worker's side of mail: deliver one letter, and clear away old ones."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.config import Settings
from quad.core.errors import NotFound
from quad.core.files import Files, StoredFile
from quad.core.i18n import gettext as _
from quad.core.jobs.context import GiveUp, JobContext
from quad.core.jobs.kinds import job, periodic
from quad.core.jobs.models import Job, JobState
from quad.core.mail.addresses import is_suppressed, note_refusal, note_taken
from quad.core.mail.message import Attached
from quad.core.mail.models import ANSWER_LENGTH, Mail, MailAttachment, MailState
from quad.core.mail.outbox import KIND
from quad.core.mail.transport import (
    Delivery,
    Never,
    NoSuchAddressee,
    Refused,
    Server,
    parse_server,
)

KEEP = timedelta(days=180)
BATCH = 500
CAPTURED = "captured"


def _lease(settings: Settings) -> timedelta:
    """Long enough for the slowest conversation after the last renewal: the text and its answer."""
    return timedelta(seconds=4 * settings.mail_timeout + 5)


def _note_failure(db: Session, row: Job) -> None:
    """Copy the job's fate into the log of mails, in the same unit."""
    dead = row.state is JobState.DEAD
    db.execute(
        update(Mail)
        .where(Mail.id == row.payload["mail_id"], Mail.state != MailState.SENT)
        .values(
            state=MailState.DEAD if dead else MailState.FAILED,
            answer=row.last_error[:ANSWER_LENGTH],
        )
    )


@job(KIND, attempts=10, lease=_lease, after_failure=_note_failure)
def deliver(ctx: JobContext) -> None:
    """Deliver one letter.

    The row says `sending` before the text goes and `sent` after the server's 250. Stopping in between is the one case
    in which a letter goes twice, with the same Message-ID; `uncertain` counts the tries without a known answer.
    """
    mail = _load(ctx)
    if mail is None or mail.state is MailState.SENT:
        return
    if _is_given_up(ctx, mail):
        raise GiveUp(_("Nothing is mailed to this address: its server refused earlier letters."))
    server = parse_server(ctx.settings.mail)
    if server is None:
        _record_sent(ctx, mail, CAPTURED, keep_text=True)
        return
    answer = _hand_over(ctx, server, mail)
    known = {"uncertain": Mail.uncertain - 1}
    _record_sent(ctx, mail, answer, keep_text=not mail.secret, **known)


def _is_given_up(ctx: JobContext, mail: Mail) -> bool:
    with ctx.reading() as db:
        return is_suppressed(db, mail.address)


def _load(ctx: JobContext) -> Mail | None:
    with ctx.reading() as db:
        mail = db.scalar(select(Mail).where(Mail.id == ctx.payload["mail_id"]))
        if mail is not None:
            db.expunge(mail)
    return mail


def _attached(ctx: JobContext, mail: Mail) -> list[Attached]:
    """Read the files that go with a letter; one whose content is gone does not hold it up."""
    with ctx.reading() as db:
        rows = db.scalars(
            select(StoredFile)
            .join(MailAttachment, MailAttachment.file_id == StoredFile.id)
            .where(MailAttachment.mail_id == mail.id)
            .order_by(MailAttachment.id)
        ).all()
    files, found = Files.from_settings(ctx.settings), []
    for row in rows:
        with suppress(NotFound), files.open(row.sha256) as content:
            found.append(Attached(row.name, row.media_type, content.read()))
    return found


def _hand_over(ctx: JobContext, server: Server, mail: Mail) -> str:
    files = _attached(ctx, mail)
    try:
        with Delivery(server, ctx.settings.mail_timeout) as delivery:
            delivery.offer(mail)
            ctx.run(lambda db: _record_sending(db, mail.id))
            return _transfer(ctx, delivery, mail, files)
    except Never as refusal:
        if isinstance(refusal, NoSuchAddressee):
            said = str(refusal)
            ctx.run(lambda db: note_refusal(db, mail.id, said))
        raise GiveUp(str(refusal)) from refusal


def _transfer(ctx: JobContext, delivery: Delivery, mail: Mail, files: Sequence[Attached]) -> str:
    try:
        return delivery.transfer(mail, files)
    except (Never, Refused):
        ctx.run(lambda db: _record_answered(db, mail.id))
        raise


def _record_sending(db: Session, mail_id: int) -> None:
    told = {"state": MailState.SENDING, "attempts": Mail.attempts + 1}
    _write(db, mail_id, uncertain=Mail.uncertain + 1, **told)


def _record_answered(db: Session, mail_id: int) -> None:
    _write(db, mail_id, uncertain=Mail.uncertain - 1)


def _record_sent(ctx: JobContext, mail: Mail, answer: str, *, keep_text: bool, **more: Any) -> None:
    told = {"state": MailState.SENT, "answer": answer[:ANSWER_LENGTH], "sent_at": clock.now()}
    if not keep_text:
        told |= {"subject": "", "body_text": None, "body_html": None}

    def write(db: Session) -> None:
        _write(db, mail.id, **told, **more)
        note_taken(db, mail.address)

    ctx.run(write, last=True)


def _write(db: Session, mail_id: int, **values: Any) -> None:
    db.execute(update(Mail).where(Mail.id == mail_id).values(**values))


@periodic("mail.prune", daily_at="03:20")
def prune(ctx: JobContext) -> None:
    """Delete letters from the log when they are old, a batch per unit."""
    before = clock.now() - KEEP
    done = (MailState.SENT, MailState.DEAD)
    old = select(Mail.id).where(Mail.created_at < before, Mail.state.in_(done)).limit(BATCH)
    while True:
        with ctx.reading() as db:
            ids = list(db.scalars(old))
        if not ids:
            return
        with ctx.unit() as db:
            db.execute(delete(Mail).where(Mail.id.in_(ids)))
