"""Input about mentoring, delegation and seasons."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from quad.coding.models.mentoring import Outcome
from quad.core.forms import Form, Id, words
from quad.core.i18n import lazy_gettext as _l

LONGEST = 2_000
OUTCOMES: tuple[tuple[str, str], ...] = (
    (Outcome.IMPROVED.value, _l("Improved")),
    (Outcome.UNCHANGED.value, _l("Unchanged")),
    (Outcome.PASSED_ON.value, _l("Passed on to somebody else")),
    (Outcome.NOT_NEEDED.value, _l("Not needed after all")),
)


class NewFollowUp(Form):
    note: Annotated[
        str,
        words(
            _l("Note"),
            longest=LONGEST,
            hint=_l("The student does not see it."),
            widget="textarea",
            rows=2,
        ),
    ]
    task: Annotated[str, words(_l("What is to be done"), longest=200, shortest=0)] = ""
    due_on: Annotated[date | None, Field(title=_l("Until"))] = None


class CloseFollowUp(Form):
    outcome: Annotated[
        Literal["improved", "unchanged", "passed_on", "not_needed"],
        Field(title=_l("What came of it"), json_schema_extra={"choices": list(OUTCOMES)}),
    ]
    outcome_note: Annotated[
        str, words(_l("A word about it"), longest=LONGEST, shortest=0, widget="textarea", rows=2)
    ] = ""


class NewDelegation(Form):
    deputy_id: Annotated[
        Id, Field(title=_l("Who reviews for you"), json_schema_extra={"widget": "select"})
    ]
    first_day: Annotated[date, Field(title=_l("First day"))]
    last_day: Annotated[date, Field(title=_l("Last day"))]


class SeasonForm(Form):
    name: Annotated[str, words(_l("Name"), longest=80, hint=_l("For example: Odd term 2026"))]
    starts_on: Annotated[date, Field(title=_l("First day"))]
    ends_on: Annotated[date, Field(title=_l("Last day"))]
