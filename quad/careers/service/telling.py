"""Telling people of a job that opened and is for them: some at a time, nobody twice."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quad.audience.service.meeting import people
from quad.careers.facts import JobOffered
from quad.careers.kinds import TELL
from quad.careers.models.applications import Application
from quad.careers.models.jobs import Job, PostingState
from quad.core import clock
from quad.core.facts import emit
from quad.core.jobs.outbox import enqueue
from quad.core.policy import SYSTEM

AT_ONCE = 500


def promise(db: Session, job: Job) -> None:
    """Let the worker tell everybody the job is for."""
    db.flush()
    key = f"{TELL}/{job.id}/{job.listed_at.isoformat()}"
    enqueue(db, TELL, {"job_id": job.id}, key=key)


def tell_some(db: Session, job_id: int) -> int:
    """Tell the next people the job is for, in the order of their numbers; return how many.

    How far this came stands with the job and moves in the same unit as the telling, so that neither a second try of
    the worker nor a job that opens again tells anybody twice. A job that is no longer open tells nobody.
    """
    job = db.scalar(select(Job).where(Job.id == job_id).with_for_update())
    if job is None or job.deleted_at is not None or job.state is not PostingState.OPEN:
        return 0
    if job.deadline <= clock.now():
        return 0
    meant = people(job.audience_id).subquery()
    applied = select(Application.person_id).where(Application.job_id == job_id)
    found = list(
        db.scalars(
            select(meant.c.id)
            .where(
                meant.c.id > job.told_to,
                meant.c.id != job.poster_id,
                meant.c.id.not_in(applied),
            )
            .order_by(meant.c.id)
            .limit(AT_ONCE)
        )
    )
    if found:
        # Not through the object: nobody who edits the job meanwhile is to be told of a change.
        db.execute(
            update(Job).where(Job.id == job_id).values(told_to=found[-1]),
            execution_options={"synchronize_session": False},
        )
        db.expire(job, ["told_to"])
        emit(
            db,
            JobOffered(
                actor_id=SYSTEM.id, job_id=job_id, poster_id=job.poster_id, user_ids=tuple(found)
            ),
        )
    return len(found)
