"""What a visit brings home, and how its parts are taken out of an answer nobody can vouch for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from quad.coding.connectors.troubles import Trouble, VisitFailed

MOST_SOLVED = 100_000
LARGEST = 2**31 - 1
LONGEST_TEXT = 5_000


class Basis(StrEnum):
    """What the total of a platform counts. Where it changes, totals before and after do not compare."""

    SOLVED = "solved"
    CONTRIBUTIONS = "contributions"
    COMMITS = "commits"


@dataclass(frozen=True)
class Reading:
    """The figures of one account on one platform. None means the platform says nothing about it."""

    handle: str
    total_solved: int
    basis: Basis = Basis.SOLVED
    easy_solved: int | None = None
    medium_solved: int | None = None
    hard_solved: int | None = None
    contest_rating: int | None = None
    global_rank: int | None = None
    contests: int | None = None
    active_on: date | None = None


class ProofMethod(StrEnum):
    """How somebody shows that an account is theirs."""

    PROFILE = "profile"
    SUBMISSION = "submission"


@dataclass(frozen=True)
class Claim:
    """What to look for: the code in the profile's text, or a failed compilation of `problem` since `since`."""

    method: ProofMethod
    code: str
    problem: str
    since: datetime


@dataclass(frozen=True)
class Keepsake:
    """What is kept of an answer, so that the next visit may ask "anything new?" (ETag, If-None-Match)."""

    etag: str
    value: Mapping[str, Any] = field(default_factory=dict)


def strange(what: str) -> VisitFailed:
    """Return the failure for an answer whose `what` is not what it should be."""
    return VisitFailed(Trouble.STRANGE, what[:200])


def mapping(value: object, what: str) -> Mapping[str, Any]:
    """Return `value` as an object. Raises VisitFailed."""
    if not isinstance(value, dict):
        raise strange(f"{what} is no object")
    return value


def rows(value: object, what: str) -> list[Any]:
    """Return `value` as a list. Raises VisitFailed."""
    if not isinstance(value, list):
        raise strange(f"{what} is no list")
    return value


def whole(value: object, what: str, *, most: int = LARGEST) -> int:
    """Return `value` as a whole number from 0 to `most`. Raises VisitFailed."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise strange(f"{what} is no sensible number")
    return value


def whole_or_none(value: object, what: str, *, most: int = LARGEST) -> int | None:
    """Return `value` as a whole number, None when it is missing. Raises VisitFailed."""
    return None if value is None else whole(value, what, most=most)


def rating(value: object, what: str) -> int | None:
    """Return a rating, rounded; a negative one, which two platforms have at the very bottom, counts as 0.

    Raises VisitFailed.
    """
    if value is None:
        return None
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not -10_000 < value < 10_000
    ):
        raise strange(f"{what} is no sensible rating")
    return max(0, round(value))


def text(value: object, what: str) -> str:
    """Return a text of bearable length, "" when it is missing. Raises VisitFailed."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise strange(f"{what} is no text")
    return value[:LONGEST_TEXT]
