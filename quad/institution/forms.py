"""Input of the institution's pages, API and files. `version` is the one the editor started from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError

from quad.core.forms import Form, Id, sentences, words
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.institution.models import CODE_LENGTH, NAME_LENGTH, PassRule, RetakeRule

MOST_BANDS = 20

Code = Annotated[
    str, words(_l("Code"), longest=CODE_LENGTH, hint=_l("Short, such as CSE"), autocomplete="off")
]
Name = Annotated[str, words(_l("Name"), longest=NAME_LENGTH, autocomplete="off")]
Version = Annotated[
    int | None,
    Field(title=_l("Version"), ge=1, le=2**31 - 1, json_schema_extra={"widget": "hidden"}),
]


class DepartmentForm(Form):
    code: Code
    name: Name
    version: Version = None


class DepartmentRow(Form):
    """One line of a file of departments."""

    code: Code
    name: Name


class ProgrammeForm(Form):
    code: Code
    name: Name
    department_id: Annotated[
        Id, Field(title=_l("Department"), json_schema_extra={"widget": "select"})
    ]
    grading_scheme_id: Annotated[
        Id, Field(title=_l("Grading scheme"), json_schema_extra={"widget": "select"})
    ]
    credits_required: Annotated[
        Decimal,
        Field(title=_l("Credits needed for the degree"), ge=0, le=9999, decimal_places=2),
    ]
    duration_terms: Annotated[int, Field(title=_l("Length in terms"), ge=1, le=40)]
    version: Version = None


class TermForm(Form):
    code: Annotated[
        str,
        words(
            _l("Code"), longest=CODE_LENGTH, hint=_l("Short, such as 2026-2"), autocomplete="off"
        ),
    ]
    name: Name
    starts_on: Annotated[date, Field(title=_l("First day"))]
    ends_on: Annotated[date, Field(title=_l("Last day"))]
    is_current: Annotated[
        bool,
        Field(
            title=_l("This is the current term"),
            description=_l("One term is current at any time; choosing this one ends the other."),
        ),
    ] = False
    version: Version = None


class BandForm(Form):
    letter: Annotated[str, words(_l("Letter"), longest=8)]
    minimum: Annotated[Decimal, Field(title=_l("From percent"), ge=0, le=100, decimal_places=2)]
    points: Annotated[Decimal, Field(title=_l("Grade points"), ge=0, le=1000, decimal_places=2)]
    passes: Annotated[bool, Field(title=_l("Passes"))] = False


def _each(bands: Any) -> Any:
    """Name the band in a complaint: pydantic's own place in a list says nothing to a person."""
    if not isinstance(bands, list):
        return bands
    checked = []
    for position, given in enumerate(bands[: MOST_BANDS + 1], start=1):
        try:
            checked.append(BandForm.model_validate(given))
        except ValidationError as error:
            name, sentence = next(iter(sentences(error, BandForm).items()))
            info = BandForm.model_fields.get(name)
            raise ValueError(
                _(
                    "Band %(n)s, %(field)s: %(sentence)s",
                    n=position,
                    field=(info.title if info else None) or name or _("row"),
                    sentence=sentence,
                )
            ) from error
    return checked


class GradingSchemeForm(Form):
    name: Name
    maximum: Annotated[
        Decimal,
        Field(
            title=_l("Highest grade point"),
            description=_l("The top of the scale, such as 10 or 4."),
            gt=0,
            le=1000,
            decimal_places=2,
        ),
    ]
    rounding_places: Annotated[
        int,
        Field(
            title=_l("Decimals of an average"),
            description=_l("Averages are rounded half up."),
            ge=0,
            le=2,
        ),
    ] = 2
    retake_rule: Annotated[RetakeRule, Field(title=_l("When a course is taken again"))] = (
        RetakeRule.BEST
    )
    pass_rule: Annotated[PassRule, Field(title=_l("A course is passed by"))] = PassRule.OVERALL
    is_default: Annotated[
        bool,
        Field(
            title=_l("Use this scheme for new programmes"),
            description=_l("One scheme is the usual one; choosing this one ends the other."),
        ),
    ] = False
    bands: Annotated[
        list[BandForm],
        BeforeValidator(_each),
        Field(title=_l("Bands"), min_length=2, max_length=MOST_BANDS),
    ]
    version: Version = None


RETAKE_WORDS: tuple[tuple[RetakeRule, str], ...] = (
    (RetakeRule.BEST, _l("The best attempt counts")),
    (RetakeRule.LATEST, _l("The latest attempt counts")),
    (RetakeRule.ALL, _l("Every attempt counts")),
)
PASS_WORDS: tuple[tuple[PassRule, str], ...] = (
    (PassRule.OVERALL, _l("The overall percentage")),
    (PassRule.EVERY_COMPONENT, _l("The overall percentage and every component by itself")),
)


class SettingsForm(Form):
    """Changed settings by key; what is left out stays."""

    values: Annotated[
        dict[str, bool | int | str], Field(title=_l("Values"), min_length=1, max_length=200)
    ]
    revision: Annotated[int | None, Field(title=_l("Revision"), ge=0)] = None
