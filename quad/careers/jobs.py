"""Work for the worker: jobs close when their deadline has passed."""

from __future__ import annotations

from datetime import timedelta

from quad.careers.service import posting
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import periodic


@periodic("careers.close", every=timedelta(minutes=15))
def close_overdue(ctx: JobContext) -> None:
    """Close what nobody can apply for any more; 50 jobs a unit."""
    while ctx.run(posting.close_overdue):
        pass
    ctx.run(lambda db: None, last=True)
