"""What people fill in about re-evaluations."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from quad.academics.forms.marks import Typed
from quad.academics.models.reevaluation import Answer
from quad.core.forms import Form, Id, words
from quad.core.i18n import lazy_gettext as _l

LONGEST = 1_000


class AskReevaluation(Form):
    """Without `component_id` the whole result is asked about."""

    component_id: Annotated[
        Id | None,
        Field(
            title=_l("What should be looked at again"),
            json_schema_extra={"widget": "select"},
        ),
    ] = None
    reason: Annotated[
        str,
        words(
            _l("Why"),
            hint=_l("Say which question or mark you mean; your teacher reads this first."),
            longest=LONGEST,
            widget="textarea",
        ),
    ]
    receipt: Annotated[
        str, words(_l("Receipt of the fee"), longest=80, shortest=0, autocomplete="off")
    ] = ""


class NewReevaluation(AskReevaluation):
    enrolment_id: Id


class ProposedMark(Form):
    """Another mark for a component: a value, or absent."""

    component_id: Id
    value: Annotated[Typed | None, Field(title=_l("Mark"))] = None
    absent: bool = False


class AnswerReevaluation(Form):
    """`marks` are the other marks of an answer that changes something."""

    answer: Annotated[Answer, Field(title=_l("Answer"))]
    reason: Annotated[
        str,
        words(
            _l("Reason"),
            hint=_l("The student reads this once it is confirmed."),
            longest=LONGEST,
            widget="textarea",
        ),
    ]
    marks: Annotated[list[ProposedMark], Field(title=_l("Marks"), max_length=60)] = []


class ReturnReevaluation(Form):
    reason: Annotated[
        str,
        words(
            _l("Why it goes back"),
            hint=_l("The teacher reads this."),
            longest=LONGEST,
            widget="textarea",
        ),
    ]


class ConfirmReevaluation(Form):
    note: Annotated[
        str,
        words(
            _l("Note"),
            hint=_l("The student reads this."),
            longest=LONGEST,
            shortest=0,
            widget="textarea",
        ),
    ] = ""
