"""Input about a time to look at."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from quad.core.forms import Form
from quad.core.i18n import lazy_gettext as _l


class Span(Form):
    """Both days are included; without the first it begins with the first snapshot, without the last it ends today."""

    since: Annotated[date | None, Field(title=_l("From"))] = None
    until: Annotated[date | None, Field(title=_l("To"))] = None
