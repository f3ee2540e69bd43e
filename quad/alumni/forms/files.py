"""One graduate of a file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from quad.alumni.forms.profile import Year
from quad.alumni.models.members import WORD_LENGTH
from quad.core.forms import Form, words
from quad.core.i18n import lazy_gettext as _l
from quad.identity.forms.accounts import Email


def _optional(title: str, longest: int = WORD_LENGTH, hint: str = "") -> object:
    return words(title, longest=longest, hint=hint)


class AlumnusRow(Form):
    email: Annotated[Email, Field(title=_l("E-mail"))]
    full_name: Annotated[str | None, _optional(_l("Full name"), 160)] = None
    register_number: Annotated[str | None, _optional(_l("Register number"), 40)] = None
    department: Annotated[str | None, _optional(_l("Department"), 60, _l("Its code"))] = None
    programme: Annotated[str | None, _optional(_l("Programme"), 60, _l("Its code"))] = None
    graduation_year: Annotated[Year | None, Field(title=_l("Year of graduation"))] = None
    title: Annotated[str | None, _optional(_l("Title"))] = None
    company: Annotated[str | None, _optional(_l("Company"))] = None
    since: Annotated[Year | None, Field(title=_l("Working there since"))] = None
    city: Annotated[str | None, _optional(_l("City"))] = None
    country: Annotated[str | None, _optional(_l("Country"))] = None
