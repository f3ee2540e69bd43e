"""Who is meant, as people say it. Forms of things that are meant for somebody are made from this class."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from quad.audience.models import Trait
from quad.core.forms import Form, Id
from quad.core.i18n import lazy_gettext as _l
from quad.identity.models.accounts import Role
from quad.skills.forms import SkillNames

MOST = 100
LAST_SEMESTER = 20
MOST_BACKLOGS = 99
# A field's name begins so, which keeps it apart from the fields of what is meant for somebody.
PREFIX = "for_"

Numbers = Annotated[list[Id], Field(max_length=MOST)]
Semester = Annotated[int, Field(ge=1, le=LAST_SEMESTER)]
Year = Annotated[int, Field(ge=1900, le=2200)]


class AudienceIn(Form):
    """Whoever has one value of every list that is not empty, and reaches both thresholds. Nothing at all: everyone."""

    for_roles: Annotated[
        list[Role], Field(title=_l("Roles"), max_length=len(Role), json_schema_extra={})
    ] = []
    for_departments: Annotated[Numbers, Field(title=_l("Departments"))] = []
    for_programmes: Annotated[Numbers, Field(title=_l("Programmes"))] = []
    for_semesters: Annotated[
        list[Semester], Field(title=_l("Semesters"), max_length=LAST_SEMESTER)
    ] = []
    for_batches: Annotated[Numbers, Field(title=_l("Batches"))] = []
    for_graduation_years: Annotated[
        list[Year], Field(title=_l("Years of graduation"), max_length=MOST)
    ] = []
    for_skills: Annotated[SkillNames, Field(title=_l("Skills, one of them is enough"))] = []
    for_min_cgpa: Annotated[
        Decimal | None,
        Field(
            title=_l("CGPA, at least"),
            ge=0,
            le=100,
            decimal_places=2,
            json_schema_extra={"inputmode": "decimal"},
        ),
    ] = None
    for_max_backlogs: Annotated[
        int | None,
        Field(
            title=_l("Open backlogs, at most"),
            ge=0,
            le=MOST_BACKLOGS,
            json_schema_extra={"inputmode": "numeric"},
        ),
    ] = None


FIELDS: dict[Trait, str] = {
    Trait.ROLE: "for_roles",
    Trait.DEPARTMENT: "for_departments",
    Trait.PROGRAMME: "for_programmes",
    Trait.SEMESTER: "for_semesters",
    Trait.BATCH: "for_batches",
    Trait.GRADUATION_YEAR: "for_graduation_years",
    Trait.SKILL: "for_skills",
}
