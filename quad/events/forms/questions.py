"""The questions of a host, and the form that asks them."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, Field, create_model

from quad.core.forms import Form, words
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l

ANSWER = "a_"  # before a question's key in a page's form, so that it is no field of ours
MOST_QUESTIONS = 20
MOST_CHOICES = 30
LONGEST_ANSWER = 2_000


class QuestionKind(enum.StrEnum):
    """What may be answered."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    YES_NO = "yes_no"


KIND_NAMES: dict[str, str] = {
    QuestionKind.TEXT: _l("A line of text"),
    QuestionKind.LONG_TEXT: _l("Longer text"),
    QuestionKind.CHOICE: _l("One of several"),
    QuestionKind.YES_NO: _l("Yes or no"),
}


def _choices(given: str) -> str:
    lines = [line.strip() for line in given.splitlines() if line.strip()]
    if len(lines) > MOST_CHOICES or any(len(line) > 120 for line in lines):
        raise ValueError(
            _("Write at most %(n)s choices of 120 characters, one a line.", n=MOST_CHOICES)
        )
    return "\n".join(dict.fromkeys(lines))


class QuestionIn(Form):
    """One question; `choices` stand one a line."""

    label: Annotated[str, words(_l("Question"), longest=120)]
    kind: Annotated[
        QuestionKind,
        Field(title=_l("Answer"), json_schema_extra={"choices": list(KIND_NAMES.items())}),
    ] = QuestionKind.TEXT
    required: Annotated[bool, Field(title=_l("Must be answered"))] = False
    choices: Annotated[
        str,
        words(
            _l("Choices"),
            hint=_l("For “One of several”: one a line."),
            longest=4_000,
            shortest=0,
            widget="textarea",
            rows=3,
        ),
        AfterValidator(_choices),
    ] = ""


def _one_of(choices: tuple[str, ...]) -> AfterValidator:
    def check(value: str) -> str:
        if value not in choices:
            raise ValueError(_("Choose one of: %(choices)s.", choices=", ".join(choices)))
        return value

    return AfterValidator(check)


def _ticked(value: bool) -> bool:
    if not value:
        raise ValueError(_("Tick this to go on."))
    return value


def _field(question: dict[str, Any]) -> tuple[Any, Any]:
    """Return annotation and default of one question."""
    label, required = question["label"], question["required"]
    checks: list[Any] = []
    shown: dict[str, Any] = {}
    match QuestionKind(question["kind"]):
        case QuestionKind.YES_NO:
            if required:
                return Annotated[bool, AfterValidator(_ticked), Field(title=label)], ...
            return Annotated[bool, Field(title=label)], False
        case QuestionKind.CHOICE:
            choices = tuple(question["choices"])
            checks, shown = [_one_of(choices)], {"choices": [(one, one) for one in choices]}
        case QuestionKind.LONG_TEXT:
            shown = {"widget": "textarea", "rows": 3}
        case QuestionKind.TEXT:
            shown = {}
    about = Field(title=label, max_length=LONGEST_ANSWER, json_schema_extra=shown or None)
    kind: Any = Annotated[str, *checks] if checks else str
    return (Annotated[kind, about], ...) if required else (Annotated[kind | None, about], None)


HIDE = Annotated[bool, Field(title=_l("Do not show my name to others who take part"))]


def registration_form(questions: Sequence[dict[str, Any]]) -> type[Form]:
    """Return the input class of registering: the host's questions as `a_<key>`, and whether to hide the name."""
    return _registration_form(
        tuple(
            (one["key"], one["label"], one["kind"], one["required"], tuple(one["choices"]))
            for one in questions
        )
    )


@lru_cache(maxsize=200)
def _registration_form(questions: tuple[Any, ...]) -> type[Form]:
    names = ("key", "label", "kind", "required", "choices")
    fields: dict[str, Any] = {}
    for values in questions:
        question = dict(zip(names, values, strict=True))
        fields[ANSWER + question["key"]] = _field(question)
    fields["name_hidden"] = (HIDE, False)
    made: type[Form] = create_model("RegistrationAnswers", __base__=Form, **fields)
    return made
