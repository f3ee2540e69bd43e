"""What happens with requests for re-evaluation. `to_ids` are the users who have to act next."""

from __future__ import annotations

from dataclasses import dataclass

from quad.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ReevaluationFact(Fact):
    """What all of them say: the request, whose it is, and who is to act next."""

    reevaluation_id: int
    offering_id: int
    student_user_id: int
    to_ids: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReevaluationAsked(ReevaluationFact):
    pass


@dataclass(frozen=True, kw_only=True)
class ReevaluationAnswered(ReevaluationFact):
    pass


@dataclass(frozen=True, kw_only=True)
class ReevaluationReturned(ReevaluationFact):
    """The head of the department sent the answer back."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ReevaluationDecided(ReevaluationFact):
    """The answer was confirmed; `changed` says that the result has other marks now."""

    changed: bool


@dataclass(frozen=True, kw_only=True)
class ReevaluationWithdrawn(ReevaluationFact):
    pass


@dataclass(frozen=True, kw_only=True)
class ReevaluationDue(ReevaluationFact):
    """A request waits and its day has come, or comes tomorrow."""
