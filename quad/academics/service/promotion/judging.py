"""Whether a student moves up: the rule applied to the figures. Nothing here reads or writes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from quad.academics.models.people import StudentStatus
from quad.academics.models.promotion import Outcome, Skip

SKIPS = {
    StudentStatus.ON_LEAVE: Skip.ON_LEAVE,
    StudentStatus.WITHDRAWN: Skip.WITHDRAWN,
    StudentStatus.GRADUATED: Skip.GRADUATED,
}

DECIMALS = frozenset({"credits_required", "credits_a_semester", "least_cgpa", "graduation_cgpa"})


@dataclass(frozen=True)
class Rule:
    """What a programme asks; None is not asked. `semesters` and `credits_required` are the programme's."""

    semesters: int
    credits_required: Decimal
    most_backlogs: int | None = None
    credits_a_semester: Decimal | None = None
    least_cgpa: Decimal | None = None
    graduation_cgpa: Decimal | None = None
    dues_hold: bool = True
    open_results_hold: bool = True

    def packed(self) -> dict[str, Any]:
        """Return the rule as JSON can hold it."""
        return {
            name: str(value) if isinstance(value, Decimal) else value
            for name, value in vars(self).items()
        }

    @classmethod
    def unpacked(cls, packed: dict[str, Any]) -> Rule:
        """Return the rule that `packed` holds."""
        given: dict[str, Any] = {
            name: Decimal(value) if name in DECIMALS and value is not None else value
            for name, value in packed.items()
        }
        return cls(**given)

    def last(self, semester: int) -> bool:
        """Tell whether nothing comes after this semester but graduation."""
        return semester >= self.semesters

    def credits_needed(self, semester: int) -> Decimal:
        """Return the credits that leaving a semester takes."""
        if self.last(semester):
            return self.credits_required
        return (self.credits_a_semester or Decimal(0)) * semester

    def backlogs_allowed(self, semester: int) -> int | None:
        """Return how many backlogs one may take along; None is any number."""
        return 0 if self.last(semester) else self.most_backlogs

    def cgpa_needed(self, semester: int) -> Decimal | None:
        """Return the CGPA that leaving a semester takes, if any."""
        return self.graduation_cgpa if self.last(semester) else self.least_cgpa


@dataclass(frozen=True)
class Figures:
    """What is known of one student. `done`: moved for this term already."""

    status: StudentStatus
    semester: int
    cgpa: Decimal | None
    credits_earned: Decimal
    backlogs: int
    open_results: int
    dues: bool
    done: bool = False


@dataclass(frozen=True)
class Verdict:
    """What the rule says, and what holds a student back."""

    outcome: Outcome
    credits_needed: Decimal
    skip: Skip | None = None
    has_backlogs: bool = False
    short_of_credits: bool = False
    short_of_cgpa: bool = False
    has_dues: bool = False
    has_open_results: bool = False

    @property
    def held(self) -> bool:
        """Tell whether anything holds the student back."""
        return (
            self.has_backlogs
            or self.short_of_credits
            or self.short_of_cgpa
            or self.has_dues
            or self.has_open_results
        )


def judge(of: Figures, rule: Rule) -> Verdict:
    """Say what becomes of a student: left out, held back by whatever is not met, moved up, or graduated."""
    needed = rule.credits_needed(of.semester)
    skip = Skip.DONE if of.done else SKIPS.get(of.status)
    if skip is not None:
        return Verdict(Outcome.SKIPPED, needed, skip)
    allowed, cgpa = rule.backlogs_allowed(of.semester), rule.cgpa_needed(of.semester)
    said = Verdict(
        Outcome.HELD,
        needed,
        has_backlogs=allowed is not None and of.backlogs > allowed,
        short_of_credits=of.credits_earned < needed,
        short_of_cgpa=cgpa is not None and (of.cgpa is None or of.cgpa < cgpa),
        has_dues=rule.dues_hold and of.dues,
        has_open_results=rule.open_results_hold and of.open_results > 0,
    )
    if said.held:
        return said
    last = rule.last(of.semester)
    return Verdict(Outcome.GRADUATED if last else Outcome.PROMOTED, needed)


def may_become(outcome: Outcome, semester: int, rule: Rule) -> bool:
    """Tell whether somebody may decide this by hand: nobody moves up from the last semester."""
    return not (outcome is Outcome.PROMOTED and rule.last(semester))
