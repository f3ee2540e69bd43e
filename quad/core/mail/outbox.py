"""Sending mail means writing a row; the worker delivers it."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quad.core import house
from quad.core.config import Settings
from quad.core.errors import NotFound, Rejected
from quad.core.facts import after_commit
from quad.core.i18n import Reader, current_reader
from quad.core.i18n import gettext as _
from quad.core.jobs.models import Job, JobState
from quad.core.jobs.outbox import enqueue, retry
from quad.core.jobs.runner import perform
from quad.core.jobs.runtime import Runtime, runtime_of
from quad.core.mail.models import Mail, MailAttachment, MailState
from quad.core.mail.render import Letter, render
from quad.core.settings import value

log = structlog.get_logger(__name__)

KIND = "mail.send"
NOWHERE = ".invalid"  # RFC 2606: imported people without an address have one that reaches nobody
# One @, no spaces, no control or header characters; whether it exists only the answer of its server tells.
ADDRESS = re.compile(
    r"[^\s@\x00-\x1f\x7f<>(),;:\"\\\[\]]{1,64}@[^\s@\x00-\x1f\x7f<>(),;:\"\\\[\]]{1,189}"
)
CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


def takes_mail(address: str) -> bool:
    """Tell whether letters to `address` go anywhere."""
    return not address.endswith(NOWHERE)


def can_be_mailed(address: str) -> bool:
    """Tell whether `send` takes this address; somebody whose address it refuses keeps nobody else from being told."""
    return bool(ADDRESS.fullmatch(address)) and takes_mail(address)


def send(
    db: Session,
    template: str,
    to: Iterable[tuple[str, str]],
    context: dict[str, Any] | None = None,
    *,
    key: str | None = None,
    language: str | None = None,
    zone: str | None = None,
    secret: bool = False,
    private: bool = False,
    files: Sequence[int] = (),
    headers: Mapping[str, str] | None = None,
    delay: timedelta | None = None,
) -> list[int]:
    """Write the letter `template` to each (name, address) in this transaction; return the numbers of the mails.

    Everybody gets a letter of their own, with a Message-ID of its own. With a `key` used before nothing is sent
    again; an address ending in `.invalid` gets nothing. `secret` is for codes and links: nobody reads the text in the
    log, and it is removed once delivered; `private` is secret, and the log does not even show that it was sent.
    `files` are the numbers of stored files that go with it, `headers` what it says beside the usual ones, `delay` the
    least time until it goes. The template also knows `institution`, `base_url` and
    `name` (the addressee's). Raises Rejected for an address that cannot be one.
    """
    runtime = runtime_of(db)
    if runtime is None:
        raise RuntimeError("quad.core.jobs.runtime.attach() was not called for this database")
    spoken = current_reader()
    reader = Reader(language or spoken.language, zone or spoken.zone)
    sent = []
    for name, address in to:
        if not takes_mail(address):
            continue
        own_key = None if key is None else _own_key(key, address)
        known = None if own_key is None else _by_key(db, own_key)
        if known is not None:
            sent.append(known)
            continue
        values = _common(db, runtime.settings) | {"name": name} | (context or {})
        mail = _row(runtime.settings, name, address, render(template, values, reader))
        mail.template, mail.key, mail.secret = template, own_key, secret or private
        mail.private = private
        mail.language = reader.language
        mail.headers = dict(headers) if headers else None
        sent.append(_post(db, runtime, mail, files, delay))
    return sent


def _by_key(db: Session, key: str) -> int | None:
    return db.scalar(select(Mail.id).where(Mail.key == key))


def _common(db: Session, settings: Settings) -> dict[str, Any]:
    return {
        "institution": value(db, house.NAME),
        "base_url": settings.base_url.rstrip("/"),
    }


def _own_key(key: str, address: str) -> str:
    return f"{key[:150]}/{hashlib.sha256(address.encode()).hexdigest()[:32]}"


def _row(settings: Settings, name: str, address: str, letter: Letter) -> Mail:
    if not ADDRESS.fullmatch(address):
        raise Rejected(_("“%(address)s” is not a mail address.", address=address[:100]))
    return Mail(
        name=CONTROL.sub(" ", name).strip()[:200],
        address=address,
        sender=settings.mail_from,
        subject=CONTROL.sub(" ", letter.subject),
        body_text=letter.text,
        body_html=letter.html,
        message_id=f"<{secrets.token_hex(16)}@{_host(settings)}>",
    )


def _host(settings: Settings) -> str:
    host = (
        settings.mail_from.rpartition("@")[2].rstrip("> ") or urlsplit(settings.base_url).hostname
    )
    return (host or "localhost").encode("idna").decode()


def _post(
    db: Session,
    runtime: Runtime,
    mail: Mail,
    files: Sequence[int] = (),
    delay: timedelta | None = None,
) -> int:
    try:
        with db.begin_nested():
            db.add(mail)
            db.flush()
            db.add_all(MailAttachment(mail_id=mail.id, file_id=one) for one in files)
    except IntegrityError:  # the same letter was posted a moment earlier
        known = None if mail.key is None else _by_key(db, mail.key)
        if known is None:
            raise
        return known
    job_id = enqueue(db, KIND, {"mail_id": mail.id}, key=_job_key(mail.id), delay=delay)
    if runtime.settings.mail_sync and not delay:
        after_commit(db, partial(_deliver_now, runtime, job_id))
    return mail.id


def _deliver_now(runtime: Runtime, job_id: int) -> None:
    """QUAD_MAIL_SYNC: in this process, before the answer; what fails stays in the outbox."""
    try:
        perform(runtime, job_id)
    except Exception:  # what the request did is committed; the letter waits in the outbox
        log.exception("The mail was not sent at once", job=job_id)


def _job_key(mail_id: int) -> str:
    return f"{KIND}/{mail_id}"


def resend(db: Session, mail_id: int) -> int:
    """Try a letter again that was given up, or send a copy of one that was delivered; return the mail's number.

    Raises NotFound, or Rejected when it is still under way or its text was removed.
    """
    mail = db.scalar(select(Mail).where(Mail.id == mail_id).with_for_update())
    runtime = runtime_of(db)
    if mail is None or runtime is None:
        raise NotFound
    if mail.body_text is None:
        raise Rejected(
            _(
                "The text of this mail was removed after delivery. Ask for a new code or link instead."
            )
        )
    if mail.state is MailState.SENT:
        return _post(db, runtime, _copy(runtime.settings, mail), _files_of(db, mail))
    if mail.state is not MailState.DEAD:
        raise Rejected(_("This mail is still under way and is tried again by itself."))
    mail.state = MailState.QUEUED
    job = db.scalar(select(Job).where(Job.key == _job_key(mail.id)))
    if job is not None and job.state is JobState.DEAD:
        retry(db, job.id)
    else:
        enqueue(db, KIND, {"mail_id": mail.id})
    return mail.id


def _files_of(db: Session, mail: Mail) -> list[int]:
    query = select(MailAttachment.file_id).where(MailAttachment.mail_id == mail.id)
    return list(db.scalars(query.order_by(MailAttachment.id)))


def _copy(settings: Settings, mail: Mail) -> Mail:
    letter = Letter(mail.subject, mail.body_text or "", mail.body_html or "")
    copied = _row(settings, mail.name, mail.address, letter)
    copied.template, copied.secret, copied.language = mail.template, mail.secret, mail.language
    copied.private, copied.headers = mail.private, mail.headers
    return copied
