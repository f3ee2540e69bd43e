"""What happens when batches move up, and with dues."""

from __future__ import annotations

from dataclasses import dataclass

from quad.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class PromotionRuleChanged(Fact):
    programme_id: int


@dataclass(frozen=True, kw_only=True)
class PromotionPreviewed(Fact):
    """A preview was made, or made again from the figures of now."""

    promotion_id: int
    batch_id: int
    term_id: int


@dataclass(frozen=True, kw_only=True)
class PromotionOverridden(Fact):
    """Somebody decided otherwise than the rule for these students of a run."""

    promotion_id: int
    student_ids: tuple[int, ...]
    outcome: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CohortPromoted(Fact):
    """A run was applied: one fact for the batch. Who became what is on the run's lines.

    `graduate_user_ids` are students no longer and alumni now.
    """

    promotion_id: int
    batch_id: int
    term_id: int
    promoted: int
    graduated: int
    held: int
    graduate_user_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class PromotionUndone(Fact):
    """Everything a run did is as before. `graduate_user_ids` are students again."""

    promotion_id: int
    batch_id: int
    term_id: int
    reason: str
    graduate_user_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class PromotionDiscarded(Fact):
    promotion_id: int


@dataclass(frozen=True, kw_only=True)
class PromotionTold(Fact):
    """These people of one outcome are to hear of a run; `undone` when it was taken back."""

    promotion_id: int
    outcome: str
    user_ids: tuple[int, ...]
    undone: bool = False


@dataclass(frozen=True, kw_only=True)
class DuesFlagged(Fact):
    dues_id: int
    student_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class DuesCleared(Fact):
    dues_id: int
    student_id: int
    user_id: int
