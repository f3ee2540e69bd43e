"""When a platform wants to be left alone, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from quad.core import clock

LONGEST = timedelta(hours=24)


def is_limit(status: int, headers: Mapping[str, str]) -> bool:
    """Tell whether an answer means "too many requests"; some say 403 and mean that."""
    if status == 429:
        return True
    told = "retry-after" in headers or headers.get("x-ratelimit-remaining", "").strip() == "0"
    return status == 403 and told


def again_at(headers: Mapping[str, str]) -> datetime | None:
    """Return when the platform may be asked again, if it says so: never in the past, at most a day ahead."""
    moment = _retry_after(headers.get("retry-after", ""))
    if moment is None and headers.get("x-ratelimit-remaining", "").strip() == "0":
        moment = _epoch(headers.get("x-ratelimit-reset", ""))
    if moment is None:
        return None
    now = clock.now()
    return min(max(moment, now), now + LONGEST)


def _retry_after(given: str) -> datetime | None:
    """Retry-After is a number of seconds or a date."""
    given = given.strip()
    if given.isascii() and given.isdigit():
        return clock.now() + min(timedelta(seconds=int(given[:9])), LONGEST)
    try:
        moment = parsedate_to_datetime(given)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _epoch(given: str) -> datetime | None:
    given = given.strip()
    if not (given.isascii() and given.isdigit() and len(given) <= 11):
        return None
    return datetime.fromtimestamp(int(given), UTC)
