"""Work for the worker: every morning, requests that come due."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlalchemy.orm import Session

from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import periodic
from quad.core.policy import SYSTEM, Actor
from quad.welfare.service import chasing


@periodic("welfare.chase", daily_at="07:00")
def chase(ctx: JobContext) -> None:
    """Hand on what nobody can read, then escalate, then remind of what was not escalated today; 50 requests a unit."""
    for some in (chasing.hand_on_some, chasing.escalate_some, chasing.remind_some):
        while ctx.run(partial(_as_system, some)):
            pass
    ctx.run(lambda db: None, last=True)


def _as_system(some: Callable[[Session, Actor], int], db: Session) -> int:
    return some(db, SYSTEM)
