"""What is decided about somebody who says that they graduated here."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from quad.alumni.forms.profile import Year
from quad.core.forms import Form, Id, words
from quad.core.i18n import lazy_gettext as _l


class LinkRecord(Form):
    student_id: Annotated[Id, Field(title=_l("Record"))]


class Vouch(Form):
    programme_id: Annotated[
        Id, Field(title=_l("Programme"), json_schema_extra={"widget": "select"})
    ]
    graduation_year: Annotated[Year, Field(title=_l("Year of graduation"))]


class Refuse(Form):
    reason: Annotated[
        str,
        words(
            _l("Reason"),
            longest=500,
            hint=_l("The person reads it in the mail."),
            widget="textarea",
            rows=3,
        ),
    ]
