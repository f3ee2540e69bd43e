"""Input of the page of what waits."""

from __future__ import annotations

import enum
import re
from typing import Annotated

from pydantic import AfterValidator, Field

from quad.core.forms import Form, words
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l

MOST = 100
_ITEM = re.compile(r"[a-z_-]{1,40}:\d{1,18}")


class Deed(enum.StrEnum):
    """What is decided."""

    APPROVE = "approve"
    REFUSE = "refuse"


def _item(given: str) -> str:
    if not _ITEM.fullmatch(given):
        raise ValueError(_("Name each thing by its kind and number, such as events:12."))
    return given


class DecideWaiting(Form):
    """Decide about several things at once, each named by kind and number (events:12). Refusing needs a reason."""

    items: Annotated[
        list[Annotated[str, AfterValidator(_item)]],
        Field(title=_l("What is decided"), min_length=1, max_length=MOST),
    ]
    deed: Annotated[Deed, Field(title=_l("Decision"))]
    reason: Annotated[
        str,
        words(
            _l("Reason"),
            hint=_l("Whoever asked reads it."),
            longest=500,
            shortest=0,
            widget="textarea",
            rows=2,
        ),
    ] = ""
