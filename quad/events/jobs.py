"""Work for the worker: telling those who take part, reminders, questions afterwards, certificates."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from quad.core.acting import actor_by_id
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import job, periodic
from quad.events.kinds import CERTIFY, TELL
from quad.events.service import certificates, telling


@job(TELL)
def tell(ctx: JobContext) -> None:
    """Tell everybody who registered that an event moved or is cancelled, some at a time."""
    given = ctx.payload
    some = partial(
        telling.tell_some,
        event_id=given["event_id"],
        what=given["what"],
        version=given["version"],
    )
    while ctx.run(some):
        pass
    ctx.run(lambda db: None, last=True)


@periodic("events.remind", every=timedelta(minutes=15))
def remind(ctx: JobContext) -> None:
    """Remind of what begins within a day, and ask afterwards; each person once for each event."""
    for some in (telling.remind_some, telling.ask_one):
        while ctx.run(some):
            pass
    ctx.run(lambda db: None, last=True)


@job(CERTIFY)
def certify(ctx: JobContext) -> None:
    """Issue the certificates of everybody who came, some at a time."""
    with ctx.reading() as db:
        actor = actor_by_id(db, ctx.payload["actor_id"])
    some = partial(certificates.issue_some, actor=actor, event_id=ctx.payload["event_id"])
    while ctx.run(some):
        pass
    ctx.run(lambda db: None, last=True)
