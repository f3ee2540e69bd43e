"""Marks to letters to averages: exact, rounded once, at the boundaries too."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quad.academics import grading
from quad.academics.grading import Assessed, Attempt, Band, Scheme
from quad.institution.models import RetakeRule
from tests.factories.academics import TEN_POINT

BANDS = tuple(
    Band(letter, Decimal(low), Decimal(points), passes) for letter, low, points, passes in TEN_POINT
)
SCHEME = Scheme(BANDS)


def one(value, maximum=100, scheme=SCHEME):
    return grading.outcome(scheme, [Assessed(Decimal(maximum), Decimal(100), Decimal(value))])


@pytest.mark.feature("L16", "L20")
@pytest.mark.parametrize(
    ("percent", "letter"),
    [
        ("100", "S"),
        ("90", "S"),
        ("89.99", "A"),
        ("80", "A"),
        ("40", "E"),
        ("39.99", "F"),
        ("0", "F"),
    ],
)
def test_a_boundary_mark_belongs_to_the_band_it_opens(percent, letter):
    assert one(percent).letter == letter


def test_the_percentage_is_rounded_half_up_before_its_band_is_looked_up():
    whole = Scheme(BANDS, places=0)
    assert one("89.5", scheme=whole).letter == "S"
    assert one("89.49", scheme=whole).letter == "A"


def test_marks_are_weighed_and_an_absence_counts_as_nothing():
    parts = [
        Assessed(Decimal(30), Decimal(40), Decimal(15)),
        Assessed(Decimal(100), Decimal(60), absent=True),
    ]
    outcome = grading.outcome(SCHEME, parts)
    assert (outcome.total, outcome.percentage, outcome.letter) == (
        Decimal("20.00"),
        Decimal("20.00"),
        "F",
    )


def test_what_is_not_marked_yet_leaves_the_result_open():
    parts = [Assessed(Decimal(30), Decimal(40), Decimal(15)), Assessed(Decimal(100), Decimal(60))]
    outcome = grading.outcome(SCHEME, parts)
    assert not outcome.complete
    assert outcome.points is None
    assert outcome.percentage == Decimal("50.00")


def test_a_component_without_weight_decides_nothing():
    parts = [Assessed(Decimal(10), Decimal(100), Decimal(10)), Assessed(Decimal(10), Decimal(0))]
    assert grading.outcome(SCHEME, parts).letter == "S"
    assert not grading.outcome(SCHEME, parts[1:]).complete


def test_a_pass_in_every_component_can_be_asked_for():
    strict = Scheme(BANDS, every_component=True)
    parts = [
        Assessed(Decimal(100), Decimal(50), Decimal(100)),
        Assessed(Decimal(100), Decimal(50), Decimal(39)),
    ]
    assert grading.outcome(SCHEME, parts).letter == "C"
    outcome = grading.outcome(strict, parts)
    assert (outcome.letter, outcome.passed) == ("F", False)


def attempt(course, term, points, credits=4, number=1, passed=True):
    return Attempt(course, term, number, Decimal(credits), Decimal(points), passed)


@pytest.mark.feature("L16", "L17")
def test_averages_weigh_by_credits_and_ten_is_ten():
    standing = grading.standings([attempt(1, 0, 10, 3), attempt(2, 0, 10, 4)], RetakeRule.BEST)
    assert standing[0].sgpa == standing[0].cgpa == Decimal("10.00")
    mixed = grading.standings([attempt(1, 0, 9, 4), attempt(2, 1, 6, 2)], RetakeRule.BEST)
    assert (mixed[1].sgpa, mixed[1].cgpa) == (Decimal("6.00"), Decimal("8.00"))


@pytest.mark.parametrize(
    ("rule", "cgpa", "earned"),
    [
        (RetakeRule.BEST, "8.00", 4),
        (RetakeRule.LATEST, "0.00", 0),
        (RetakeRule.ALL, "4.00", 4),
    ],
)
def test_the_retake_rule_says_which_attempt_counts(rule, cgpa, earned):
    tries = [attempt(1, 0, 8), attempt(1, 1, 0, number=2, passed=False)]
    last = grading.standings(tries, rule)[1]
    assert (last.cgpa, last.credits_earned, last.sgpa) == (Decimal(cgpa), earned, Decimal("0.00"))


def test_courses_without_credits_carry_no_average():
    last = grading.standings([attempt(1, 0, 9, credits=0)], RetakeRule.BEST)[0]
    assert last.sgpa is None
    assert last.cgpa is None
    assert last.credits_earned == 0


def test_nothing_finished_is_no_standing():
    assert grading.standings([], RetakeRule.BEST) == {}


@given(
    st.lists(
        st.tuples(st.decimals(0, 10, places=2), st.decimals("0.25", 30, places=2)),
        min_size=1,
        max_size=40,
    )
)
def test_an_average_equals_an_independent_calculation_with_fractions(pairs):
    found = grading.average(
        Attempt(n, 0, 1, credits, points, True) for n, (points, credits) in enumerate(pairs)
    )
    weights = sum((Fraction(c) for _p, c in pairs), Fraction(0))
    cents = sum((Fraction(p) * Fraction(c) for p, c in pairs), Fraction(0)) / weights * 100
    floor = cents.numerator // cents.denominator
    expected = floor + (1 if cents - floor >= Fraction(1, 2) else 0)
    assert found == Decimal(expected) / 100
