"""Codeforces: its documented API (user.info, user.status, user.rating)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from quad.coding.connectors.base import Connector, Place
from quad.coding.connectors.reading import (
    MOST_SOLVED,
    Claim,
    ProofMethod,
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

PAGE = 5_000
MOST_PAGES = 20
RECENT = 50
EDGE = 4_102_444_800  # the year 2100: later moments are nonsense


class Codeforces(Connector):
    """Everything from the documented interface; rows of submissions are counted here."""

    name = "codeforces"
    label = "Codeforces"
    site = "https://codeforces.com/profile/"
    interval = 2.0  # what its documentation asks for
    handles = re.compile(r"[A-Za-z0-9_.-]{3,24}", re.ASCII)
    where_code_goes = _l("the field “Organization” of your profile settings on Codeforces")
    problems = tuple(f"{contest}{letter}" for contest in range(5, 16) for letter in "BCDE")

    def problem_url(self, problem: str) -> str:
        return f"https://codeforces.com/problemset/problem/{problem[:-1]}/{problem[-1]}"

    def read(self, wire: Wire, place: Place, handle: str) -> Reading:
        user = _user(wire, place, handle)
        now_called = text(user.get("handle"), "handle") or handle
        solved, last = _solved(wire, place, now_called)
        contests, reached = _contests(wire, place, user, now_called)
        return Reading(
            handle=now_called,
            total_solved=whole(len(solved), "solved", most=MOST_SOLVED),
            contest_rating=reached,
            contests=contests,
            active_on=last,
        )

    def prove(self, wire: Wire, place: Place, handle: str, claim: Claim) -> bool:
        if claim.method is ProofMethod.PROFILE:
            user = _user(wire, place, handle)
            fields = ("organization", "firstName", "lastName", "city")
            return any(claim.code in text(user.get(name), name) for name in fields)
        since = int(claim.since.timestamp())
        return any(
            _is_failed_compilation(row, claim.problem) and _moment(row) >= since
            for row in _page(wire, place, handle, 1, RECENT)
        )


def _user(wire: Wire, place: Place, handle: str) -> Mapping[str, Any]:
    found = rows(_call(wire, place, "user.info", {"handles": handle}), "user.info")
    if len(found) != 1:
        raise strange("user.info names not one person")
    return mapping(found[0], "user")


def _contests(
    wire: Wire, place: Place, user: Mapping[str, Any], handle: str
) -> tuple[int | None, int | None]:
    """Return the number of rated contests and the rating; whoever never took part has neither, and is not asked for."""
    if user.get("rating") is None:
        return None, None
    changes = rows(_call(wire, place, "user.rating", {"handle": handle}), "user.rating")
    return len(changes), rating(user["rating"], "rating")


def _solved(wire: Wire, place: Place, handle: str) -> tuple[set[tuple[Any, ...]], date | None]:
    """Return the problems with an accepted submission, and the day of the newest submission."""
    solved: set[tuple[Any, ...]] = set()
    newest = 0
    for number in range(MOST_PAGES):
        page = _page(wire, place, handle, number * PAGE + 1, PAGE)
        for row in page:
            newest = max(newest, _moment(row))
            # While a solution is being judged there is no verdict at all.
            if row.get("verdict") == "OK":
                solved.add(_key(row))
        if len(page) < PAGE:
            break
    return solved, datetime.fromtimestamp(newest, UTC).date() if newest else None


def _page(wire: Wire, place: Place, handle: str, first: int, count: int) -> list[Mapping[str, Any]]:
    asked = {"handle": handle, "from": str(first), "count": str(count)}
    page = rows(_call(wire, place, "user.status", asked), "user.status")
    return [mapping(row, "submission") for row in page]


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """A problem of the archive has no contest; its problem set names it then."""
    problem = mapping(row.get("problem"), "problem")
    contest = whole_or_none(problem.get("contestId"), "contestId")
    index, name = text(problem.get("index"), "index"), text(problem.get("name"), "name")
    if contest is not None:
        return contest, index
    return text(problem.get("problemsetName"), "problemsetName"), index, name


def _moment(row: Mapping[str, Any]) -> int:
    return whole(row.get("creationTimeSeconds"), "creationTimeSeconds", most=EDGE)


def _is_failed_compilation(row: Mapping[str, Any], problem: str) -> bool:
    asked = mapping(row.get("problem"), "problem")
    named = f"{asked.get('contestId', '')}{asked.get('index', '')}"
    return row.get("verdict") == "COMPILATION_ERROR" and named == problem


def _call(wire: Wire, place: Place, method: str, asked: Mapping[str, str]) -> Any:
    """Return the result of a method. A wrong name is a FAILED with status 400 and a comment.

    Raises VisitFailed.
    """
    answer = wire.get(place.at(f"/api/{method}"), asked)
    told = mapping(answer.data, method)
    if told.get("status") == "OK":
        return told.get("result")
    comment = text(told.get("comment"), "comment")
    if "not found" in comment:
        raise VisitFailed(Trouble.UNKNOWN_HANDLE, comment[:200])
    if "limit exceeded" in comment:
        raise VisitFailed(Trouble.LIMITED, comment[:200])
    raise strange(f"{answer.status} {comment}")
