"""Work for the worker: publish what was scheduled, and tell those who are meant."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from quad.announcements.kinds import TELL
from quad.announcements.service import standing, telling
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import job, periodic


@job(TELL)
def tell(ctx: JobContext) -> None:
    """Tell everybody who is meant, some at a time; how far it is stands in the job's row."""
    announcement_id: int = ctx.payload["announcement_id"]
    with ctx.reading() as db:
        total = telling.meant(db, announcement_id)

    def some(db: Session) -> int:
        after, count = telling.tell_some(db, announcement_id, ctx.payload.get("after", 0))
        done: int = ctx.payload.get("done", 0) + count
        if count:
            ctx.reach(db, {"after": after, "done": done}, done, max(total, done))
        return count

    while ctx.run(some):
        pass
    ctx.run(lambda db: None, last=True)


@periodic("announcements.publish", every=timedelta(minutes=1))
def publish_due(ctx: JobContext) -> None:
    """Publish announcements whose time has come, each in a unit of its own."""
    while ctx.run(standing.open_one_due):
        pass
    ctx.run(lambda db: None, last=True)
