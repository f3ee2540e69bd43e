"""Input of forms for feedback."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from quad.audience.forms import AudienceIn
from quad.community.models.feedback import TITLE_LENGTH, Naming
from quad.core.forms import Form, words
from quad.core.i18n import lazy_gettext as _l
from quad.core.questions import AskedQuestion, QuestionKind

NAMINGS: dict[str, str] = {
    Naming.NAMED: _l("Answers bear a name"),
    Naming.ANONYMOUS: _l("Answers bear no name: nobody can tell who wrote what"),
    Naming.EITHER: _l("Each person chooses"),
}
# The questions of the box that always stands open.
BOX_QUESTIONS: tuple[dict[str, Any], ...] = (
    {
        "key": "about",
        "label": _l("What is it?"),
        "kind": QuestionKind.CHOICE.value,
        "required": True,
        "choices": [
            _l("An idea"),
            _l("Something does not work"),
            _l("Praise"),
            _l("Something else"),
        ],
    },
    {
        "key": "text",
        "label": _l("Your feedback"),
        "kind": QuestionKind.LONG_TEXT.value,
        "required": True,
        "choices": [],
    },
)


class FeedbackFormIn(AudienceIn):
    """A form as its owner writes it; the questions come one by one. `for_…` say who is asked: nothing is everyone."""

    title: Annotated[str, words(_l("Title"), longest=TITLE_LENGTH)]
    about: Annotated[
        str,
        words(
            _l("What it is about"),
            hint=_l("Markdown works."),
            longest=4_000,
            shortest=0,
            widget="textarea",
            rows=3,
        ),
    ] = ""
    naming: Annotated[
        Naming,
        Field(
            title=_l("Names"),
            json_schema_extra={"widget": "radio", "choices": list(NAMINGS.items())},
        ),
    ] = Naming.NAMED
    opens_at: Annotated[
        datetime | None, Field(title=_l("Open from"), description=_l("Empty means at once."))
    ] = None
    closes_at: Annotated[
        datetime | None, Field(title=_l("Open until"), description=_l("Empty means for good."))
    ] = None


class FeedbackQuestionIn(AskedQuestion):
    """One question of a form; `choices` stand one a line."""


class FeedbackGivenIn(Form):
    """`answers` holds what was answered, by the keys of the form's questions."""

    answers: Annotated[dict[str, Any], Field(title=_l("Answers"), max_length=40)] = {}
    anonymous: Annotated[bool, Field(title=_l("Without my name"))] = False


NAMELESS = Annotated[bool, Field(title=_l("Without my name: nobody can tell who wrote this"))]
