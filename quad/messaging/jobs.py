"""Work for the worker: telling people of messages that lie unread."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import periodic
from quad.messaging.service import telling


@periodic("messaging.tell", every=timedelta(minutes=5))
def tell(ctx: JobContext) -> None:
    """Tell of conversations that wait, some at a time."""
    after: int | None = 0
    while after is not None:
        after = ctx.run(partial(telling.tell_some, after=after))
    ctx.run(lambda db: None, last=True)
