"""Work for the worker: those a job is for hear of it, and jobs close when their deadline has passed."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from quad.careers.kinds import TELL
from quad.careers.service import posting, telling
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import job, periodic


@job(TELL)
def tell(ctx: JobContext) -> None:
    """Tell everybody a job is for that it opened, some at a time."""
    some = partial(telling.tell_some, job_id=ctx.payload["job_id"])
    while ctx.run(some):
        pass
    ctx.run(lambda db: None, last=True)


@periodic("careers.close", every=timedelta(minutes=15))
def close_overdue(ctx: JobContext) -> None:
    """Close what nobody can apply for any more; 50 jobs a unit."""
    while ctx.run(posting.close_overdue):
        pass
    ctx.run(lambda db: None, last=True)
