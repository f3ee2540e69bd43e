"""LeetCode: the GraphQL interface its own pages use. It is not documented, so nothing in it is taken for granted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import orjson

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
    whole_or_none,
)
from quad.coding.connectors.troubles import Trouble, VisitFailed
from quad.coding.connectors.wire import Wire
from quad.core.i18n import lazy_gettext as _l

FIGURES = """
query figures($username: String!) {
  matchedUser(username: $username) {
    username
    profile { ranking }
    submitStatsGlobal { acSubmissionNum { difficulty count } }
    userCalendar { submissionCalendar }
  }
  userContestRanking(username: $username) { rating attendedContestsCount }
}
"""
ABOUT = """
query about($username: String!) {
  matchedUser(username: $username) { profile { aboutMe realName } }
}
"""
LEVELS = ("All", "Easy", "Medium", "Hard")
EDGE = 4_102_444_800  # the year 2100


class LeetCode(Connector):
    """One request for all figures."""

    name = "leetcode"
    label = "LeetCode"
    site = "https://leetcode.com/u/"
    interval = 1.0
    handles = re.compile(r"(?!\.+$)[A-Za-z0-9_.-]{1,40}", re.ASCII)
    where_code_goes = _l("the field “Summary” (README) of your profile on LeetCode")

    def read(self, wire: Wire, place: Place, handle: str) -> Reading:
        data = _ask(wire, place, FIGURES, handle)
        user = _user(data)
        counts = _counts(user)
        ranking = mapping(user.get("profile") or {}, "profile").get("ranking")
        contest = mapping(data.get("userContestRanking") or {}, "userContestRanking")
        return Reading(
            handle=text(user.get("username"), "username") or handle,
            total_solved=counts["All"],
            easy_solved=counts["Easy"],
            medium_solved=counts["Medium"],
            hard_solved=counts["Hard"],
            contest_rating=rating(contest.get("rating"), "rating"),
            contests=whole_or_none(contest.get("attendedContestsCount"), "contests"),
            global_rank=whole_or_none(ranking, "ranking") or None,
            active_on=_last_day(user),
        )

    def prove(self, wire: Wire, place: Place, handle: str, claim: Claim) -> bool:
        user = _user(_ask(wire, place, ABOUT, handle))
        profile = mapping(user.get("profile") or {}, "profile")
        return any(claim.code in text(profile.get(name), name) for name in ("aboutMe", "realName"))


def _ask(wire: Wire, place: Place, query: str, handle: str) -> Mapping[str, Any]:
    body = {"query": query, "variables": {"username": handle}}
    answer = wire.post(place.at("/graphql"), body, {"Referer": place.at("/")})
    if answer.status in (401, 403):
        raise VisitFailed(Trouble.REFUSED, str(answer.status))
    told = mapping(answer.data, "answer")
    data = told.get("data")
    if told.get("errors"):
        _refuse(told["errors"])
    if answer.status != 200:
        raise strange(f"status {answer.status}")
    return mapping(data, "data")


def _refuse(errors: object) -> None:
    """An unknown name is an error with status 200."""
    first = mapping(rows(errors, "errors")[0], "error")
    message = text(first.get("message"), "message")
    if "does not exist" in message:
        raise VisitFailed(Trouble.UNKNOWN_HANDLE, message[:200])
    raise strange(message)


def _user(data: Mapping[str, Any]) -> Mapping[str, Any]:
    user = data.get("matchedUser")
    if user is None:
        raise VisitFailed(Trouble.UNKNOWN_HANDLE)
    return mapping(user, "matchedUser")


def _counts(user: Mapping[str, Any]) -> dict[str, int]:
    stats = mapping(user.get("submitStatsGlobal"), "submitStatsGlobal")
    found = {}
    for item in rows(stats.get("acSubmissionNum"), "acSubmissionNum"):
        row = mapping(item, "count")
        found[text(row.get("difficulty"), "difficulty")] = whole(
            row.get("count"), "count", most=MOST_SOLVED
        )
    if not set(LEVELS) <= found.keys():
        raise strange("a level of difficulty is missing")
    return found


def _last_day(user: Mapping[str, Any]) -> date | None:
    """The calendar is a text that holds JSON: {"1700006400": 3}, seconds and submissions."""
    calendar = mapping(user.get("userCalendar") or {}, "userCalendar")
    written = calendar.get("submissionCalendar")
    if not written:
        return None
    try:
        days = mapping(orjson.loads(_calendar(written)), "submissionCalendar")
    except orjson.JSONDecodeError as error:
        raise strange("submissionCalendar is no JSON") from error
    moments = [int(key) for key, count in days.items() if _is_second(key) and count]
    return datetime.fromtimestamp(max(moments), UTC).date() if moments else None


def _calendar(written: object) -> str:
    """Return the calendar's text, whole: it may be longer than other texts. Raises VisitFailed."""
    if not isinstance(written, str):
        raise strange("submissionCalendar is no text")
    return written


def _is_second(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) <= 10 and int(key) < EDGE
