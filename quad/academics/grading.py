"""The arithmetic of results: marks to percentage to letter to points, and averages. Exact, rounded once, half up.

Sources. Averages: University Grants Commission (India), Guidelines on Adoption of Choice Based Credit System, section
on SGPA and CGPA: SGPA is the sum of credits × grade points over the sum of credits of a term, CGPA the same over all
terms, both rounded to two decimals. 4.0 institutions weigh by credit hours in the same way.
Absent: the same guidelines' table of letters gives Ab the grade point 0, so it enters the average as a fail does.
Incomplete and withdrawn (I, W): noted on the record and left out of averages (AACRAO, transcript guide).
Which attempt counts after a retake is the institution's rule (`institution.models.RetakeRule`).

All figures have at most two decimals, as the database keeps them; between them there are whole numbers only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Protocol

from quad.academics.models.results import AwardKind, Standing
from quad.academics.models.teaching import Weighting
from quad.institution.models import Averaging, RetakeRule

PLACES = 2
CENT = 100
HALF = Decimal(50)
WHOLE = Decimal(100)
ZERO = Decimal(0)


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
    passing band's percentage in each component as well. `averaging` says what enters averages.
    """

    bands: tuple[Band, ...]
    places: int = PLACES
    retake: RetakeRule = RetakeRule.BEST
    every_component: bool = False
    averaging: Averaging = Averaging.POINTS

    def named(self, letter: str) -> Band | None:
        """Return the band of this letter; None when the scheme has no such letter (any more)."""
        return next((band for band in self.bands if band.letter == letter), None)


class Part(Protocol):
    """A component, as far as the arithmetic goes."""

    @property
    def maximum(self) -> Decimal: ...
    @property
    def weight(self) -> Decimal: ...
    @property
    def exam(self) -> bool: ...


class Cell(Protocol):
    """What a student got in one component: a value, absent (counts as 0), or nothing (yet, or any more)."""

    @property
    def value(self) -> Decimal | None: ...
    @property
    def absent(self) -> bool: ...


@dataclass(frozen=True)
class Assessed:
    """One component together with what a student got in it. `exam` says that it belongs to the exam's part."""

    maximum: Decimal
    weight: Decimal
    value: Decimal | None = None
    absent: bool = False
    exam: bool = False


@dataclass(frozen=True)
class Awarded:
    """What a person gave instead of the computed result."""

    kind: AwardKind
    letter: str = ""


@dataclass(frozen=True)
class Outcome:
    """What an enrolment comes to.

    `total` is out of the plan's `whole`, over what is marked so far; `percentage` is of the marked part alone. `points`
    is what enters averages (grade points or the percentage, as the scheme says); None where nothing does.
    """

    total: Decimal
    percentage: Decimal | None
    letter: str = ""
    points: Decimal | None = None
    passed: bool = False
    standing: Standing = Standing.OPEN

    @property
    def complete(self) -> bool:
        """Tell whether nothing more is awaited."""
        return self.standing is not Standing.OPEN

    @property
    def settled(self) -> bool:
        """Tell whether this belongs into averages and credits once it is published."""
        return self.standing in (Standing.FINAL, Standing.ABSENT)


@dataclass(frozen=True)
class Attempt:
    """One finished attempt at a course. `term` orders terms in time; `points` is None where nothing is averaged."""

    course_id: int
    term: int
    attempt: int
    credits: Decimal
    points: Decimal | None
    passed: bool


@dataclass(frozen=True)
class Averages:
    """Averages and credits after one term; an average is None where no credits carry it."""

    credits: Decimal
    credits_earned: Decimal
    sgpa: Decimal | None
    cgpa: Decimal | None


NOTHING = Averages(ZERO, ZERO, None, None)


def cents(value: Decimal) -> int:
    """Return a figure of at most two decimals as a whole number of hundredths."""
    return int(value.scaleb(PLACES))


def rounded(above: int, below: int, places: int = PLACES) -> Decimal:
    """Round a non-negative ratio of whole numbers half up: 65 / 8 becomes 8.13."""
    return Decimal((2 * above * 10**places + below) // (2 * below)).scaleb(-places)


def half_up(value: Fraction, places: int = PLACES) -> Decimal:
    """Round a non-negative fraction half up: 8.125 becomes 8.13."""
    return rounded(value.numerator, value.denominator, places)


class Plan:
    """How the components of one offering make one percentage; made once, read for every student.

    `shares[i]` is the part of the result that component i decides (they sum to 1, or to 0 when nothing counts) and
    `whole` what a total is out of:

    - weights: the weights, whatever they sum to (out of that sum);
    - points: the maxima, so that the result is all marks over all maxima (out of the sum of maxima);
    - coursework_exam: the weights within each part, the exams' part being `exam_share` per cent and the coursework's
      the rest; where one part has no weight at all, the other is the whole (out of 100). The Open University keeps
      the two apart likewise: a continuous assessment score and an examination score, each out of 100.

    Where weights are used, a component of weight 0 decides nothing; in points the weights say nothing.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        weighting: Weighting = Weighting.WEIGHTS,
        exam_share: Decimal = HALF,
    ) -> None:
        self.parts = tuple(parts)
        self.shares = _shares(self.parts, weighting, exam_share)
        self.whole = _whole(self.parts, weighting)
        self.counting = tuple(i for i, share in enumerate(self.shares) if share)
        self.deciding = tuple(i for i in self.counting if parts[i].exam) or self.counting
        per_cent = [
            share / cents(part.maximum) if share and part.maximum else Fraction(0)
            for share, part in zip(self.shares, self.parts, strict=True)
        ]
        # Common denominators let every student's sum run in whole numbers.
        self._below = lcm(*(one.denominator for one in per_cent))
        self._per_cent = [int(one * self._below) for one in per_cent]
        self._share_below = lcm(*(one.denominator for one in self.shares))
        self._share_parts = [int(one * self._share_below) for one in self.shares]

    def outcome(
        self,
        scheme: Scheme,
        cells: Sequence[Cell | None],
        *,
        award: Awarded | None = None,
        withdrawn: bool = False,
    ) -> Outcome:
        """Return what `cells` (one for each part) come to under `scheme`.

        Withdrawn goes before an award, an award before the computed result. Computed: open until every component that
        counts is marked (or there are no bands to read marks by); absent for who was absent from every exam, or from
        everything where there is no exam; otherwise final.
        """
        above, marked, missing = 0, 0, False
        for i in self.counting:
            cell = cells[i]
            if cell is None or (cell.value is None and not cell.absent):
                missing = True
                continue
            marked += self._share_parts[i]
            if not cell.absent and cell.value:
                above += self._per_cent[i] * cents(cell.value)
        total = rounded(above * cents(self.whole), self._below * CENT)
        ratio = (above * self._share_below * CENT, self._below * marked) if marked else None
        reached = rounded(*ratio) if ratio else None
        if withdrawn:
            return Outcome(total, reached, standing=Standing.WITHDRAWN)
        if award is not None and award.kind is not AwardKind.TAKEN_BACK:
            return _awarded(scheme, award, total, reached)
        if missing or ratio is None or not scheme.bands:
            return Outcome(total, reached)
        if all(_absent(cells[i]) for i in self.deciding):
            return _absence(scheme, total, reached)
        read_as = rounded(*ratio, scheme.places)
        band = band_of(scheme, read_as)
        passed = band.passes and (not scheme.every_component or self._passes_each(scheme, cells))
        if band.passes and not passed:
            band = next((one for one in scheme.bands if not one.passes), band)
        points = _entering(scheme, band, read_as)
        return Outcome(total, reached, band.letter, points, passed, Standing.FINAL)

    def _passes_each(self, scheme: Scheme, cells: Sequence[Cell | None]) -> bool:
        lowest = min((band.minimum for band in scheme.bands if band.passes), default=ZERO)
        return all(
            rounded(_got(cells[i]) * CENT, cents(self.parts[i].maximum) or 1, scheme.places)
            >= lowest
            for i in self.counting
        )


def outcome(
    scheme: Scheme,
    components: Sequence[Assessed],
    weighting: Weighting = Weighting.WEIGHTS,
    exam_share: Decimal = HALF,
    *,
    award: Awarded | None = None,
    withdrawn: bool = False,
) -> Outcome:
    """Return what the marks of one enrolment come to; for many of one offering make a `Plan` once."""
    plan = Plan(components, weighting, exam_share)
    return plan.outcome(scheme, components, award=award, withdrawn=withdrawn)


def _shares(
    parts: Sequence[Part], weighting: Weighting, exam_share: Decimal
) -> tuple[Fraction, ...]:
    weights = [
        Fraction(part.maximum if weighting is Weighting.POINTS else part.weight) for part in parts
    ]
    if weighting is not Weighting.COURSEWORK_EXAM:
        whole = sum(weights, Fraction(0))
        return tuple(weight / whole if whole else Fraction(0) for weight in weights)
    sums = {True: Fraction(0), False: Fraction(0)}
    for part, weight in zip(parts, weights, strict=True):
        sums[part.exam] += weight
    exams = Fraction(exam_share) / CENT
    if not sums[True] or not sums[False]:
        exams = Fraction(1 if sums[True] else 0)
    of = {True: exams, False: 1 - exams}
    return tuple(
        of[part.exam] * weight / sums[part.exam] if weight else Fraction(0)
        for part, weight in zip(parts, weights, strict=True)
    )


def _whole(parts: Sequence[Part], weighting: Weighting) -> Decimal:
    if weighting is Weighting.COURSEWORK_EXAM:
        return WHOLE
    of_points = weighting is Weighting.POINTS
    return sum((part.maximum if of_points else part.weight for part in parts), ZERO)


def _absent(cell: Cell | None) -> bool:
    return cell is not None and cell.absent


def _got(cell: Cell | None) -> int:
    return 0 if cell is None or cell.absent or cell.value is None else cents(cell.value)


def _entering(scheme: Scheme, band: Band, percentage: Decimal) -> Decimal | None:
    """Return what enters averages for a result."""
    if scheme.averaging is Averaging.NONE:
        return None
    return percentage if scheme.averaging is Averaging.PERCENTAGE else band.points


def _awarded(scheme: Scheme, award: Awarded, total: Decimal, reached: Decimal | None) -> Outcome:
    """Return an awarded result. A letter the scheme has no band for stays on the record without points or credits."""
    if award.kind is AwardKind.INCOMPLETE:
        return Outcome(total, reached, standing=Standing.INCOMPLETE)
    if award.kind is AwardKind.ABSENT:
        return _absence(scheme, total, reached)
    band = scheme.named(award.letter)
    if band is None:
        return Outcome(total, reached, award.letter, None, False, Standing.FINAL)
    # Where percentages are averaged, a letter given by hand stands for the least percentage that earns it.
    fits = reached is not None and band_of(scheme, reached) is band
    points = _entering(scheme, band, reached if fits and reached is not None else band.minimum)
    return Outcome(total, reached, band.letter, points, band.passes, Standing.FINAL)


def _absence(scheme: Scheme, total: Decimal, reached: Decimal | None) -> Outcome:
    points = _entering(scheme, scheme.bands[-1], ZERO) if scheme.bands else None
    return Outcome(total, reached, "", points, False, Standing.ABSENT)


def band_of(scheme: Scheme, percentage: Decimal) -> Band:
    """Return the first band whose minimum is reached: a boundary mark belongs to the band it opens."""
    for band in scheme.bands:
        if percentage >= band.minimum:
            return band
    return scheme.bands[-1]


def counted(attempts: Iterable[Attempt], rule: RetakeRule) -> list[Attempt]:
    """Return the attempts that enter the overall average, after the retake rule.

    best: the attempt with the most points, of equal ones a passed one, then the later; latest: the last attempt; all:
    every attempt.
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
        points = Decimal(-1) if item.points is None else item.points
        return points, item.passed, item.term, item.attempt
    return ZERO, False, item.term, item.attempt


def average(attempts: Iterable[Attempt]) -> Decimal | None:
    """Return the credit-weighted average of points; None without credits or where nothing is averaged."""
    points = credits = 0
    for item in attempts:
        if item.points is not None:
            points += cents(item.credits) * cents(item.points)
            credits += cents(item.credits)
    return rounded(points, credits * CENT) if credits else None


def earned(attempts: Iterable[Attempt]) -> Decimal:
    """Return the credits of the passed courses, each course once."""
    by_course: dict[int, Decimal] = defaultdict(Decimal)
    for item in attempts:
        if item.passed:
            by_course[item.course_id] = max(by_course[item.course_id], item.credits)
    return sum(by_course.values(), ZERO)


def standings(attempts: Sequence[Attempt], rule: RetakeRule) -> dict[int, Averages]:
    """Return the averages after each term in which something was finished, in the order of time.

    A term's own average counts every attempt of that term; the overall average counts what the retake rule leaves.
    """
    found: dict[int, Averages] = {}
    for term in sorted({item.term for item in attempts}):
        own = [item for item in attempts if item.term == term]
        so_far = counted([item for item in attempts if item.term <= term], rule)
        found[term] = Averages(
            credits=sum((item.credits for item in own), ZERO),
            credits_earned=earned(so_far),
            sgpa=average(own),
            cgpa=average(so_far),
        )
    return found
