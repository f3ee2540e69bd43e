"""Input of the institution's pages, API and files. `version` is the one the editor started from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError

from quad.core.forms import Form, Id, sentences, words
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.institution.models import (
    CODE_LENGTH,
    LETTER_LENGTH,
    NAME_LENGTH,
    Averaging,
    DegreeLevel,
    PassRule,
    RetakeRule,
)

MOST_BANDS = 20

Code = Annotated[
    str, words(_l("Code"), longest=CODE_LENGTH, hint=_l("Short, such as CSE"), autocomplete="off")
]
Name = Annotated[str, words(_l("Name"), longest=NAME_LENGTH, autocomplete="off")]
Version = Annotated[
    int | None,
    Field(title=_l("Version"), ge=1, le=2**31 - 1, json_schema_extra={"widget": "hidden"}),
]


Year = Annotated[int, Field(ge=1900, le=2200)]
SELECT: dict[str, Any] = {"widget": "select"}


class CampusForm(Form):
    code: Annotated[
        str,
        words(_l("Code"), longest=CODE_LENGTH, hint=_l("Short, such as MAIN"), autocomplete="off"),
    ]
    name: Name
    city: Annotated[str, words(_l("City"), longest=NAME_LENGTH, shortest=0)] = ""
    version: Version = None


class DegreeForm(Form):
    code: Annotated[
        str,
        words(
            _l("Code"), longest=CODE_LENGTH, hint=_l("Short, such as B.Tech."), autocomplete="off"
        ),
    ]
    name: Name
    level: Annotated[DegreeLevel, Field(title=_l("Level"))]
    version: Version = None


class DepartmentForm(Form):
    code: Code
    name: Name
    campus_id: Annotated[Id | None, Field(title=_l("Campus"), json_schema_extra=SELECT)] = None
    version: Version = None


class CampusRow(Form):
    """One line of a file of campuses."""

    code: Code
    name: Name
    city: Annotated[str | None, words(_l("City"), longest=NAME_LENGTH)] = None


class DegreeRow(Form):
    """One line of a file of degrees."""

    code: Code
    name: Name
    level: Annotated[DegreeLevel, Field(title=_l("Level"))]


class DepartmentRow(Form):
    """One line of a file of departments. An empty campus leaves what is there."""

    code: Code
    name: Name
    campus: Annotated[str | None, words(_l("Campus"), longest=CODE_LENGTH)] = None


class ProgrammeRow(Form):
    """One line of a file of programmes. An empty degree or grading scheme leaves what is there."""

    code: Code
    name: Name
    department: Annotated[str, words(_l("Department"), longest=CODE_LENGTH)]
    degree: Annotated[str | None, words(_l("Degree"), longest=CODE_LENGTH)] = None
    grading_scheme: Annotated[str | None, words(_l("Grading scheme"), longest=NAME_LENGTH)] = None
    credits_required: Annotated[
        Decimal, Field(title=_l("Credits needed for the degree"), ge=0, le=9999, decimal_places=2)
    ]
    duration_terms: Annotated[int, Field(title=_l("Length in terms"), ge=1, le=40)]


class GradeBandRow(Form):
    """One line of a file of grading schemes: the scheme with its rules, and one of its bands."""

    scheme: Annotated[str, words(_l("Grading scheme"), longest=NAME_LENGTH)]
    maximum: Annotated[
        Decimal, Field(title=_l("Highest grade point"), gt=0, le=1000, decimal_places=2)
    ]
    rounding_places: Annotated[int, Field(title=_l("Decimals of an average"), ge=0, le=2)] = 2
    retake_rule: Annotated[RetakeRule, Field(title=_l("Retakes"))] = RetakeRule.BEST
    pass_rule: Annotated[PassRule, Field(title=_l("A pass takes"))] = PassRule.OVERALL
    averaging: Annotated[Averaging, Field(title=_l("Averages are made of"))] = Averaging.POINTS
    is_default: Annotated[bool, Field(title=_l("The usual scheme"))] = False
    letter: Annotated[str, words(_l("Letter"), longest=LETTER_LENGTH)]
    minimum: Annotated[Decimal, Field(title=_l("From percent"), ge=0, le=100, decimal_places=2)]
    points: Annotated[Decimal, Field(title=_l("Grade points"), ge=0, le=1000, decimal_places=2)]
    passes: Annotated[bool, Field(title=_l("Passes"))]


class BatchRow(Form):
    """One line of a file of batches: a batch, and one of its classes."""

    programme: Annotated[str, words(_l("Programme"), longest=CODE_LENGTH)]
    name: Name
    start_year: Annotated[Year, Field(title=_l("Year of admission"))]
    graduation_year: Annotated[Year, Field(title=_l("Expected graduation"))]
    class_name: Annotated[str | None, words(_l("Class"), longest=CODE_LENGTH)] = None


class TermRow(Form):
    """One line of a file of terms."""

    code: Code
    name: Name
    starts_on: Annotated[date, Field(title=_l("First day"))]
    ends_on: Annotated[date, Field(title=_l("Last day"))]
    is_current: Annotated[bool, Field(title=_l("Current"))] = False


class ProgrammeForm(Form):
    code: Code
    name: Name
    department_id: Annotated[Id, Field(title=_l("Department"), json_schema_extra=SELECT)]
    degree_id: Annotated[
        Id | None, Field(title=_l("Ends in the degree"), json_schema_extra=SELECT)
    ] = None
    grading_scheme_id: Annotated[Id, Field(title=_l("Grading scheme"), json_schema_extra=SELECT)]
    credits_required: Annotated[
        Decimal,
        Field(title=_l("Credits needed for the degree"), ge=0, le=9999, decimal_places=2),
    ]
    duration_terms: Annotated[int, Field(title=_l("Length in terms"), ge=1, le=40)]
    version: Version = None


class BatchForm(Form):
    """The name and the last year follow from the programme unless they are given."""

    programme_id: Annotated[Id, Field(title=_l("Programme"), json_schema_extra=SELECT)]
    start_year: Annotated[Year, Field(title=_l("Year of admission"))]
    graduation_year: Annotated[
        Year | None,
        Field(
            title=_l("Expected graduation"),
            description=_l("Follows from the length of the programme when you leave it empty."),
        ),
    ] = None
    name: Annotated[
        str | None,
        words(
            _l("Name"),
            longest=NAME_LENGTH,
            hint=_l("Made from the programme and the year when you leave it empty."),
            autocomplete="off",
        ),
    ] = None
    version: Version = None


class ClassForm(Form):
    batch_id: Annotated[Id, Field(title=_l("Batch"), json_schema_extra=SELECT)]
    name: Annotated[
        str,
        words(
            _l("Name"),
            longest=CODE_LENGTH,
            hint=_l("A letter or a short word."),
            autocomplete="off",
        ),
    ]
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
    letter: Annotated[str, words(_l("Letter"), longest=LETTER_LENGTH)]
    minimum: Annotated[Decimal, Field(title=_l("From percent"), ge=0, le=100, decimal_places=2)]
    points: Annotated[Decimal, Field(title=_l("Grade points"), ge=0, le=1000, decimal_places=2)] = (
        Decimal(0)
    )
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
            title=_l("Decimals of a percentage"),
            description=_l(
                "A percentage is rounded half up to these before its letter is looked up. "
                "Averages have two decimals."
            ),
            ge=0,
            le=2,
        ),
    ] = 2
    averaging: Annotated[Averaging, Field(title=_l("An average is made of"))] = Averaging.POINTS
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


AVERAGING_WORDS: tuple[tuple[Averaging, str], ...] = (
    (Averaging.POINTS, _l("Grade points, weighed by credits")),
    (Averaging.PERCENTAGE, _l("Percentages, weighed by credits")),
    (Averaging.NONE, _l("Nothing: there is no average")),
)
RETAKE_WORDS: tuple[tuple[RetakeRule, str], ...] = (
    (RetakeRule.BEST, _l("The best attempt counts")),
    (RetakeRule.LATEST, _l("The latest attempt counts")),
    (RetakeRule.ALL, _l("Every attempt counts")),
)
PASS_WORDS: tuple[tuple[PassRule, str], ...] = (
    (PassRule.OVERALL, _l("The overall percentage")),
    (PassRule.EVERY_COMPONENT, _l("The overall percentage and every component by itself")),
)


LEVEL_WORDS: tuple[tuple[DegreeLevel, str], ...] = (
    (DegreeLevel.CERTIFICATE, _l("Certificate")),
    (DegreeLevel.DIPLOMA, _l("Diploma")),
    (DegreeLevel.BACHELOR, _l("Bachelor")),
    (DegreeLevel.MASTER, _l("Master")),
    (DegreeLevel.DOCTORATE, _l("Doctorate")),
    (DegreeLevel.OTHER, _l("Other")),
)


class SettingsForm(Form):
    """Changed settings by key; what is left out stays."""

    values: Annotated[
        dict[str, bool | int | str], Field(title=_l("Values"), min_length=1, max_length=200)
    ]
    revision: Annotated[int | None, Field(title=_l("Revision"), ge=0)] = None
