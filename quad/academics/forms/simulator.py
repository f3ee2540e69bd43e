"""What a student supposes in the simulator."""

from __future__ import annotations

import enum
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from quad.academics.forms.awards import LETTER_LENGTH
from quad.academics.forms.marks import Typed
from quad.academics.forms.teaching import CREDITS_HIGHEST
from quad.core.forms import Form, Id, words
from quad.core.i18n import lazy_gettext as _l

MOST_GUESSES = 400
MOST_COURSES = 60
TERMS_AHEAD = 12

Letter = Annotated[str, words(_l("Grade"), longest=LETTER_LENGTH)]


class Average(enum.StrEnum):
    """Which average is meant."""

    CGPA = "cgpa"
    SGPA = "sgpa"


class MarkGuess(Form):
    """A mark one supposes in one component of a course under way."""

    enrolment_id: Id
    component_id: Id
    value: Annotated[Typed | None, Field(title=_l("Mark"))] = None
    absent: bool = False


class LetterGuess(Form):
    """A grade one supposes for a whole course."""

    enrolment_id: Id
    letter: Letter


class CourseGuess(Form):
    """A course one may take later. `term` counts the terms to come from 1; `course_id` says that it is a retake."""

    title: Annotated[str, words(_l("Course"), longest=160)]
    credits: Annotated[
        Decimal, Field(title=_l("Credits"), ge=0, le=CREDITS_HIGHEST, decimal_places=2)
    ]
    letter: Letter
    term: Annotated[int, Field(title=_l("Term"), ge=1, le=TERMS_AHEAD)] = 1
    course_id: Id | None = None


class Guesses(Form):
    marks: Annotated[list[MarkGuess], Field(max_length=MOST_GUESSES)] = []
    letters: Annotated[list[LetterGuess], Field(max_length=MOST_GUESSES)] = []
    courses: Annotated[list[CourseGuess], Field(max_length=MOST_COURSES)] = []


class Goal(Form):
    """The reverse question: which mark in this component brings the average to `target`?"""

    enrolment_id: Id
    component_id: Id
    target: Annotated[Decimal, Field(title=_l("Target"), ge=0, le=100, decimal_places=2)]
    average: Average = Average.CGPA


class Simulate(Guesses):
    goal: Goal | None = None


class NewScenario(Form):
    name: Annotated[str, words(_l("Name"), hint=_l("For example: a good autumn."), longest=80)]
    guesses: Guesses


class ShareScenario(Form):
    shared: Annotated[bool, Field(title=_l("My advisor and teachers may see it"))] = False
