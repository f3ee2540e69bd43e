"""Promising work: rows written in the caller's transaction."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import NotFound, Rejected
from quad.core.facts import after_commit
from quad.core.i18n import gettext as _
from quad.core.jobs.kinds import ATTEMPTS, KINDS
from quad.core.jobs.models import Job, JobState
from quad.core.jobs.runtime import Runtime, runtime_of

log = structlog.get_logger(__name__)


def enqueue(
    db: Session,
    kind: str,
    payload: dict[str, Any],
    *,
    key: str | None = None,
    lane: str | None = None,
    delay: timedelta | None = None,
) -> int:
    """Promise a job in this transaction and return its number; a worker is woken after the commit.

    With a `key` that was used before, the earlier job's number is returned and nothing is promised. Jobs of one
    `lane` run one after the other, in the order of their numbers. `delay` is the least time to wait.
    """
    known = None if key is None else _by_key(db, key)
    if known is not None:
        return known
    row = _row(kind, payload, key, lane, delay)
    if key is None:
        db.add(row)
        db.flush()
    else:
        try:
            with db.begin_nested():
                db.add(row)
        except IntegrityError:  # somebody promised the same a moment earlier
            known = _by_key(db, key)
            if known is None:
                raise
            return known
    if not delay:
        wake(db, row.id)
    return row.id


def _row(
    kind: str, payload: dict[str, Any], key: str | None, lane: str | None, delay: timedelta | None
) -> Job:
    moment = clock.now()
    return Job(
        created_at=moment,  # a job that was not delayed is due from its very beginning
        kind=kind,
        payload=payload,
        key=key,
        lane=lane,
        run_at=moment + (delay or timedelta()),
        max_attempts=KINDS[kind].attempts if kind in KINDS else ATTEMPTS,
    )


def _by_key(db: Session, key: str) -> int | None:
    return db.scalar(select(Job.id).where(Job.key == key))


def wake(db: Session, job_id: int) -> None:
    """Tell a worker about the row once this unit is committed."""
    runtime = runtime_of(db)
    if runtime is not None:
        after_commit(db, partial(submit, runtime, job_id))


def submit(runtime: Runtime, job_id: int) -> None:
    """Hand the number to the queue. A queue that does not answer costs a second of delay, not the request."""
    try:
        runtime.queue.submit(job_id)
    except Exception:
        log.exception("The queue does not answer; the worker's sweep will find the job", job=job_id)


def retry(db: Session, job_id: int) -> Job:
    """Give a dead job all its attempts again.

    Raises NotFound, or Rejected when the job is not dead.
    """
    row = db.scalar(select(Job).where(Job.id == job_id).with_for_update())
    if row is None:
        raise NotFound
    if row.state is not JobState.DEAD:
        raise Rejected(_("Only a job that was given up can be tried again."))
    row.state = JobState.QUEUED
    row.attempts = 0
    row.run_at = clock.now()
    row.finished_at = None
    wake(db, row.id)
    return row
