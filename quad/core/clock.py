"""The one clock. Everything that needs the time asks here, so that tests can travel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_frozen: list[datetime] = []


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return _frozen[-1] if _frozen else datetime.now(UTC)


def today(zone: str = "UTC") -> date:
    """Return the calendar day it is now in `zone` (an IANA name)."""
    return now().astimezone(ZoneInfo(zone)).date()


@contextmanager
def travel(to: datetime | timedelta) -> Iterator[datetime]:
    """Hold the clock of every thread at `to`, or at now plus `to`, inside the block."""
    moment = now() + to if isinstance(to, timedelta) else to
    if moment.tzinfo is None:
        raise ValueError("travel() needs an aware time")
    _frozen.append(moment.astimezone(UTC))
    try:
        yield moment
    finally:
        _frozen.pop()
