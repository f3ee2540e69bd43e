"""Who looked at a job: counted once for each person and day, a little later and not in the middle of reading."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from quad.careers import policy
from quad.careers.facts import JobSaved
from quad.careers.models.jobs import Job, JobView, SavedJob
from quad.core.behind import Buffer
from quad.core.facts import emit
from quad.core.policy import Actor

Look = tuple[int, int, date]


def _write(db: Session, looks: Mapping[Look, bool]) -> None:
    """Keep the looks that are new. Looked up first: an ignored insert would count twice on MariaDB."""
    wanted = sorted(looks)
    known = {
        tuple(row)
        for row in db.execute(
            select(JobView.job_id, JobView.user_id, JobView.day).where(
                JobView.job_id.in_({each[0] for each in wanted}),
                JobView.user_id.in_({each[1] for each in wanted}),
            )
        )
    }
    there = set(db.scalars(select(Job.id).where(Job.id.in_({each[0] for each in wanted}))))
    rows = [
        {"job_id": job_id, "user_id": user_id, "day": day}
        for job_id, user_id, day in wanted
        if (job_id, user_id, day) not in known and job_id in there
    ]
    if rows:
        db.execute(insert(JobView), rows)


LOOKED: Buffer[Look, bool] = Buffer("careers.job.looked", _write)


def save(db: Session, actor: Actor, job_id: int, *, saved: bool) -> None:
    """Keep an eye on a job, or no longer. Raises NotFound, SignedOut."""
    job = policy.JOB_READ.get(db, actor, job_id)
    mine = (SavedJob.job_id == job.id, SavedJob.user_id == actor.own_id)
    there = db.scalar(select(SavedJob.id).where(*mine))
    if saved and there is None:
        db.add(SavedJob(job_id=job.id, user_id=actor.own_id))
    elif not saved and there is not None:
        db.execute(delete(SavedJob).where(*mine))
    if saved is (there is None):
        emit(db, JobSaved(actor_id=actor.id, job_id=job.id, saved=saved))
