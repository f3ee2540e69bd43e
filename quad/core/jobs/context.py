"""What a job holds in its hands while it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from quad.core import clock, facts
from quad.core.config import Settings
from quad.core.db.engine import Database
from quad.core.jobs.models import Job, JobState

T = TypeVar("T")


class LeaseLost(Exception):
    """Another worker took this job over: stop, and keep nothing."""


class TryLater(Exception):
    """It did not work now; the message says why in a sentence. The job is tried again after a pause."""


class GiveUp(Exception):
    """Trying again cannot help; the message says why in a sentence. The job is dead at once."""


@dataclass(frozen=True)
class Lease:
    """The right to work on one job, until another worker takes it over."""

    job_id: int
    token: str
    length: timedelta

    def change(self, db: Session, **values: Any) -> None:
        """Write `values` to the row if it is still ours.

        Raises LeaseLost, which rolls the unit back: nothing is done twice by a worker that was believed dead.
        """
        ours = (Job.id == self.job_id, Job.lease_token == self.token, Job.state == JobState.RUNNING)
        done: Any = db.execute(
            update(Job).where(*ours).values(**values),
            execution_options={"synchronize_session": False},
        )
        assert isinstance(done, CursorResult)
        if done.rowcount != 1:
            raise LeaseLost(f"job {self.job_id} was taken over by another worker")

    def renew(self, db: Session) -> None:
        """Keep the job for its full length from now."""
        self.change(db, leased_until=clock.now() + self.length)

    def complete(self, db: Session) -> None:
        """Mark the job as done."""
        self.change(
            db,
            state=JobState.DONE,
            finished_at=clock.now(),
            leased_until=None,
            lease_token=None,
            last_error="",
        )


@dataclass(frozen=True)
class JobContext:
    """Given to the handler. Work in units: `with ctx.unit() as db`, the last one with `last=True`.

    Each unit renews the lease as its last act, and fails if the job was taken over meanwhile. A job may be performed
    more than once (the machine can stop between two units), so look at what is there before adding to it.
    """

    job_id: int
    kind: str
    payload: dict[str, Any]
    attempt: int
    max_attempts: int
    actor_id: int | None
    database: Database
    settings: Settings
    lease: Lease

    @property
    def last_attempt(self) -> bool:
        """Tell whether a failure now is final."""
        return self.attempt >= self.max_attempts

    @contextmanager
    def unit(self, *, last: bool = False) -> Iterator[Session]:
        """Open one unit of work; `last` marks the job done in the same commit."""
        with self.database.writer() as db, facts.unit(db):
            yield db
            self._hold(db, last)

    def run(
        self, work: Callable[[Session], T], *, last: bool = False, tries: int = facts.TRIES
    ) -> T:
        """Do `work` as one unit, again (`tries` times in all) when the database asks for it."""

        def leased(db: Session) -> T:
            result = work(db)
            self._hold(db, last)
            return result

        return facts.run(self.database.writer, leased, tries=tries)

    def _hold(self, db: Session, last: bool) -> None:
        if last:
            self.lease.complete(db)
        else:
            self.lease.renew(db)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Look without changing anything."""
        with self.database.reading() as db:
            yield db

    def progress(self, done: int, total: int, note: str = "") -> None:
        """Show how far this is, to everybody who looks, at once."""

        def tell(db: Session) -> None:
            self.lease.change(
                db,
                leased_until=clock.now() + self.lease.length,
                progress_done=done,
                progress_total=total,
                progress_note=note[:200],
            )

        facts.run(self.database.writer, tell)

    def reach(self, db: Session, reached: Mapping[str, Any], done: int, total: int) -> None:
        """Write into the row, in this unit, how far the work is: `reached` becomes part of the payload.

        Whoever takes the job over goes on from there. A job that gets on has all its attempts again.
        """
        self.lease.change(
            db,
            payload={**self.payload, **reached},
            attempts=1,
            progress_done=done,
            progress_total=total,
        )
        facts.after_commit(db, partial(self.payload.update, reached))

    def keep(self) -> None:
        """Renew the lease before something slow that needs no database.

        Raises LeaseLost when another worker has the job.
        """
        facts.run(self.database.writer, self.lease.renew)
