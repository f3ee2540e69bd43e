"""Conditional requests and ranges, as RFC 9110 (sections 13 and 14) has them; pure functions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Literal

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True)
class Span:
    """Bytes `start` up to, not including, `stop`."""

    start: int
    stop: int


@dataclass(frozen=True)
class Decision:
    """What to answer: 200 with all, 206 with `span`, 304, 412 or 416 with nothing."""

    status: Literal[200, 206, 304, 412, 416]
    span: Span


def decide(headers: dict[str, str], *, size: int, etag: str, modified: datetime) -> Decision:
    """Weigh the request's `headers` (lower-case names) against the file as it is."""
    everything = Span(0, size)
    modified = modified.replace(microsecond=0)
    if (match := headers.get("if-match")) is not None:
        if not _listed(etag, match, strong=True):
            return Decision(412, everything)
    elif (since := _date(headers.get("if-unmodified-since"))) and modified > since:
        return Decision(412, everything)
    if (none_match := headers.get("if-none-match")) is not None:
        if _listed(etag, none_match, strong=False):
            return Decision(304, everything)
    elif (since := _date(headers.get("if-modified-since"))) and modified <= since:
        return Decision(304, everything)
    wanted = headers.get("range")
    if wanted is None or not _range_is_meant(headers.get("if-range"), etag, modified):
        return Decision(200, everything)
    return _ranged(wanted, size)


def _ranged(wanted: str, size: int) -> Decision:
    """Read one range; several ranges, other units and nonsense mean the whole file, as the standard allows."""
    found = _RANGE.fullmatch(wanted.replace(" ", ""))
    if found is None or found.groups() == ("", ""):
        return Decision(200, Span(0, size))
    first, last = found.groups()
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return Decision(200, Span(0, size))
    if start >= size or start >= stop:
        return Decision(416, Span(0, size))
    return Decision(206, Span(start, stop))


def _range_is_meant(condition: str | None, etag: str, modified: datetime) -> bool:
    if condition is None:
        return True
    if condition.startswith(('"', "W/")):
        return _listed(etag, condition, strong=True)
    return _date(condition) == modified


def _listed(etag: str, wanted: str, *, strong: bool) -> bool:
    if wanted.strip() == "*":
        return True
    candidates = [part.strip() for part in wanted.split(",")]
    if strong:
        return not etag.startswith("W/") and etag in candidates
    return etag.removeprefix("W/") in [part.removeprefix("W/") for part in candidates]


def _date(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def http_date(moment: datetime) -> str:
    """Write a moment the way HTTP headers have it."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)
