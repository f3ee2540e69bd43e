"""Where a list of conversations goes on, as it stands in addresses."""

from __future__ import annotations

from datetime import datetime

from quad.messaging.service.reading import Position


def read_place(given: str) -> Position | None:
    """Read where a list goes on; None for a place there is not, which is its beginning."""
    moment, _mark, number = given.partition("~")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    if at.tzinfo is None or not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    return at, int(number)


def write_place(place: Position | None) -> str:
    """Write where a list goes on; empty at its end."""
    return f"{place[0].isoformat()}~{place[1]}" if place else ""
