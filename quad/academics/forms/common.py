"""Answers that several forms ask for."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from quad.core.forms import Id
from quad.core.i18n import lazy_gettext as _l

EARLIEST_YEAR, LATEST_YEAR = 1900, 2200
# How many students or marks one request may name.
MOST_AT_ONCE = 2_000
DepartmentId = Annotated[Id | None, Field(title=_l("Department"))]
Year = Annotated[int, Field(ge=EARLIEST_YEAR, le=LATEST_YEAR)]
Semester = Annotated[int, Field(title=_l("Semester"), ge=1, le=40)]
Version = Annotated[
    int | None, Field(title=_l("Version"), ge=1, json_schema_extra={"widget": "hidden"})
]
