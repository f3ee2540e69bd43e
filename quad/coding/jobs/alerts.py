"""Work for the worker: tell mentors of new risks each morning and of the week on Mondays, students of their places."""

from __future__ import annotations

from functools import partial

from quad.coding.service.alerts import digests, ranks, risks
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import periodic


@periodic("coding.alerts.risks", daily_at="06:30")
def tell_risks(ctx: JobContext) -> None:
    """Tell each mentor of students who are newly at risk; 50 mentors a unit."""
    last = 0
    while last := ctx.run(partial(risks.tell_some, after=last)):
        pass
    ctx.run(lambda db: None, last=True)


@periodic("coding.alerts.digest", daily_at="06:40")
def send_digests(ctx: JobContext) -> None:
    """Write each mentor's digest of the week, if it is not written yet; 50 mentors a unit."""
    last = 0
    while last := ctx.run(partial(digests.write_some, after=last)):
        pass
    ctx.run(digests.prune, last=True)


@periodic("coding.alerts.ranks", daily_at="06:20")
def tell_ranks(ctx: JobContext) -> None:
    """Note everybody's place once a week, then tell who moved; 200 students a unit."""
    noted_on = ctx.run(ranks.note)
    while noted_on is not None and ctx.run(partial(ranks.tell_some, noted_on=noted_on)):
        pass
    ctx.run(lambda db: None, last=True)
