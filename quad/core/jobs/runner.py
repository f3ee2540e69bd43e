"""Performing promised work: lease, run, record."""

from __future__ import annotations

import contextvars
import secrets
from datetime import datetime, timedelta
from random import uniform
from typing import Any

import structlog
from sqlalchemy import ColumnElement, CursorResult, and_, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from quad.core import clock, facts
from quad.core.db.model import set_acting_user
from quad.core.i18n import Reader, set_reader
from quad.core.jobs.context import GiveUp, JobContext, Lease, LeaseLost, TryLater
from quad.core.jobs.kinds import KINDS, LEASE
from quad.core.jobs.models import ERROR_LENGTH, UNFINISHED, Job, JobState
from quad.core.jobs.outbox import submit
from quad.core.jobs.runtime import Runtime

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
WORDED = (GiveUp, TryLater)

log = structlog.get_logger(__name__)


def due(moment: datetime) -> ColumnElement[bool]:
    """Return the clause for jobs that a worker may take at `moment`: its turn has come, in its lane too."""
    other = aliased(Job)
    ahead = exists().where(
        other.lane == Job.lane,
        or_(
            and_(other.id < Job.id, other.state.in_(UNFINISHED)),
            and_(other.id != Job.id, other.state == JobState.RUNNING),
        ),
    )
    return and_(
        or_(
            and_(Job.state.in_((JobState.QUEUED, JobState.FAILED)), Job.run_at <= moment),
            and_(Job.state == JobState.RUNNING, Job.leased_until < moment),
        ),
        or_(Job.lane.is_(None), ~ahead),
    )


def pause(attempts: int) -> timedelta:
    """Return how long to wait after the given number of failures: doubling, and never twice the same."""
    longest: timedelta = min(FIRST_PAUSE * 2 ** min(attempts - 1, 20), LONGEST_PAUSE)
    return longest * uniform(0.5, 1.0)


def perform(runtime: Runtime, job_id: int) -> bool:
    """Do one job if it is due and nobody else has it; tell whether this process did it.

    Runs in a context of its own, so that the actor and the language of one job do not leak into the next.
    """
    return contextvars.copy_context().run(_perform, runtime, job_id)


def _perform(runtime: Runtime, job_id: int) -> bool:
    ctx = _claim(runtime, job_id)
    if ctx is None:
        return False
    set_acting_user(ctx.actor_id)
    set_reader(Reader(runtime.settings.language, runtime.settings.time_zone))
    structlog.contextvars.bind_contextvars(job=ctx.job_id, kind=ctx.kind, attempt=ctx.attempt)
    try:
        _work(ctx)
    except LeaseLost as lost:
        log.warning(str(lost))
    except Exception as error:  # whatever a handler does wrong is recorded on its row
        log.warning("The job failed", exc_info=not isinstance(error, WORDED), error=str(error))
        _record_failure(runtime, ctx, error)
    finally:
        structlog.contextvars.unbind_contextvars("job", "kind", "attempt")
    _wake_lane(runtime, job_id)
    return True


def _work(ctx: JobContext) -> None:
    kind = KINDS.get(ctx.kind)
    if kind is None:
        raise LookupError(f"this worker knows no jobs of kind “{ctx.kind}”")
    kind.handler(ctx)
    if not _finished(ctx):
        facts.run(ctx.database.writer, ctx.lease.complete)


def _finished(ctx: JobContext) -> bool:
    """Tell whether the handler's last unit marked the job as done already."""
    with ctx.reading() as db:
        return db.scalar(select(Job.state).where(Job.id == ctx.job_id)) is JobState.DONE


def _claim(runtime: Runtime, job_id: int) -> JobContext | None:
    def claim(db: Session) -> JobContext | None:
        moment = clock.now()
        row = db.scalar(
            select(Job).where(Job.id == job_id, due(moment)).with_for_update(skip_locked=True)
        )
        if row is None:
            return None
        if row.state is JobState.RUNNING and row.attempts >= row.max_attempts:
            _bury(db, row, "The worker stopped each time it worked on this.")
            return None
        return _take(runtime, db, row, moment)

    with (
        runtime.database.reading() as db
    ):  # most messages that come twice end here, without the write lock
        if db.scalar(select(Job.id).where(Job.id == job_id, due(clock.now()))) is None:
            return None
    ctx = facts.run(runtime.database.writer, claim)
    return None if ctx is None or _gave_way(ctx) else ctx


def _take(runtime: Runtime, db: Session, row: Job, moment: datetime) -> JobContext | None:
    """Write our name on the row if it is as we saw it (compare and set)."""
    kind = KINDS.get(row.kind)
    length = kind.lease_length(runtime.settings) if kind else LEASE
    lease = Lease(row.id, secrets.token_hex(16), length)
    seen = (
        Job.lease_token.is_(None) if row.lease_token is None else Job.lease_token == row.lease_token
    )
    done: Any = db.execute(
        update(Job)
        .where(Job.id == row.id, Job.state == row.state, Job.attempts == row.attempts, seen)
        .values(
            state=JobState.RUNNING,
            attempts=row.attempts + 1,
            lease_token=lease.token,
            leased_until=moment + length,
        ),
        execution_options={"synchronize_session": False},
    )
    assert isinstance(done, CursorResult)
    if done.rowcount != 1:
        return None
    return JobContext(
        job_id=row.id,
        kind=row.kind,
        payload=row.payload,
        attempt=row.attempts + 1,
        max_attempts=row.max_attempts,
        actor_id=row.created_by,
        database=runtime.database,
        settings=runtime.settings,
        lease=lease,
    )


def _gave_way(ctx: JobContext) -> bool:
    """Give the job back if its lane is taken: two workers may have claimed two jobs of one lane at once.

    Each looks only after its own claim is committed, so at least the later of the two sees the other.
    """

    def look(db: Session) -> bool:
        lane = db.scalar(select(Job.lane).where(Job.id == ctx.job_id))
        if lane is None:
            return False
        taken = select(Job.id).where(
            Job.lane == lane, Job.id != ctx.job_id, Job.state == JobState.RUNNING
        )
        if db.scalar(taken.limit(1)) is None:
            return False
        ctx.lease.change(
            db,
            state=JobState.QUEUED,
            attempts=ctx.attempt - 1,
            run_at=clock.now() + timedelta(seconds=uniform(0.1, 1)),
            lease_token=None,
            leased_until=None,
        )
        return True

    with ctx.reading() as db:
        if db.scalar(select(Job.lane).where(Job.id == ctx.job_id)) is None:
            return False
    return facts.run(ctx.database.writer, look)


def _record_failure(runtime: Runtime, ctx: JobContext, error: Exception) -> None:
    def record(db: Session) -> None:
        ours = (Job.id == ctx.job_id, Job.lease_token == ctx.lease.token)
        row = db.scalar(select(Job).where(*ours).with_for_update())
        if row is None:
            return
        if isinstance(error, GiveUp) or ctx.last_attempt:
            _bury(db, row, _told(error))
            return
        row.state = JobState.FAILED
        row.last_error = _told(error)
        row.run_at = clock.now() + pause(ctx.attempt)
        row.lease_token = row.leased_until = None
        _tell(db, row)

    facts.run(runtime.database.writer, record)


def _bury(db: Session, row: Job, reason: str) -> None:
    row.state = JobState.DEAD
    row.last_error = reason
    row.finished_at = clock.now()
    row.lease_token = row.leased_until = None
    log.error("The job was given up", job=row.id, kind=row.kind, error=reason)
    _tell(db, row)


def _tell(db: Session, row: Job) -> None:
    kind = KINDS.get(row.kind)
    if kind is not None and kind.after_failure is not None:
        kind.after_failure(db, row)


def _told(error: Exception) -> str:
    text = str(error) or type(error).__name__
    return (text if isinstance(error, WORDED) else f"{type(error).__name__}: {text}")[:ERROR_LENGTH]


def _wake_lane(runtime: Runtime, job_id: int) -> None:
    """Let the next job of the lane follow at once, without waiting for the sweep."""
    own = aliased(Job)
    with runtime.database.reading() as db:
        following = db.scalar(
            select(Job.id)
            .join(own, own.lane == Job.lane)
            .where(own.id == job_id, due(clock.now()))
            .order_by(Job.id)
            .limit(1)
        )
    if following is not None:
        submit(runtime, following)


def perform_due(runtime: Runtime, limit: int = 1000) -> int:
    """Do everything that is due, here and now, and return how many jobs were done (tests, `quad` commands)."""
    done = 0
    refused: set[int] = set()
    while done < limit:
        waiting = select(Job.id).where(due(clock.now()), Job.id.not_in(refused)).order_by(Job.id)
        with runtime.database.reading() as db:
            job_id = db.scalar(waiting.limit(1))
        if job_id is None:
            break
        if perform(runtime, job_id):
            done += 1
        else:
            refused.add(job_id)
    return done
