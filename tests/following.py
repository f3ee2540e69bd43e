"""What the worker does right after a request: acts that nobody waited for (core/jobs/later.py)."""

from __future__ import annotations

from sqlalchemy import select

from quad.core.jobs import later
from quad.core.jobs.models import Job, JobState
from quad.core.jobs.runner import perform
from quad.core.jobs.runtime import runtime_of


def follow(database):
    """Do everything that was promised for later; return how many jobs that were."""
    done = 0
    while True:
        with database.reading() as db:
            runtime = runtime_of(db)
            assert runtime is not None
            wanted = select(Job.id).where(Job.kind == later.JOB, Job.state == JobState.QUEUED)
            ids = list(db.scalars(wanted.order_by(Job.id)))
        if not ids:
            return done
        for job_id in ids:
            assert perform(runtime, job_id)
        done += len(ids)
