"""Grading schemes ready to be taken over and edited.

Where a source fixes letters and points but leaves the percentages to the institution, the percentages here are the
usual ones and the first thing to look at.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from quad.core.i18n import lazy_gettext as _l
from quad.institution.models import Averaging, GradeBand, GradingScheme, PassRule, RetakeRule

Bands = tuple[tuple[str, str, str, bool], ...]

# University Grants Commission (India), Guidelines on Adoption of Choice Based Credit System (2015), table 1 "Grades and
# Grade Points": O 10, A+ 9, A 8, B+ 7, B 6, C 5, P 4, F 0, Ab 0. The percentages are the institution's.
TEN_POINT: Bands = (
    ("O", "90", "10", True),
    ("A+", "80", "9", True),
    ("A", "70", "8", True),
    ("B+", "60", "7", True),
    ("B", "50", "6", True),
    ("C", "45", "5", True),
    ("P", "40", "4", True),
    ("F", "0", "0", False),
)
# College Board, "How to Convert Your GPA to a 4.0 Scale": A 93 to 100 (A+ has no more points), A- 90, B+ 87 … D 65, F
# below. Steps of 0.3 and 0.4 between whole points.
FOUR_POINT: Bands = (
    ("A", "93", "4.0", True),
    ("A-", "90", "3.7", True),
    ("B+", "87", "3.3", True),
    ("B", "83", "3.0", True),
    ("B-", "80", "2.7", True),
    ("C+", "77", "2.3", True),
    ("C", "73", "2.0", True),
    ("C-", "70", "1.7", True),
    ("D+", "67", "1.3", True),
    ("D", "65", "1.0", True),
    ("F", "0", "0", False),
)
# European Commission, ECTS Users' Guide (edition of 2005), "ECTS grading scale": five passing grades A to E, and FX
# ("some more work required") apart from F ("considerable further work is required"). The guide has no grade points and
# no percentages; the points here only keep the letters in order.
ECTS: Bands = (
    ("A", "90", "5", True),
    ("B", "80", "4", True),
    ("C", "70", "3", True),
    ("D", "60", "2", True),
    ("E", "50", "1", True),
    ("FX", "40", "0", False),
    ("F", "0", "0", False),
)
# The classes of British honours degrees as universities there share them (UK Standing Committee for Quality Assessment,
# description of degree classification): 70 first, 60 upper second,
# 50 lower second, 40 third.
PERCENTAGE: Bands = (
    ("First", "70", "70", True),
    ("2:1", "60", "60", True),
    ("2:2", "50", "50", True),
    ("Third", "40", "40", True),
    ("Fail", "0", "0", False),
)
# The Open University, Assessment Handbook, module results: Distinction from 85, passes from 40, Fail below.
PASS_DISTINCTION: Bands = (
    ("Distinction", "85", "2", True),
    ("Pass", "40", "1", True),
    ("Fail", "0", "0", False),
)


@dataclass(frozen=True)
class Template:
    """A scheme to start from. `name` and `source` are names, not words: they stay as they are in every language."""

    key: str
    name: str
    about: str
    source: str
    maximum: str
    bands: Bands
    averaging: Averaging = Averaging.POINTS
    retake: RetakeRule = RetakeRule.BEST


TEMPLATES = (
    Template(
        "ten_point",
        "10-point scale",
        _l("Letters from O to F with 10 to 0 points, as the UGC of India recommends."),
        "UGC, Guidelines on Adoption of Choice Based Credit System, table 1",
        "10",
        TEN_POINT,
    ),
    Template(
        "four_point",
        "4.0 scale",
        _l("Letters with plus and minus, 4.0 at the top. The latest attempt counts."),
        "College Board, How to Convert Your GPA to a 4.0 Scale",
        "4",
        FOUR_POINT,
        retake=RetakeRule.LATEST,
    ),
    Template(
        "ects",
        "ECTS",
        _l("A to E pass, FX and F do not. The average is of percentages, for ECTS has no points."),
        "European Commission, ECTS Users’ Guide (2005), ECTS grading scale",
        "100",
        ECTS,
        averaging=Averaging.PERCENTAGE,
    ),
    Template(
        "percentage",
        "Percentage",
        _l("The average is of percentages; classes from first to third are read off it."),
        "UKSCQA, description of degree classification",
        "100",
        PERCENTAGE,
        averaging=Averaging.PERCENTAGE,
    ),
    Template(
        "pass_distinction",
        "Pass and distinction",
        _l("Passed, passed with distinction, or not. There is no average."),
        "The Open University, Assessment Handbook",
        "2",
        PASS_DISTINCTION,
        averaging=Averaging.NONE,
    ),
)
BY_KEY = {template.key: template for template in TEMPLATES}


def scheme_of(template: Template, name: str = "") -> GradingScheme:
    """Return a new scheme made of a template, not yet in the database."""
    return GradingScheme(
        name=name or template.name,
        name_key=name or template.name,
        maximum=Decimal(template.maximum),
        rounding_places=2,
        retake_rule=template.retake,
        pass_rule=PassRule.OVERALL,
        averaging=template.averaging,
        bands=[
            GradeBand(
                position=position,
                letter=letter,
                minimum=Decimal(minimum),
                points=Decimal(points),
                passes=passes,
            )
            for position, (letter, minimum, points, passes) in enumerate(template.bands)
        ],
    )
