"""Questions that somebody puts together on a page, and the input class that asks them."""

from __future__ import annotations

import enum
import secrets
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError, create_model

from quad.core.errors import Invalid
from quad.core.forms import Form, sentences, words
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l

ANSWER = "a_"  # before a question's key in a page's form, so that it is no field of ours
MOST_QUESTIONS = 20
MOST_CHOICES = 30
LONGEST_ANSWER = 2_000
LOWEST, HIGHEST = 1, 5
Question = Mapping[str, Any]


class QuestionKind(enum.StrEnum):
    """What may be answered."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    YES_NO = "yes_no"
    SCALE = "scale"


KIND_NAMES: dict[str, str] = {
    QuestionKind.TEXT: _l("A line of text"),
    QuestionKind.LONG_TEXT: _l("Longer text"),
    QuestionKind.CHOICE: _l("One of several"),
    QuestionKind.YES_NO: _l("Yes or no"),
    QuestionKind.SCALE: _l("A number from 1 to 5"),
}


def _choices(given: str) -> str:
    lines = [line.strip() for line in given.splitlines() if line.strip()]
    if len(lines) > MOST_CHOICES or any(len(line) > 120 for line in lines):
        raise ValueError(
            _("Write at most %(n)s choices of 120 characters, one a line.", n=MOST_CHOICES)
        )
    return "\n".join(dict.fromkeys(lines))


class AskedQuestion(Form):
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


def kept_question(form: AskedQuestion) -> dict[str, Any]:
    """Return a question as it is kept, under a key of its own. Raises Invalid (`choices`)."""
    choices = form.choices.splitlines()
    if form.kind is QuestionKind.CHOICE and len(choices) < 2:
        raise Invalid({"choices": _("Write at least two choices, one a line.")})
    return {
        "key": f"q{secrets.token_hex(4)}",
        "label": form.label,
        "kind": form.kind.value,
        "required": form.required,
        "choices": choices if form.kind is QuestionKind.CHOICE else [],
    }


def checked_answers(kind: type[Form], given: Mapping[str, Any]) -> Form:
    """Return answers by the key of their question as `kind` (see `answers_form`) has them.

    Raises Invalid with a sentence per question (`answers.<key>`).
    """
    try:
        return kind.model_validate(
            {ANSWER + key: value for key, value in given.items()}, strict=False
        )
    except ValidationError as error:
        found = sentences(error, kind)
        raise Invalid(
            {f"answers.{name.removeprefix(ANSWER)}": said for name, said in found.items()}
        ) from error


def given_answers(data: Form) -> dict[str, Any]:
    """Return what was answered in a page's form, by the key of the question; empty answers are left out."""
    return {
        name.removeprefix(ANSWER): value
        for name, value in data.model_dump(mode="json").items()
        if name.startswith(ANSWER) and value is not None
    }


def page_field(name: str) -> str:
    """Return the field of a page's form that a complaint about an answer belongs to."""
    return ANSWER + name.removeprefix("answers.") if name.startswith("answers.") else name


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


def _field(question: Question) -> tuple[Any, Any]:
    """Return annotation and default of one question."""
    label, required = question["label"], question["required"]
    checks: list[Any] = []
    shown: dict[str, Any] = {}
    match QuestionKind(question["kind"]):
        case QuestionKind.YES_NO:
            if required:
                return Annotated[bool, AfterValidator(_ticked), Field(title=label)], ...
            return Annotated[bool, Field(title=label)], False
        case QuestionKind.SCALE:
            return _scale(label, required)
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


def _scale(label: str, required: bool) -> tuple[Any, Any]:
    steps: Any = [(step, str(step)) for step in range(LOWEST, HIGHEST + 1)]
    about = Field(
        title=label, ge=LOWEST, le=HIGHEST, json_schema_extra={"widget": "radio", "choices": steps}
    )
    return (Annotated[int, about], ...) if required else (Annotated[int | None, about], None)


def answers_form(
    name: str, questions: Sequence[Question], more: tuple[tuple[str, Any, Any], ...] = ()
) -> type[Form]:
    """Return the input class called `name` that asks these questions as `a_<key>`, and has the fields `more` says
    (name, annotation, default).
    """
    asked = tuple(
        (one["key"], one["label"], one["kind"], one["required"], tuple(one["choices"]))
        for one in questions
    )
    return _answers_form(name, asked, more)


@lru_cache(maxsize=200)
def _answers_form(
    name: str, questions: tuple[Any, ...], more: tuple[tuple[str, Any, Any], ...]
) -> type[Form]:
    names = ("key", "label", "kind", "required", "choices")
    fields: dict[str, Any] = {}
    for values in questions:
        question = dict(zip(names, values, strict=True))
        fields[ANSWER + question["key"]] = _field(question)
    fields |= {field: (annotation, default) for field, annotation, default in more}
    made: type[Form] = create_model(name, __base__=Form, **fields)
    return made
