"""Input about people one meets."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from quad.core.forms import Form, words
from quad.core.i18n import lazy_gettext as _l
from quad.relations.models import Reason

REASONS = (
    (Reason.HARASSMENT, _l("Harassment or threats")),
    (Reason.FALSE_IDENTITY, _l("Pretends to be somebody else")),
    (Reason.SPAM, _l("Spam or fraud")),
    (Reason.UNSUITABLE, _l("Unsuitable words or pictures")),
    (Reason.OTHER, _l("Something else")),
)


class ReportForm(Form):
    """Why somebody is reported."""

    reason: Annotated[
        Reason,
        Field(
            title=_l("Reason"),
            json_schema_extra={
                "widget": "radio",
                "choices": [(reason.value, label) for reason, label in REASONS],
            },
        ),
    ]
    text: Annotated[
        str,
        words(
            _l("What happened"),
            longest=2_000,
            shortest=0,
            hint=_l("Only administrators read this."),
            widget="textarea",
            rows=4,
        ),
    ] = ""


class DecideReport(Form):
    """What becomes of a report."""

    state: Annotated[Literal["acted", "dismissed"], Field(title=_l("Answer"))]
    outcome: Annotated[
        str, words(_l("What was done"), longest=500, shortest=0, widget="textarea", rows=2)
    ] = ""
