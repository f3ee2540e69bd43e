"""AtCoder: the contest history it publishes as JSON, and AtCoder Problems, which counts the solved problems."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from quad.coding.connectors.base import Connector, Place
from quad.coding.connectors.reading import (
    MOST_SOLVED,
    Claim,
    Reading,
    mapping,
    rating,
    rows,
    strange,
    text,
    whole,
)
from quad.coding.connectors.troubles import Trouble, VisitFailed
from quad.coding.connectors.wire import Wire


class AtCoder(Connector):
    """Rating and last contest from AtCoder, the count from AtCoder Problems."""

    name = "atcoder"
    label = "AtCoder"
    site = "https://atcoder.jp/users/"
    interval = 1.5  # AtCoder Problems asks for more than a second
    handles = re.compile(r"[A-Za-z0-9_]{3,16}", re.ASCII)
    problems = tuple(f"abc{number:03}_b" for number in range(86, 126))

    def problem_url(self, problem: str) -> str:
        return f"https://atcoder.jp/contests/{problem[:-2]}/tasks/{problem}"

    def read(self, wire: Wire, place: Place, handle: str) -> Reading:
        history = _history(wire, place, handle)
        count = _solved(wire, place, handle)
        if history is None and count is None:
            raise VisitFailed(Trouble.UNKNOWN_HANDLE)
        kept = history or {"rating": None, "day": None, "contests": None}
        day = kept["day"]
        return Reading(
            handle=handle,
            total_solved=count or 0,
            contest_rating=kept["rating"],
            contests=kept["contests"],
            active_on=date.fromisoformat(day) if day else None,
        )

    def prove(self, wire: Wire, place: Place, handle: str, claim: Claim) -> bool:
        asked = {"user": handle, "from_second": str(int(claim.since.timestamp()))}
        answer = wire.get(place.at_beside("/atcoder-api/v3/user/submissions"), asked)
        if answer.status != 200:
            raise strange(f"status {answer.status}")
        found = [mapping(row, "submission") for row in rows(answer.data, "submissions")]
        return any(
            row.get("problem_id") == claim.problem and row.get("result") == "CE" for row in found
        )


def _history(wire: Wire, place: Place, handle: str) -> Mapping[str, Any] | None:
    """Return the rating and the day of the last contest, None for somebody AtCoder does not know."""
    answer = wire.get(place.at(f"/users/{handle}/history/json"), known="history")
    if answer.unchanged:
        return wire.recall("history")
    if answer.status == 404:
        return None
    if answer.status != 200:
        raise VisitFailed(Trouble.REFUSED, str(answer.status))
    contests = [mapping(row, "contest") for row in rows(answer.data, "history")]
    rated = [row for row in contests if row.get("IsRated") is True]
    value = {
        "rating": rating(rated[-1].get("NewRating"), "NewRating") if rated else None,
        "day": _day(contests[-1]) if contests else None,
        "contests": len(rated),
    }
    wire.keep("history", answer, value)
    return value if contests else None


def _day(contest: Mapping[str, Any]) -> str | None:
    written = text(contest.get("EndTime"), "EndTime")
    if not written:
        return None
    try:
        return datetime.fromisoformat(written).date().isoformat()
    except ValueError as error:
        raise strange("EndTime is no time") from error


def _solved(wire: Wire, place: Place, handle: str) -> int | None:
    """Return how many problems are solved, None for somebody who never solved one."""
    answer = wire.get(place.at_beside("/atcoder-api/v3/user/ac_rank"), {"user": handle})
    if answer.status == 404:
        return None
    if answer.status != 200:
        raise strange(f"status {answer.status}")
    told = mapping(answer.data, "ac_rank")
    return whole(told.get("count"), "count", most=MOST_SOLVED)
