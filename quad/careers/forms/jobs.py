"""Input of jobs and drives."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field

from quad.audience.forms import AudienceIn
from quad.careers.models.jobs import (
    COMPANY_LENGTH,
    KINDS,
    NAME_LENGTH,
    PERIODS,
    PLACE_LENGTH,
    TITLE_LENGTH,
    WORKPLACES,
    JobKind,
    PayPeriod,
    Workplace,
)
from quad.core.forms import Form, Id, words
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.skills.forms import SkillNames

LONGEST_ABOUT = 20_000
MOST_SKILLS = 20
MOST_QUESTIONS = 10
QUESTION_LENGTH = 300
HIGHEST = Decimal("9999999999.99")
NEEDED = "*"


def currency_code(value: str) -> str:
    """Return the three letters of a currency in capitals, "" for none. Raises ValueError."""
    code = value.upper()
    if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise ValueError(_("Write the three letters of the currency, such as INR or EUR."))
    return code


def money_field(title: str) -> object:
    """Return what an amount of money is checked by."""
    return Field(
        title=title,
        ge=0,
        le=HIGHEST,
        decimal_places=2,
        json_schema_extra={"inputmode": "decimal"},
    )


class JobIn(AudienceIn):
    """A job as its poster writes it; the fields `for_…` say who may apply.

    `deadline` without a zone is in the institution's. Each line of `questions` is one question; a star at its end makes
    the answer required. Skills are written as the catalogue has them.
    """

    title: Annotated[str, words(_l("Title"), longest=TITLE_LENGTH)]
    company: Annotated[str, words(_l("Company"), longest=COMPANY_LENGTH)]
    kind: Annotated[
        JobKind, Field(title=_l("Kind"), json_schema_extra={"choices": list(KINDS.items())})
    ] = JobKind.FULL_TIME
    about: Annotated[
        str,
        words(
            _l("About the work"),
            hint=_l("What one does, what helps, how it goes on. Markdown is understood."),
            longest=LONGEST_ABOUT,
            widget="textarea",
            rows=10,
        ),
    ]
    workplace: Annotated[
        Workplace,
        Field(title=_l("Workplace"), json_schema_extra={"choices": list(WORKPLACES.items())}),
    ] = Workplace.ON_SITE
    location: Annotated[
        str, words(_l("Location"), hint=_l("City and country."), longest=PLACE_LENGTH, shortest=0)
    ] = ""
    salary_min: Annotated[Decimal | None, money_field(_l("Salary from"))] = None
    salary_max: Annotated[Decimal | None, money_field(_l("Salary to"))] = None
    currency: Annotated[
        str,
        AfterValidator(currency_code),
        Field(title=_l("Currency"), json_schema_extra={"maxlength": 3}),
    ] = ""
    pay_period: Annotated[
        PayPeriod, Field(title=_l("Paid per"), json_schema_extra={"choices": list(PERIODS.items())})
    ] = PayPeriod.YEAR
    places: Annotated[
        int | None,
        Field(title=_l("Places"), ge=1, le=100_000, json_schema_extra={"inputmode": "numeric"}),
    ] = None
    starts_on: Annotated[date | None, Field(title=_l("Work begins on"))] = None
    deadline: Annotated[datetime, Field(title=_l("Apply until"))]
    required_skills: Annotated[SkillNames, Field(title=_l("Required skills"))] = []
    nice_skills: Annotated[SkillNames, Field(title=_l("Skills that are welcome"))] = []
    questions: Annotated[
        str,
        words(
            _l("Your questions"),
            hint=_l("One a line. A star at the end of a line makes the answer required."),
            longest=MOST_QUESTIONS * (QUESTION_LENGTH + 2),
            shortest=0,
            widget="textarea",
            rows=3,
        ),
    ] = ""
    cv_needed: Annotated[bool, Field(title=_l("A CV must be handed in"))] = True
    only_audience: Annotated[
        bool, Field(title=_l("Only those who are meant see this job at all"))
    ] = False
    drive_id: Annotated[
        Id | None,
        Field(title=_l("Placement drive"), json_schema_extra={"placeholder": _l("None")}),
    ] = None


class JobEdit(JobIn):
    """A job to save. `version` is the one the form was opened with."""

    version: Annotated[int, Field(json_schema_extra={"widget": "hidden"})]


class SendBack(Form):
    reason: Annotated[
        str,
        words(
            _l("What should be changed?"),
            hint=_l("Who posted the job reads it."),
            longest=1_000,
            widget="textarea",
            rows=3,
        ),
    ]


class DriveIn(Form):
    """A placement drive, from its first day to its last."""

    name: Annotated[str, words(_l("Name"), longest=NAME_LENGTH)]
    about: Annotated[
        str, words(_l("About"), longest=LONGEST_ABOUT, shortest=0, widget="textarea", rows=4)
    ] = ""
    starts_on: Annotated[date, Field(title=_l("First day"))]
    ends_on: Annotated[date, Field(title=_l("Last day"))]


class DriveEdit(DriveIn):
    """A drive to save. `version` is the one the form was opened with."""

    version: Annotated[int, Field(json_schema_extra={"widget": "hidden"})]
