"""A part that a job rebuilds in steps: promised in the outbox, done here unless a worker has it, and watched."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.db.engine import Database
from quad.core.derived import Derived
from quad.core.facts import run
from quad.core.jobs.models import UNFINISHED, Job, JobState
from quad.core.jobs.outbox import enqueue
from quad.core.jobs.runner import perform
from quad.core.jobs.runtime import Runtime, runtime_of

LOOK = 0.3


@dataclass(frozen=True)
class Rebuilt:
    """How many were looked at (None: whole tables, by one statement each) and how many of them were off."""

    name: str
    looked_at: int | None
    off: int


def by_job(database: Database, part: Derived, tell: Callable[..., None]) -> Rebuilt:
    """Go on with the unfinished job of this part, or promise one, and see it to its end.

    Of a job that was killed the lease has to run out first (two minutes). One that fails is tried again, as by a
    worker. Raises ClickException when it was given up.
    """
    job_id = run(database.writer, lambda db: _promised(db, part.job))
    with database.reading() as db:
        runtime = runtime_of(db)
    assert runtime is not None, "a command attaches its installation"
    hands: Thread | None = None
    while True:
        with database.reading() as db:
            row = db.get_one(Job, job_id)
        tell(completed=row.progress_done, total=row.progress_total or None)
        if row.state is JobState.DONE:
            return Rebuilt(part.name, row.payload.get("done", 0), row.payload.get("off", 0))
        if row.state is JobState.DEAD:
            raise click.ClickException(f"{part.name}: {row.last_error}")
        if hands is None or not hands.is_alive():
            hands = _begin(runtime, job_id)
        hands.join(LOOK)
        time.sleep(LOOK / 10)


def _promised(db: Session, kind: str) -> int:
    waiting = select(Job.id).where(Job.kind == kind, Job.state.in_(UNFINISHED)).order_by(Job.id)
    found = db.scalar(waiting.limit(1))
    return enqueue(db, kind, {}, lane=kind) if found is None else found


def _begin(runtime: Runtime, job_id: int) -> Thread:
    hands = Thread(target=perform, args=(runtime, job_id), name="quad-rebuild", daemon=True)
    hands.start()
    return hands
