"""Which function performs which kind of job, and which jobs come by the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from quad.core.config import Settings
from quad.core.jobs.context import JobContext
from quad.core.jobs.models import Job

Handler = Callable[[JobContext], None]
FailureHook = Callable[[Session, Job], None]
LeaseLength = timedelta | Callable[[Settings], timedelta]

ATTEMPTS = 8
LEASE = timedelta(minutes=2)


@dataclass(frozen=True)
class Kind:
    """One kind of job. `after_failure` may write rows in the unit that records a failure or a death."""

    name: str
    handler: Handler
    attempts: int
    lease: LeaseLength
    after_failure: FailureHook | None

    def lease_length(self, settings: Settings) -> timedelta:
        """Return how long a worker may be silent before the job goes to another one."""
        return self.lease if isinstance(self.lease, timedelta) else self.lease(settings)


@dataclass(frozen=True)
class Periodic:
    """A job that comes by the clock: each `every`, or each day at `daily_at` in the institution's zone."""

    name: str
    every: timedelta | None
    daily_at: time | None

    def slot(self, moment: datetime, zone: str) -> str | None:
        """Return the name of the turn that is due at `moment`, None before today's time.

        A turn missed while nothing ran is taken up later on the same day (or within the same interval), once.
        """
        if self.every is not None:
            turn = int(moment.timestamp() // self.every.total_seconds())
            return f"{int(self.every.total_seconds())}s/{turn}"
        local = moment.astimezone(ZoneInfo(zone))
        if self.daily_at is None or local.time() < self.daily_at:
            return None
        return local.date().isoformat()


KINDS: dict[str, Kind] = {}
PERIODIC: dict[str, Periodic] = {}


def job(
    name: str,
    *,
    attempts: int = ATTEMPTS,
    lease: LeaseLength = LEASE,
    after_failure: FailureHook | None = None,
) -> Callable[[Handler], Handler]:
    """Register the function that performs jobs of kind `name`."""

    def register(handler: Handler) -> Handler:
        if name in KINDS:
            raise RuntimeError(f"job kind declared twice: {name}")
        KINDS[name] = Kind(name, handler, attempts, lease, after_failure)
        return handler

    return register


def periodic(
    name: str,
    *,
    every: timedelta | None = None,
    daily_at: str | None = None,
    attempts: int = 3,
    lease: LeaseLength = LEASE,
) -> Callable[[Handler], Handler]:
    """Register a job that comes each `every`, or each day at `daily_at` ("02:30")."""
    if (every is None) == (daily_at is None):
        raise RuntimeError(f"{name}: say either every or daily_at")

    def register(handler: Handler) -> Handler:
        job(name, attempts=attempts, lease=lease)(handler)
        PERIODIC[name] = Periodic(name, every, time.fromisoformat(daily_at) if daily_at else None)
        return handler

    return register
