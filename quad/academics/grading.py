"""The arithmetic of results: marks to percentage to letter to points, and averages. Exact fractions, rounded once.

Sources. Grade point averages: University Grants Commission (India), Guidelines on Choice Based Credit System: SGPA is
the sum of credits × grade points over the sum of credits of a term, CGPA the same over all terms, both rounded to two
decimals. Transfer guides of 4.0 institutions weigh by credit hours in the same way. Rounding is half up, as on paper.
Which attempt counts after a retake is the institution's rule (`institution.models.RetakeRule`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from quad.institution.models import RetakeRule

PLACES = 2
FULL = Fraction(100)


@dataclass(frozen=True)
class Band:
    """One letter: from `minimum` percent up to the band above."""

    letter: str
    minimum: Decimal
    points: Decimal
    passes: bool


@dataclass(frozen=True)
class Scheme:
    """The rules one result is read by. `bands` run from the best down.

    A percentage is rounded to `places` before its band is looked up. With `every_component` a pass takes the lowest
    passing band's percentage in each component as well.
    """

    bands: tuple[Band, ...]
    places: int = PLACES
    retake: RetakeRule = RetakeRule.BEST
    every_component: bool = False


@dataclass(frozen=True)
class Assessed:
    """One component and what the student got in it: a value, absent (counts as 0), or nothing yet."""

    maximum: Decimal
    weight: Decimal
    value: Decimal | None = None
    absent: bool = False

    @property
    def marked(self) -> bool:
        """Tell whether there is anything to count."""
        return self.absent or self.value is not None

    @property
    def share(self) -> Fraction:
        """The part of the maximum that was reached."""
        if self.absent or not self.maximum:
            return Fraction(0)
        return Fraction(self.value or 0) / Fraction(self.maximum)


@dataclass(frozen=True)
class Outcome:
    """What the marks of one enrolment come to; `letter` and `points` only once `complete`."""

    total: Decimal
    percentage: Decimal | None
    letter: str
    points: Decimal | None
    passed: bool
    complete: bool


@dataclass(frozen=True)
class Attempt:
    """One finished attempt at a course. `term` orders terms in time."""

    course_id: int
    term: int
    attempt: int
    credits: Decimal
    points: Decimal
    passed: bool


@dataclass(frozen=True)
class Standing:
    """Averages and credits after one term; an average is None where no credits carry it."""

    credits: Decimal
    credits_earned: Decimal
    sgpa: Decimal | None
    cgpa: Decimal | None


def half_up(value: Fraction, places: int = PLACES) -> Decimal:
    """Round a non-negative fraction half up: 8.125 becomes 8.13."""
    scale = 10**places
    whole = (value * scale * 2 + 1) // 2
    return Decimal(int(whole)).scaleb(-places)


def outcome(scheme: Scheme, components: Sequence[Assessed]) -> Outcome:
    """Return what `components` come to under `scheme`.

    The total is the sum of weight × value ÷ maximum over what is marked; the percentage is the total over the weights
    marked so far. Complete means that every component that has a weight is marked. A component of weight 0 is shown but
    decides nothing. Without bands (no scheme reads these marks) there is a percentage but nothing is complete.
    """
    weighty = [c for c in components if c.weight]
    marked = [c for c in weighty if c.marked]
    total = sum((Fraction(c.weight) * c.share for c in marked), Fraction(0))
    weight = sum((Fraction(c.weight) for c in marked), Fraction(0))
    complete = bool(scheme.bands) and bool(weighty) and len(marked) == len(weighty)
    percentage = half_up(total * FULL / weight) if weight else None
    if not complete:
        return Outcome(half_up(total), percentage, "", None, False, False)
    read_as = half_up(total * FULL / weight, scheme.places)
    band = band_of(scheme, read_as)
    passed = band.passes and (not scheme.every_component or _passes_each(scheme, weighty))
    if band.passes and not passed:
        band = scheme.bands[-1]
    return Outcome(half_up(total), percentage, band.letter, band.points, passed, True)


def band_of(scheme: Scheme, percentage: Decimal) -> Band:
    """Return the first band whose minimum is reached: a boundary mark belongs to the band it opens."""
    for band in scheme.bands:
        if percentage >= band.minimum:
            return band
    return scheme.bands[-1]


def _passes_each(scheme: Scheme, components: Iterable[Assessed]) -> bool:
    lowest = min((band.minimum for band in scheme.bands if band.passes), default=Decimal(0))
    return all(half_up(c.share * FULL, scheme.places) >= lowest for c in components)


def counted(attempts: Iterable[Attempt], rule: RetakeRule) -> list[Attempt]:
    """Return the attempts that enter the overall average, after the retake rule.

    best: the attempt with the most points, of equal ones the later; latest: the last attempt; all: every attempt.
    """
    if rule is RetakeRule.ALL:
        return list(attempts)
    chosen: dict[int, Attempt] = {}
    for item in attempts:
        held = chosen.get(item.course_id)
        if held is None or _rank(item, rule) > _rank(held, rule):
            chosen[item.course_id] = item
    return list(chosen.values())


def _rank(item: Attempt, rule: RetakeRule) -> tuple[Decimal, bool, int, int]:
    if rule is RetakeRule.BEST:
        return item.points, item.passed, item.term, item.attempt
    return Decimal(0), False, item.term, item.attempt


def average(attempts: Iterable[Attempt]) -> Decimal | None:
    """Return the credit-weighted average of points; None without credits."""
    points = credits = Fraction(0)
    for item in attempts:
        points += Fraction(item.credits) * Fraction(item.points)
        credits += Fraction(item.credits)
    return half_up(points / credits) if credits else None


def earned(attempts: Iterable[Attempt]) -> Decimal:
    """Return the credits of the passed courses, each course once."""
    by_course: dict[int, Decimal] = defaultdict(Decimal)
    for item in attempts:
        if item.passed:
            by_course[item.course_id] = max(by_course[item.course_id], item.credits)
    return sum(by_course.values(), Decimal(0))


def standings(attempts: Sequence[Attempt], rule: RetakeRule) -> dict[int, Standing]:
    """Return the standing after each term in which something was finished, in the order of time.

    A term's own average counts every attempt of that term; the overall average counts what the retake rule leaves.
    """
    found: dict[int, Standing] = {}
    for term in sorted({item.term for item in attempts}):
        own = [item for item in attempts if item.term == term]
        so_far = counted([item for item in attempts if item.term <= term], rule)
        found[term] = Standing(
            credits=sum((item.credits for item in own), Decimal(0)),
            credits_earned=earned(so_far),
            sgpa=average(own),
            cgpa=average(so_far),
        )
    return found
