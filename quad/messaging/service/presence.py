"""Who is here: whose pages hold a live connection. Seen by the other one of a conversation, where both show it."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ScalarSelect, SQLColumnExpression, insert, literal, select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.behind import Buffer, WriteBehind
from quad.core.db.types import Utc
from quad.core.i18n import current_reader
from quad.identity.models.accounts import User
from quad.messaging.models.conversations import Presence
from quad.messaging.service.wishes import hides_presence

# A connection is noted so often, and counts for so long: in between it may be lost and come back.
NOTED_EVERY = timedelta(minutes=2)
COUNTS = timedelta(minutes=5)
_QUIET = {"synchronize_session": False}


class Here(enum.StrEnum):
    """How lately somebody was here, as far as it is shown."""

    NOW = "now"
    TODAY = "today"
    AWAY = "away"


def here(seen_at: datetime | None) -> Here:
    """Say how lately `seen_at` was, by the reader's day."""
    if seen_at is None:
        return Here.AWAY
    if seen_at > clock.now() - COUNTS:
        return Here.NOW
    zone = current_reader().zone
    that_day = seen_at.astimezone(ZoneInfo(zone)).date()
    return Here.TODAY if that_day == clock.today(zone) else Here.AWAY


def shown_presence(
    reader_id: SQLColumnExpression[int], person_id: SQLColumnExpression[int]
) -> ScalarSelect[datetime]:
    """Return the subquery for when a person was here last; empty where one of the two does not show it."""
    return (
        select(Presence.here_at)
        .where(
            Presence.user_id == person_id, ~hides_presence(reader_id), ~hides_presence(person_id)
        )
        .correlate_except(Presence)
        .scalar_subquery()
    )


def _write(db: Session, seen: Mapping[int, datetime]) -> None:
    for user_id, at in sorted(seen.items()):
        known = update(Presence).where(Presence.user_id == user_id).values(here_at=at)
        if db.execute(known, execution_options=_QUIET).rowcount:  # type: ignore[attr-defined]
            continue
        # Somebody whose account was removed meanwhile is nowhere.
        there = select(User.id, literal(at, Utc())).where(User.id == user_id)
        db.execute(insert(Presence).from_select(["user_id", "here_at"], there))


HERE: Buffer[int, datetime] = Buffer("messaging.here", _write)


class Watch:
    """Notes who is here, each person once in a while. For one thread at a time, or a lost note at worst."""

    def __init__(self) -> None:
        self._noted: dict[int, datetime] = {}

    def note(self, later: WriteBehind, user_ids: Iterable[int]) -> None:
        """Remember that these people are here now, a little later and not again so soon."""
        now = clock.now()
        kept = {one: at for one, at in self._noted.items() if now - at < NOTED_EVERY}
        for user_id in user_ids:
            if user_id not in kept:
                kept[user_id] = now
                later.put(HERE, user_id, now)
        self._noted = kept
