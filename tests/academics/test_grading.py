"""Marks to letters to averages: exact, rounded once, at the boundaries too."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quad.academics import grading
from quad.academics.grading import Assessed, Attempt, Awarded, Band, Scheme
from quad.academics.models.results import AwardKind, Standing
from quad.academics.models.teaching import Weighting
from quad.institution.models import Averaging, RetakeRule
from quad.institution.service.scheme_templates import BY_KEY
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
    """How many decimals a percentage has is the institution's rule; rounding is half up, as registrars round."""
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


def part(value, maximum, weight, *, exam=False, absent=False):
    got = None if value is None else Decimal(value)
    return Assessed(Decimal(maximum), Decimal(weight), got, absent, exam)


def test_weights_count_in_proportion_when_they_do_not_make_a_hundred():
    outcome = grading.outcome(SCHEME, [part(10, 20, 30), part(90, 100, 60)])
    assert (outcome.total, outcome.percentage) == (Decimal("69.00"), Decimal("76.67"))


def test_points_are_all_marks_over_all_maxima_whatever_the_weights():
    parts = [part(10, 20, 0), part(60, 80, 100)]
    outcome = grading.outcome(SCHEME, parts, Weighting.POINTS)
    assert (outcome.total, outcome.percentage, outcome.letter) == (
        Decimal("70.00"),
        Decimal("70.00"),
        "B",
    )
    halfway = grading.outcome(SCHEME, [parts[0], part(None, 80, 0)], Weighting.POINTS)
    assert (halfway.percentage, halfway.standing) == (Decimal("50.00"), Standing.OPEN)


@pytest.mark.parametrize(
    ("parts", "share", "percentage"),
    [
        # Coursework to 100 and the exam to 100, apart, as the Open University's data have it.
        ([part(80, 100, 40), part(50, 100, 60), part(90, 100, 100, exam=True)], 50, "76.00"),
        ([part(80, 100, 40), part(50, 100, 60), part(90, 100, 100, exam=True)], 25, "69.00"),
        # CCC: two exams, 200 together, still one part.
        (
            [part(60, 100, 100), part(70, 100, 100, exam=True), part(90, 100, 100, exam=True)],
            50,
            "70.00",
        ),
        # GGG: coursework of no weight; the exam is the whole, and the other way round.
        ([part(10, 100, 0), part(64, 100, 100, exam=True)], 50, "64.00"),
        ([part(64, 100, 100), part(10, 100, 0, exam=True)], 50, "64.00"),
    ],
)
def test_coursework_and_exam_are_two_percentages_joined_by_the_share(parts, share, percentage):
    outcome = grading.outcome(SCHEME, parts, Weighting.COURSEWORK_EXAM, Decimal(share))
    assert outcome.percentage == outcome.total == Decimal(percentage)
    assert outcome.standing is Standing.FINAL


@given(
    st.lists(
        st.tuples(
            st.decimals(1, 300, places=2),
            st.decimals(0, 100, places=2),
            st.integers(0, 10_000),
            st.booleans(),
            st.booleans(),
        ),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(Weighting),
    st.integers(0, 100),
)
def test_every_weighting_equals_an_independent_calculation_with_fractions(rows, weighting, share):
    parts = []
    for maximum, weight, reached, exam, absent in rows:
        value = (maximum * reached / 10_000).quantize(Decimal("0.01"))
        parts.append(Assessed(maximum, weight, min(value, maximum), absent, exam))

    def percent(some, by):
        whole = sum((Fraction(by(one)) for one in some), Fraction(0))
        got = (
            Fraction(by(one))
            * (Fraction(0) if one.absent else Fraction(one.value))
            / Fraction(one.maximum)
            for one in some
        )
        return sum(got, Fraction(0)) * 100 / whole if whole else None

    if weighting is Weighting.POINTS:
        expected = percent(parts, lambda one: one.maximum)
    elif weighting is Weighting.WEIGHTS:
        expected = percent(parts, lambda one: one.weight)
    else:
        work = percent([one for one in parts if not one.exam], lambda one: one.weight)
        exam = percent([one for one in parts if one.exam], lambda one: one.weight)
        if work is None or exam is None:
            expected = exam if work is None else work
        else:
            expected = (work * (100 - share) + exam * share) / 100
    found = grading.outcome(SCHEME, parts, weighting, Decimal(share)).percentage
    cents = None if expected is None else int(expected * 100 + Fraction(1, 2))
    assert found == (None if cents is None else Decimal(cents) / 100)


@pytest.mark.feature("L20")
def test_absent_from_every_exam_is_absent_with_no_points():
    """UGC, Guidelines on Adoption of CBCS, table 1: Ab (Absent) has the grade point 0."""
    parts = [part(90, 100, 50), part(None, 100, 50, exam=True, absent=True)]
    outcome = grading.outcome(SCHEME, parts)
    assert (outcome.standing, outcome.letter, outcome.points) == (Standing.ABSENT, "", Decimal(0))
    assert outcome.settled
    assert not outcome.passed
    sat = [*parts, part(80, 100, 50, exam=True)]
    assert grading.outcome(SCHEME, sat).standing is Standing.FINAL


@pytest.mark.feature("L20")
def test_absent_from_everything_is_absent_even_without_an_exam():
    outcome = grading.outcome(
        SCHEME, [part(None, 30, 40, absent=True), part(None, 40, 60, absent=True)]
    )
    assert (outcome.standing, outcome.percentage) == (Standing.ABSENT, Decimal("0.00"))


def test_withdrawn_and_incomplete_enter_no_average():
    """AACRAO, Academic Record and Transcript Guide: W and I are noted and left out of the average."""
    full = [part(90, 100, 100)]
    withdrawn = grading.outcome(SCHEME, full, withdrawn=True)
    incomplete = grading.outcome(SCHEME, full, award=Awarded(AwardKind.INCOMPLETE))
    for outcome, standing in ((withdrawn, "withdrawn"), (incomplete, "incomplete")):
        assert (outcome.standing, outcome.points, outcome.letter) == (standing, None, "")
        assert not outcome.settled


def test_an_award_goes_before_the_marks_and_withdrawal_before_the_award():
    full, given_ = [part(10, 100, 100)], Awarded(AwardKind.GRADE, "A")
    outcome = grading.outcome(SCHEME, full, award=given_)
    assert (outcome.letter, outcome.points, outcome.passed) == ("A", Decimal(9), True)
    assert grading.outcome(SCHEME, full, award=given_, withdrawn=True).points is None
    assert grading.outcome(SCHEME, full, award=Awarded(AwardKind.TAKEN_BACK)).letter == "F"


def test_an_awarded_letter_without_a_band_stays_without_points_or_credits():
    outcome = grading.outcome(SCHEME, [], award=Awarded(AwardKind.GRADE, "Merit"))
    assert (outcome.letter, outcome.points, outcome.passed) == ("Merit", None, False)


def scheme_named(key):
    template = BY_KEY[key]
    bands = tuple(
        Band(letter, Decimal(low), Decimal(points), passes)
        for letter, low, points, passes in template.bands
    )
    return Scheme(bands, retake=template.retake, averaging=template.averaging)


# By source: every band with the percentage that opens it, and what enters averages there ("%" the percentage itself).
BOUNDARIES = {
    # Letters and points: UGC, Guidelines on Adoption of CBCS, table 1. The percentages are the institution's.
    "ten_point": "O 90 10, A+ 80 9, A 70 8, B+ 60 7, B 50 6, C 45 5, P 40 4, F 0 0",
    # College Board, How to Convert Your GPA to a 4.0 Scale: nothing above 4.0, F below 65.
    "four_point": "A 93 4.0, A- 90 3.7, B+ 87 3.3, B 83 3.0, B- 80 2.7, C+ 77 2.3, C 73 2.0, C- 70 1.7,"
    " D+ 67 1.3, D 65 1.0, F 0 0",
    # ECTS Users' Guide (2005): E is the last that passes, FX needs some more work, F considerably more; no points.
    "ects": "A 90 %, B 80 %, C 70 %, D 60 %, E 50 %, FX 40 %, F 0 %",
    # UKSCQA, degree classification: 70, 60, 50, 40. The average is of percentages.
    "percentage": "First 70 %, 2:1 60 %, 2:2 50 %, Third 40 %, Fail 0 %",
    # The Open University, Assessment Handbook: 85 distinction, 40 pass. There is nothing to average.
    "pass_distinction": "Distinction 85 -, Pass 40 -, Fail 0 -",
}
PASSES_FROM = {
    "ten_point": "40",
    "four_point": "65",
    "ects": "50",
    "percentage": "40",
    "pass_distinction": "40",
}


@pytest.mark.feature("L16", "L20")
@pytest.mark.parametrize("key", list(BY_KEY))
def test_at_every_boundary_of_a_usual_scheme_its_source_decides(key):
    scheme = scheme_named(key)
    bands = [line.split() for line in BOUNDARIES[key].split(", ")]
    below = [*bands[1:], None]
    for (letter, low, points), under in zip(bands, below, strict=True):
        for percent, expected, worth in (
            (low, letter, points),
            *([(str(Decimal(low) - Decimal("0.01")), under[0], under[2])] if under else []),
        ):
            outcome = one(percent, scheme=scheme)
            enters = {"%": Decimal(percent), "-": None}.get(worth)
            assert outcome.letter == expected
            assert outcome.points == (Decimal(worth) if worth not in "%-" else enters)
            assert outcome.passed == (Decimal(percent) >= Decimal(PASSES_FROM[key]))
    assert one("100", scheme=scheme).letter == bands[0][0]
    assert BY_KEY[key].source


@pytest.mark.parametrize("key", list(BY_KEY))
def test_in_every_usual_scheme_absence_and_withdrawal_pass_nothing(key):
    scheme = scheme_named(key)
    absent = grading.outcome(scheme, [part(None, 100, 100, exam=True, absent=True)])
    assert absent.points == (None if scheme.averaging is Averaging.NONE else Decimal(0))
    assert not absent.passed
    gone = grading.outcome(scheme, [part(100, 100, 100)], withdrawn=True)
    assert (gone.points, gone.settled) == (None, False)


def test_without_an_average_credits_still_count():
    scheme = scheme_named("pass_distinction")
    passed = one("60", scheme=scheme)
    tries = [
        Attempt(1, 0, 1, Decimal(30), None, False),
        Attempt(1, 1, 2, Decimal(30), passed.points, passed.passed),
    ]
    last = grading.standings(tries, RetakeRule.BEST)[1]
    assert (last.sgpa, last.cgpa, last.credits_earned) == (None, None, Decimal(30))


def test_an_awarded_class_counts_the_least_percentage_that_earns_it():
    scheme = scheme_named("percentage")
    award = Awarded(AwardKind.GRADE, "First")
    assert grading.outcome(scheme, [part(55, 100, 100)], award=award).points == Decimal(70)
    assert grading.outcome(scheme, [part(78, 100, 100)], award=award).points == Decimal(78)


def test_the_percentage_is_rounded_once_from_the_exact_value():
    """89.495 is shown as 89.50, which would be 90; the letter is read off 89.495, which is 89."""
    parts = [part("89.49", 100, 1), part("89.5", 100, 1)]
    assert grading.outcome(Scheme(BANDS, places=0), parts).letter == "A"


def attempt(course, term, points, credits=4, number=1, passed=True):
    return Attempt(course, term, number, Decimal(credits), Decimal(points), passed)


@pytest.mark.feature("L16", "L17")
def test_averages_weigh_by_credits_and_ten_is_ten():
    """UGC, Guidelines on Adoption of CBCS: SGPA = Σ(Ci × Gi) / ΣCi, CGPA the same over all terms, two decimals."""
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
    """UGC, Guidelines on Adoption of CBCS: non-credit courses are not counted for SGPA and CGPA."""
    last = grading.standings([attempt(1, 0, 9, credits=0)], RetakeRule.BEST)[0]
    assert last.sgpa is None
    assert last.cgpa is None
    assert last.credits_earned == 0


def test_nothing_finished_is_no_standing():
    """UGC's formula divides by the sum of credits: without any there is no average, and not one of 0."""
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
