"""What happens around coding accounts and snapshots. `user_id` is the student's account in Quad."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from quad.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class AccountLinked(Fact):
    """A student linked an account on a platform, or linked it again."""

    coding_account_id: int
    student_id: int


@dataclass(frozen=True, kw_only=True)
class AccountUnlinked(Fact):
    coding_account_id: int
    student_id: int


@dataclass(frozen=True, kw_only=True)
class AccountProved(Fact):
    """The proof code was seen in the public profile, or a mentor vouched for it."""

    coding_account_id: int
    student_id: int


@dataclass(frozen=True, kw_only=True)
class SnapshotSubmitted(Fact):
    snapshot_id: int
    student_id: int


@dataclass(frozen=True, kw_only=True)
class SnapshotReviewed(Fact):
    """Somebody decided about a snapshot."""

    snapshot_id: int
    student_id: int
    user_id: int


class SnapshotApproved(SnapshotReviewed):
    """A snapshot counts now."""


class SnapshotRejected(SnapshotReviewed):
    """A snapshot does not count."""


class EvidenceAsked(SnapshotReviewed):
    """The reviewer would like to see more before deciding."""


@dataclass(frozen=True, kw_only=True)
class EvidenceAdded(Fact):
    """A student added a picture, or words, to a snapshot that waits."""

    snapshot_id: int
    student_id: int


@dataclass(frozen=True, kw_only=True)
class SnapshotsReceived(Fact):
    """Many snapshots came at once, from a file or from the platforms."""

    student_ids: tuple[int, ...]
    number: int
    source: str


@dataclass(frozen=True, kw_only=True)
class ReviewsWaiting(Fact):
    """Snapshots have waited for some days for these people."""

    user_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class NameHidden(Fact):
    """A student keeps the name from other students in leaderboards, or shows it again (`hidden`)."""

    student_id: int
    hidden: bool


@dataclass(frozen=True, kw_only=True)
class PlatformChanged(Fact):
    """A platform was added or changed; scores follow its weight."""

    platform_id: int
    what: str


@dataclass(frozen=True, kw_only=True)
class DelegationChanged(Fact):
    """Somebody reviews in a mentor's place, or no longer."""

    delegation_id: int
    mentor_id: int
    deputy_id: int
    what: str


@dataclass(frozen=True, kw_only=True)
class FollowUpChanged(Fact):
    """Something was noted, or done, about a student at risk."""

    follow_up_id: int
    student_id: int
    what: str


@dataclass(frozen=True, kw_only=True)
class SeasonChanged(Fact):
    """A season was added, frozen or opened again."""

    season_id: int
    what: str


@dataclass(frozen=True, kw_only=True)
class StandingsMoved(Fact):
    """Numbers of these students changed; leaderboards that are open show it."""

    student_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class SyncAsked(Fact):
    """A student asked to have an account read from its platform now."""

    coding_account_id: int


@dataclass(frozen=True, kw_only=True)
class ProofAsked(Fact):
    """A student began to prove an account, or asked to look for the proof again."""

    coding_account_id: int


@dataclass(frozen=True, kw_only=True)
class ProofFailed(Fact):
    """The proof of an account was looked for and not found; `user_id` is the student."""

    coding_account_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class DigestPrepared(Fact):
    """What a mentor is told about a week is ready."""

    digest_id: int
    mentor_id: int


@dataclass(frozen=True, kw_only=True)
class RisksFound(Fact):
    """These students of a mentor may need help, and did not the day before."""

    mentor_id: int
    student_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class RanksMoved(Fact):
    """These students stand elsewhere in their department than a week before."""

    student_ids: tuple[int, ...]
    noted_on: date
    before_on: date
