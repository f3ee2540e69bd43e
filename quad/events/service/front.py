"""What events show to people who are not signed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from quad.core.db.now import database_now
from quad.events import policy
from quad.events.models.events import Event, EventState
from quad.events.service.reading import BRIEF

FEW = 4
MOST = 1_000


def _coming() -> tuple[Any, ...]:
    return (
        Event.state == EventState.PUBLISHED,
        policy.open_to_all(),
        Event.starts_at > database_now(),
    )


def upcoming(db: Session) -> Sequence[Any]:
    """Return the next public events."""
    return db.execute(
        select(*BRIEF).where(*_coming()).order_by(Event.starts_at, Event.id).limit(FEW)
    ).all()


def upcoming_count() -> ScalarSelect[int]:
    """Return the subquery that counts public events to come, up to `MOST`."""
    some = select(Event.id).where(*_coming()).limit(MOST).subquery()
    return select(func.count()).select_from(some).scalar_subquery()
