"""Work for the worker: pages that are published by the clock."""

from __future__ import annotations

from datetime import timedelta

from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import periodic
from quad.pages.service import publishing


@periodic("pages.publish", every=timedelta(minutes=1))
def publish_due(ctx: JobContext) -> None:
    """Let readers see what is due."""
    while ctx.run(publishing.publish_due):
        pass
    ctx.run(lambda db: None, last=True)
