"""What the worker does for the door: mails whose answer must not be timed, and tidying up."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.files import Files
from quad.core.i18n import Reader, ngettext, reading_as
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import job, periodic
from quad.identity.service import (
    activation,
    copies,
    devices,
    emails,
    guards,
    invitations,
    leaving,
    links,
    oidc,
    passkeys,
    registration,
    resets,
    second,
    security_log,
    sessions,
    signin,
)

KEPT = timedelta(days=30)
PIECE = 50


@job(resets.RESET_JOB)
def mail_reset(ctx: JobContext) -> None:
    identifier = str(ctx.payload["identifier"])
    ctx.run(lambda db: resets.mail_reset(db, identifier, ctx.settings.base_url), last=True)


@job(signin.LOCKED_MAIL)
def tell_locked(ctx: JobContext) -> None:
    user_id, address = ctx.payload["user_id"], str(ctx.payload["address"])
    ctx.run(lambda db: signin.mail_locked(db, user_id, address), last=True)


@periodic("identity.tidy", daily_at="03:10")
def tidy(ctx: JobContext) -> None:
    def work(db: Session) -> None:
        now = clock.now()
        second.purge_challenges(db, now - timedelta(days=1))
        passkeys.purge_ceremonies(db, now)
        oidc.purge_flows(db, now)
        devices.purge(db, now)
        resets.purge_links(db, now - timedelta(days=1))
        guards.purge(db, now - guards.FORGOTTEN_AFTER)
        sessions.purge_sessions(db, now - KEPT)
        links.purge_account_links(db, now - timedelta(days=1))
        registration.purge_registrations(db)
        invitations.purge_invitations(db)
        security_log.purge_events(db)
        copies.purge_copies(db)

    ctx.run(work, last=True)


@job(registration.ANSWER_JOB)
def answer_registration(ctx: JobContext) -> None:
    number = int(ctx.payload["registration"])
    ctx.run(lambda db: registration.answer(db, number, ctx.settings.base_url), last=True)


@job(emails.CHANGE_JOB)
def mail_email_change(ctx: JobContext) -> None:
    user_id, email = int(ctx.payload["user"]), str(ctx.payload["email"])
    ctx.run(
        lambda db: emails.mail_email_change(db, user_id, email, ctx.settings.base_url), last=True
    )


@job(invitations.SEND_JOB)
def send_invitations(ctx: JobContext) -> None:
    """Mail what was not sent yet, a piece at a time; what was sent is not sent again."""
    done = 0
    while ids := ctx.run(lambda db: list(invitations.unsent(db, PIECE))):
        base = ctx.settings.base_url
        ctx.run(partial(invitations.mail_invitations, ids=ids, base_url=base))
        done += len(ids)
        ctx.progress(done, done)
    ctx.run(lambda db: None, last=True)


@job(activation.SEND_JOB)
def send_activations(ctx: JobContext) -> None:
    """Mail links to the chosen who have no password; a link mailed twice only replaces the first."""
    users, actor_id = list(ctx.payload["users"]), ctx.payload.get("actor")
    sent = 0
    for start in range(0, len(users), PIECE):
        piece = users[start : start + PIECE]
        mail = partial(
            activation.mail_activations,
            user_ids=piece,
            base_url=ctx.settings.base_url,
            actor_id=actor_id,
        )
        sent += ctx.run(mail)
        note = ngettext("%(num)s link sent", "%(num)s links sent", sent)
        ctx.progress(min(start + PIECE, len(users)), len(users), note)
    ctx.run(lambda db: None, last=True)


@job(copies.COPY_JOB, attempts=3)
def write_own_data(ctx: JobContext) -> None:
    """Gather everything in one reading transaction, keep the ZIP, and tell by mail."""
    number = int(ctx.payload["copy"])
    with ctx.reading() as db:
        row = copies.find_copy(db, number)
        if row is None:
            return
        person = actor_by_id(db, row.user_id)
        usual = ctx.settings
        reader = Reader(person.language or usual.language, person.zone or usual.time_zone)
        with reading_as(reader):
            content = copies.write_zip(person.name, copies.collect(db, row.user_id))
    size = content.seek(0, 2)
    content.seek(0)
    files = Files.from_settings(ctx.settings)
    with content, ctx.unit(last=True) as db:
        copies.keep_copy(db, number, content, size, files, ctx.settings.base_url)


@periodic("identity.purge", daily_at="03:40")
def purge_people(ctx: JobContext) -> None:
    """Remove what is personal of those whose days for coming back are over, one person at a time."""
    while ids := ctx.run(lambda db: list(leaving.due(db, PIECE))):
        for number in ids:
            ctx.run(partial(leaving.purge_person, user_id=number))
    ctx.run(lambda db: None, last=True)
