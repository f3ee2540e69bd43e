"""Lines of files: what each column of an import may hold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from quad.academics.forms.teaching import MAXIMUM_HIGHEST
from quad.academics.models.results import AwardKind
from quad.academics.models.teaching import (
    ComponentKind,
    EnrolmentStatus,
    ResultState,
    Weighting,
)
from quad.core.forms import Form, words
from quad.core.i18n import lazy_gettext as _l

Register = Annotated[str, words(_l("Register number"), longest=40)]
Code = Annotated[str, words(_l("Course"), longest=40)]
TermCode = Annotated[str, words(_l("Term"), longest=20)]
Section = Annotated[str, words(_l("Section"), longest=8)]


class PlaceRow(Form):
    """A student in an offering: how every line about one of them begins."""

    register_number: Register
    course: Code
    term: TermCode
    section: Section = "A"


class EnrolmentRow(PlaceRow):
    """One line of a file of enrolments. Without a status the student is enrolled."""

    status: Annotated[EnrolmentStatus, Field(title=_l("Status"))] = EnrolmentStatus.ENROLLED
    enrolled_on: Annotated[date | None, Field(title=_l("Enrolled on"))] = None
    withdrawn_on: Annotated[date | None, Field(title=_l("Withdrawn on"))] = None


class OfferingRow(Form):
    """One line of a file of offerings. An empty cell leaves what is there."""

    course: Code
    term: TermCode
    section: Section = "A"
    teacher: Annotated[str | None, words(_l("Teacher"), longest=254)] = None
    weighting: Annotated[Weighting | None, Field(title=_l("What counts"))] = None
    exam_share: Annotated[
        Decimal | None, Field(title=_l("Share of the exam in %"), ge=0, le=100, decimal_places=2)
    ] = None


class ComponentRow(Form):
    """One line of a file of components."""

    course: Code
    term: TermCode
    section: Section = "A"
    name: Annotated[str, words(_l("Component"), longest=80)]
    kind: Annotated[ComponentKind, Field(title=_l("Kind"))]
    kind_name: Annotated[str | None, words(_l("Your word for the kind"), longest=40)] = None
    maximum: Annotated[
        Decimal, Field(title=_l("Maximum"), gt=0, le=MAXIMUM_HIGHEST, decimal_places=2)
    ]
    weight: Annotated[Decimal, Field(title=_l("Weight in %"), ge=0, le=100, decimal_places=2)] = (
        Decimal(0)
    )
    due_on: Annotated[date | None, Field(title=_l("Due on"))] = None
    published: Annotated[bool, Field(title=_l("Marks shown"))] = False


class AwardRow(PlaceRow):
    """One line of a file of awarded results; a grade has a letter, the other kinds have none."""

    kind: Annotated[AwardKind, Field(title=_l("Result"))]
    letter: Annotated[str | None, words(_l("Grade"), longest=20)] = None
    reason: Annotated[str | None, words(_l("Reason"), longest=300)] = None


class ResultStateRow(Form):
    """One line of a file that says how far the results of an offering are."""

    course: Code
    term: TermCode
    section: Section = "A"
    state: Annotated[ResultState, Field(title=_l("State"))]


class MentorRow(Form):
    """One line of a file of mentors, by their e-mail addresses. An empty cell leaves what is there."""

    register_number: Register
    advisor: Annotated[str | None, words(_l("Advisor"), longest=254)] = None
    counsellor: Annotated[str | None, words(_l("Counsellor"), longest=254)] = None
