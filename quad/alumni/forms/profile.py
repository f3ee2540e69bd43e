"""What people write about themselves for the network. One class serves page and API."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from quad.alumni.models.members import HEADLINE_LENGTH, TEXT_LENGTH, WORD_LENGTH, Seen
from quad.core import clock
from quad.core.forms import Form, words
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.web_addresses import web_host

EARLIEST, AHEAD = 1940, 12
MONTH = re.compile(r"(\d{4})(?:-(\d{1,2}))?")
MONTH_HINT = _l("Year and month, such as 2019-07.")
MONTHS = {"widget": "month", "placeholder": "2019-07"}

Version = Annotated[
    int | None, Field(title=_l("Version"), ge=0, json_schema_extra={"widget": "hidden"})
]


def _month(value: Any) -> Any:
    """Read "2019-07" or "2019" as the first day of that time; a whole date loses its day."""
    if not isinstance(value, str):
        return value
    found = MONTH.fullmatch(value.strip()[:7])
    if found is None or not 1 <= int(found[2] or 1) <= 12:
        raise ValueError(_("Write year and month, such as 2019-07."))
    year = int(found[1])
    if not EARLIEST <= year <= clock.today().year + AHEAD:
        raise ValueError(_("This year cannot be right."))
    return date(year, int(found[2] or 1), 1)


def _year(value: int) -> int:
    if not EARLIEST <= value <= clock.today().year + AHEAD:
        raise ValueError(_("This year cannot be right."))
    return value


def _link(value: str) -> str:
    if value and "." not in web_host(value):
        raise ValueError(_("Write a web address such as https://example.org."))
    return value


Month = Annotated[date, BeforeValidator(_month)]
Year = Annotated[int, AfterValidator(_year)]


def _word(title: str, *, shortest: int = 0, hint: str = "", **extra: Any) -> Any:
    return words(title, longest=WORD_LENGTH, shortest=shortest, hint=hint, **extra)


def _text(title: str, *, hint: str = "", rows: int = 3) -> Any:
    return words(title, longest=TEXT_LENGTH, shortest=0, hint=hint, widget="textarea", rows=rows)


class EditMember(Form):
    """The head of a profile: what somebody does, where, and what they are open to."""

    headline: Annotated[
        str,
        words(
            _l("Headline"),
            longest=HEADLINE_LENGTH,
            shortest=0,
            hint=_l("One line, such as “Builds payment systems, mentors first-years”."),
        ),
    ] = ""
    city: Annotated[str, _word(_l("City"), autocomplete="address-level2")] = ""
    country: Annotated[str, _word(_l("Country"), autocomplete="country-name")] = ""
    mentoring: Annotated[bool, Field(title=_l("I am open to mentoring"))] = False
    hiring: Annotated[bool, Field(title=_l("I am hiring, or can refer"))] = False
    speaking: Annotated[bool, Field(title=_l("I am open to speaking"))] = False
    version: Version = None


class WorkForm(Form):
    company: Annotated[str, _word(_l("Company"), shortest=1, autocomplete="organization")]
    title: Annotated[str, _word(_l("Title"), shortest=1, autocomplete="organization-title")]
    begins_on: Annotated[
        Month, Field(title=_l("From"), description=MONTH_HINT, json_schema_extra=MONTHS)
    ]
    ends_on: Annotated[
        Month | None,
        Field(
            title=_l("Until"),
            description=_l("Leave it empty for your present work."),
            json_schema_extra=MONTHS,
        ),
    ] = None
    city: Annotated[str, _word(_l("City"))] = ""
    description: Annotated[str, _text(_l("What you do there"))] = ""
    version: Version = None

    @model_validator(mode="after")
    def _in_order(self) -> WorkForm:
        if self.ends_on is not None and self.ends_on < self.begins_on:
            raise ValueError(_("The end lies before the beginning."))
        return self


class EducationForm(Form):
    school: Annotated[str, _word(_l("School or university"), shortest=1)]
    degree: Annotated[str, _word(_l("Degree"))] = ""
    subject: Annotated[str, _word(_l("Subject"))] = ""
    begins_in: Annotated[Year, Field(title=_l("From year"))]
    ends_in: Annotated[Year | None, Field(title=_l("Until year"))] = None
    description: Annotated[str, _text(_l("Notes"))] = ""
    version: Version = None

    @model_validator(mode="after")
    def _in_order(self) -> EducationForm:
        if self.ends_in is not None and self.ends_in < self.begins_in:
            raise ValueError(_("The end lies before the beginning."))
        return self


class AchievementForm(Form):
    title: Annotated[str, _word(_l("What it is"), shortest=1)]
    year: Annotated[Year, Field(title=_l("Year"))]
    given_by: Annotated[str, _word(_l("Given by"))] = ""
    link: Annotated[
        str,
        words(_l("Web address"), longest=300, shortest=0, widget="url"),
        AfterValidator(_link),
    ] = ""
    description: Annotated[str, _text(_l("Notes"))] = ""
    version: Version = None


SEEN: dict[Seen, str] = {
    Seen.NETWORK: _l("Everyone in the network"),
    Seen.DEPARTMENT: _l("My department"),
    Seen.CONNECTIONS: _l("My connections"),
    Seen.HIDDEN: _l("Only me"),
}
# What stands for each in forms, files and the API.
SEEN_WORDS: dict[Seen, str] = {seen: seen.name.lower() for seen in Seen}


def _seen(value: Any) -> Any:
    if isinstance(value, str) and value in SEEN_WORDS.values():
        return Seen[value.upper()]
    raise ValueError(
        _("Choose one of: %(choices)s.", choices=", ".join(reversed(SEEN_WORDS.values())))
    )


Audience = Annotated[
    Seen,
    BeforeValidator(_seen),
    Field(json_schema_extra={"type": "string", "enum": list(SEEN_WORDS.values())}),
]


class EditPrivacy(Form):
    """Who sees what. Name, degree, programme, department and year are seen by all who see the profile."""

    photo: Annotated[Audience, Field(title=_l("Photo"))]
    headline: Annotated[Audience, Field(title=_l("Headline"))]
    bio: Annotated[Audience, Field(title=_l("About you"))]
    work: Annotated[Audience, Field(title=_l("Work"))]
    education: Annotated[Audience, Field(title=_l("Education"))]
    achievements: Annotated[Audience, Field(title=_l("Achievements"))]
    skills: Annotated[Audience, Field(title=_l("Skills"))]
    links: Annotated[Audience, Field(title=_l("Web addresses"))]
    location: Annotated[Audience, Field(title=_l("City and country"))]
    open: Annotated[Audience, Field(title=_l("What you are open to"))]
    email: Annotated[Audience, Field(title=_l("E-mail"))]
    phone: Annotated[Audience, Field(title=_l("Phone"))]
    cgpa: Annotated[Audience, Field(title=_l("CGPA"))]
    listed: Annotated[
        bool,
        Field(
            title=_l("Show my profile in the network"),
            description=_l("Without this nobody finds or opens it."),
        ),
    ] = False
    named_in_views: Annotated[
        bool,
        Field(
            title=_l("Tell people that I looked at their profile"),
            description=_l("Without this they see a number only."),
        ),
    ] = False
    version: Version = None
