"""What the worker does by itself: find forgotten rows, start what the clock says, clear away what is old."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quad.core import clock, facts
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import PERIODIC, Periodic, periodic
from quad.core.jobs.models import Job, JobState, Slot
from quad.core.jobs.outbox import enqueue, submit
from quad.core.jobs.runner import due
from quad.core.jobs.runtime import Runtime

SWEEP = 200
OVERDUE = timedelta(minutes=10)
TELL_AGAIN = timedelta(minutes=10)
KEEP_DONE = timedelta(days=14)
KEEP_DEAD = timedelta(days=90)
KEEP_SLOTS = timedelta(days=400)
BATCH = 1000


class Sweeper:
    """Finds due rows that no message tells of. Rows are the truth, so nothing is lost with a message.

    When the queue has run empty, everything due is handed over again. While messages wait, only what surely has none:
    retries, expired leases and delayed jobs, and rows that have waited so long that their message must be lost; each of
    them not again for a while, so that a long backlog does not double itself.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._told: dict[int, datetime] = {}

    def sweep(self) -> int:
        """Hand rows to the queue; return how many."""
        moment = clock.now()
        self._told = {job: when for job, when in self._told.items() if moment - when < TELL_AGAIN}
        wanted = due(moment)
        if self._runtime.queue.waiting():
            wanted &= self._without_message(moment)
        with self._runtime.database.reading() as db:
            found = db.scalars(select(Job.id).where(wanted).order_by(Job.run_at).limit(SWEEP)).all()
        for job_id in found:
            submit(self._runtime, job_id)
            self._told[job_id] = moment
        return len(found)

    def _without_message(self, moment: datetime) -> ColumnElement[bool]:
        return and_(
            or_(
                Job.state != JobState.QUEUED,
                Job.run_at > Job.created_at,
                Job.run_at < moment - OVERDUE,
            ),
            Job.id.not_in(self._told),
        )


class Clockwork:
    """Starts periodic jobs. However many workers look at the clock, each turn is taken once."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._taken: dict[str, str] = {}

    def tick(self) -> list[str]:
        """Promise the periodic jobs whose turn has come, and return their names."""
        started = []
        for item in PERIODIC.values():
            slot = item.slot(clock.now(), self._runtime.settings.time_zone)
            if slot is None or self._taken.get(item.name) == slot:
                continue
            if self._take(item, slot):
                started.append(item.name)
            self._taken[item.name] = slot
        return started

    def _take(self, item: Periodic, slot: str) -> bool:
        def take(db: Session) -> None:
            db.add(Slot(task=item.name, slot=slot))
            db.flush()
            enqueue(db, item.name, {"slot": slot})

        try:
            facts.run(self._runtime.database.writer, take)
        except IntegrityError:  # another worker, or this one before a restart
            return False
        return True


def count_by_state(db: Session) -> dict[JobState, int]:
    """Count the jobs that are not done, by state, in one query; states without a job are 0."""
    unfinished = [state for state in JobState if state is not JobState.DONE]
    query = select(Job.state, func.count()).where(Job.state.in_(unfinished)).group_by(Job.state)
    return dict.fromkeys(unfinished, 0) | {row[0]: row[1] for row in db.execute(query)}


@periodic("jobs.prune", daily_at="03:10")
def prune(ctx: JobContext) -> None:
    """Delete finished jobs and old turns, a batch per unit."""
    moment = clock.now()
    old = (
        select(Job.id).where(Job.state == JobState.DONE, Job.finished_at < moment - KEEP_DONE),
        select(Job.id).where(Job.state == JobState.DEAD, Job.finished_at < moment - KEEP_DEAD),
    )
    for query in old:
        while ids := _ids(ctx, query.limit(BATCH)):
            with ctx.unit() as db:
                db.execute(delete(Job).where(Job.id.in_(ids)))
    while ids := _ids(
        ctx, select(Slot.id).where(Slot.created_at < moment - KEEP_SLOTS).limit(BATCH)
    ):
        with ctx.unit() as db:
            db.execute(delete(Slot).where(Slot.id.in_(ids)))


def _ids(ctx: JobContext, query: object) -> list[int]:
    with ctx.reading() as db:
        return list(db.scalars(query))  # type: ignore[call-overload]
