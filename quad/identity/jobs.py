"""What the worker does for the door: mails whose answer must not be timed, and tidying up."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import job, periodic
from quad.identity.service import guards, resets, sessions, signin

KEPT = timedelta(days=30)


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
        signin.purge_challenges(db, now - timedelta(days=1))
        resets.purge_links(db, now - timedelta(days=1))
        guards.purge(db, now - guards.FORGOTTEN_AFTER)
        sessions.purge_sessions(db, now - KEPT)

    ctx.run(work, last=True)
