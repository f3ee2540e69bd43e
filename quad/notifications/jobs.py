"""Work for the worker: mail what was gathered, at the reader's hour."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import structlog

from quad.core.jobs.context import JobContext, LeaseLost
from quad.core.jobs.kinds import periodic
from quad.notifications.mailing import digests

log = structlog.get_logger(__name__)


@periodic("notifications.gather", every=timedelta(minutes=5))
def gather(ctx: JobContext) -> None:
    """Mail everybody what is due, one person a unit; one whose mail cannot be written holds nobody else up."""
    while True:
        with ctx.reading() as db:
            user_id = digests.next_person(db)
        if user_id is None:
            break
        try:
            ctx.run(partial(digests.mail_due, user_id=user_id))
        except LeaseLost:
            raise
        except Exception:
            log.exception("What was gathered could not be mailed", user=user_id)
            ctx.run(partial(digests.postpone, user_id=user_id))
    ctx.run(lambda db: None, last=True)
