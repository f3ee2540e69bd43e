"""Work for the worker: reports that are due, and sending each of them."""

from __future__ import annotations

from datetime import date

from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import job, periodic
from quad.insights.service.reports import delivering, scheduling


@periodic("insights.report.due", daily_at="06:00")
def due(ctx: JobContext) -> None:
    """Promise the mails of the reports that are due, 100 a unit; clear away old files."""
    while ctx.run(scheduling.take_some):
        pass
    ctx.run(delivering.prune, last=True)


@job(scheduling.SEND, attempts=3)
def send(ctx: JobContext) -> None:
    """Send one report of one day to everybody who gets it."""
    delivering.deliver(ctx, ctx.payload["report"], date.fromisoformat(ctx.payload["due"]))
    ctx.run(lambda db: None, last=True)
