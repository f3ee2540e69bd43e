"""What the placement report is asked about."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from quad.core.forms import Form
from quad.core.i18n import lazy_gettext as _l


class ReportAsked(Form):
    """Which offers: those decided in a year, in a currency. Nothing: all years, the institution's currency."""

    year: Annotated[
        int | None,
        Field(
            title=_l("Year"), ge=1900, le=2200, json_schema_extra={"placeholder": _l("All years")}
        ),
    ] = None
    currency: Annotated[
        str,
        Field(title=_l("Currency"), max_length=3, json_schema_extra={"placeholder": _l("Usual")}),
    ] = ""
