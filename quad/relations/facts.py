"""What happens between people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from quad.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class Followed(Fact):
    """Somebody follows a person; `connected` says that it is mutual now."""

    follower_id: int
    followed_id: int
    connected: bool


@dataclass(frozen=True, kw_only=True)
class Unfollowed(Fact):
    """Somebody does not follow a person any more."""

    follower_id: int
    followed_id: int


@dataclass(frozen=True, kw_only=True)
class Blocked(Fact):
    """Somebody wants nothing to do with a person. Nobody but them is to know."""

    confidential: ClassVar[bool] = True

    blocker_id: int
    blocked_id: int


@dataclass(frozen=True, kw_only=True)
class Unblocked(Fact):
    """A block was taken back."""

    confidential: ClassVar[bool] = True

    blocker_id: int
    blocked_id: int


@dataclass(frozen=True, kw_only=True)
class Reported(Fact):
    """Something was reported and waits for an administrator."""

    report_id: int
    person_id: int


@dataclass(frozen=True, kw_only=True)
class ReportDecided(Fact):
    """An administrator answered a report."""

    report_id: int
    state: str
