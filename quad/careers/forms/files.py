"""One job of a file."""

from __future__ import annotations

import enum
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from quad.careers.forms.jobs import LONGEST_ABOUT, currency_code, money_field
from quad.careers.models.jobs import (
    COMPANY_LENGTH,
    PLACE_LENGTH,
    TITLE_LENGTH,
    JobKind,
    PayPeriod,
    Workplace,
)
from quad.core.forms import Form, words
from quad.core.i18n import lazy_gettext as _l
from quad.identity.forms.accounts import Email, FullName

LONGEST_SKILLS = 2_000
DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _to_its_end(value: Any) -> Any:
    """A day alone means its last minute."""
    whole_day = isinstance(value, str) and DAY.fullmatch(value.strip())
    return f"{value.strip()}T23:59" if whole_day else value


class FiledState(enum.StrEnum):
    """How far a new job of a file is at once."""

    DRAFT = "draft"
    OPEN = "open"


class JobRow(Form):
    """`deadline` is the last day to apply, to its end, or a moment. Skills stand with commas between them.

    `poster_name` is for a poster who has no account yet, when a whole installation is brought in.
    """

    title: Annotated[str, words(_l("Title"), longest=TITLE_LENGTH)]
    company: Annotated[str, words(_l("Company"), longest=COMPANY_LENGTH)]
    poster: Annotated[
        Email | None,
        Field(title=_l("Poster"), description=_l("E-mail of who posts it; empty: yourself")),
    ] = None
    poster_name: Annotated[FullName | None, Field(title=_l("Name of the poster"))] = None
    about: Annotated[str | None, words(_l("About the work"), longest=LONGEST_ABOUT)] = None
    deadline: Annotated[
        datetime | None, BeforeValidator(_to_its_end), Field(title=_l("Apply until"))
    ] = None
    kind: Annotated[JobKind | None, Field(title=_l("Kind"))] = None
    workplace: Annotated[Workplace | None, Field(title=_l("Workplace"))] = None
    location: Annotated[str | None, words(_l("Location"), longest=PLACE_LENGTH)] = None
    salary_min: Annotated[Decimal | None, money_field(_l("Salary from"))] = None
    salary_max: Annotated[Decimal | None, money_field(_l("Salary to"))] = None
    currency: Annotated[
        str | None,
        AfterValidator(lambda code: code and currency_code(code)),
        Field(title=_l("Currency")),
    ] = None
    pay_period: Annotated[PayPeriod | None, Field(title=_l("Paid per"))] = None
    places: Annotated[int | None, Field(title=_l("Places"), ge=1, le=100_000)] = None
    starts_on: Annotated[date | None, Field(title=_l("Work begins on"))] = None
    required_skills: Annotated[str | None, words(_l("Required skills"), longest=LONGEST_SKILLS)] = (
        None
    )
    nice_skills: Annotated[
        str | None, words(_l("Skills that are welcome"), longest=LONGEST_SKILLS)
    ] = None
    state: Annotated[
        FiledState | None,
        Field(title=_l("State"), description=_l("draft (when empty) or open")),
    ] = None
