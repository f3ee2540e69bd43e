"""Work for the worker: those who follow what a post belongs to hear of it."""

from __future__ import annotations

from functools import partial

from quad.community.kinds import TELL
from quad.community.service import telling
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import job


@job(TELL)
def tell(ctx: JobContext) -> None:
    """Tell everybody who follows what a post belongs to, some at a time."""
    some = partial(telling.tell_some, post_id=ctx.payload["post_id"])
    while ctx.run(some):
        pass
    ctx.run(lambda db: None, last=True)
