"""Input of requests. The form of a category is made from its fields (`answers_form`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, Field, create_model

from quad.core.forms import Form, Id, words
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.welfare.models.setup import FieldKind

LONGEST_COMMENT = 4_000
LONGEST_ANSWER = 5_000
MOST_PEOPLE = 100
# Before the key of a field in a page's form, so that no field collides with one of ours.
ANSWER = "a_"
SubmitKey = Annotated[
    str,
    Field(
        title=_l("Key"),
        description=_l("Any text of yours; sending it twice makes one request."),
        max_length=40,
        json_schema_extra={"widget": "hidden"},
    ),
]
Note = Annotated[
    str,
    words(_l("Note"), longest=LONGEST_COMMENT, shortest=0, widget="textarea", rows=3),
]


@dataclass(frozen=True)
class Question:
    """One field of a category, as far as its form needs it."""

    key: str
    label: str
    hint: str
    kind: FieldKind
    required: bool
    choices: tuple[str, ...] = ()


class NewRequest(Form):
    """`answers` holds what was answered, by the keys of the category's fields.

    `people` narrows the named people of a confidential request; empty means all of the committee.
    """

    first_day: Annotated[date | None, Field(title=_l("First day"))] = None
    last_day: Annotated[date | None, Field(title=_l("Last day"))] = None
    answers: Annotated[dict[str, Any], Field(title=_l("Answers"), max_length=60)] = {}
    people: Annotated[list[Id], Field(title=_l("Who may see it"), max_length=MOST_PEOPLE)] = []
    submit_key: SubmitKey = ""


class NewRequestIn(NewRequest):
    """A new request over the API names its category."""

    category_id: Annotated[Id, Field(title=_l("Category"))]


class Comment(Form):
    text: Annotated[
        str,
        words(_l("Comment"), longest=LONGEST_COMMENT, widget="textarea", rows=3),
    ]
    internal: Annotated[bool, Field(title=_l("Only for staff: the student does not see it"))] = (
        False
    )


class Assign(Form):
    """`to` is `person:` or `office:` with the number."""

    to: Annotated[
        str,
        Field(title=_l("To whom"), pattern=r"^(person|office):[0-9]{1,18}$"),
    ]
    note: Note = ""


class Resolve(Form):
    note: Annotated[
        str,
        words(
            _l("Answer to the student"),
            longest=LONGEST_COMMENT,
            shortest=0,
            widget="textarea",
            rows=3,
        ),
    ] = ""


class RejectRequest(Form):
    reason: Annotated[
        str,
        words(
            _l("Reason"),
            longest=LONGEST_COMMENT,
            hint=_l("The student reads it."),
            widget="textarea",
            rows=3,
        ),
    ]


class Why(Form):
    """Withdrawing and reopening: a word about it is welcome."""

    note: Note = ""


class ChangeDue(Form):
    due_on: Annotated[date, Field(title=_l("Due on"))]


class NumbersAsked(Form):
    """Which requests the numbers are about: by the day of asking, and the department."""

    first: Annotated[date | None, Field(title=_l("Asked from"))] = None
    last: Annotated[date | None, Field(title=_l("Asked until"))] = None
    department_id: Annotated[
        Id | None,
        Field(title=_l("Department"), json_schema_extra={"placeholder": _l("All departments")}),
    ] = None


def _one_of(choices: tuple[str, ...]) -> Any:
    def check(value: str) -> str:
        if value not in choices:
            raise ValueError(_("Choose one of: %(choices)s.", choices=", ".join(choices)))
        return value

    return AfterValidator(check)


def _ticked(value: bool) -> bool:
    if not value:
        raise ValueError(_("Tick this to go on."))
    return value


def _field_of(question: Question) -> tuple[Any, Any]:
    """Return annotation and default of one question, as pydantic's `create_model` takes them."""
    about: dict[str, Any] = {"title": question.label, "description": question.hint or None}
    annotation: Any
    match question.kind:
        case FieldKind.TEXT:
            annotation = Annotated[str, words(question.label, hint=question.hint, longest=200)]
        case FieldKind.LONG_TEXT:
            annotation = Annotated[
                str,
                words(
                    question.label, hint=question.hint, longest=LONGEST_ANSWER, widget="textarea"
                ),
            ]
        case FieldKind.NUMBER:
            annotation = Annotated[Decimal, Field(max_digits=14, decimal_places=2, **about)]
        case FieldKind.DATE:
            annotation = Annotated[date, Field(**about)]
        case FieldKind.CHOICE:
            pairs: list[Any] = [(choice, choice) for choice in question.choices]
            annotation = Annotated[
                str, _one_of(question.choices), Field(json_schema_extra={"choices": pairs}, **about)
            ]
        case FieldKind.YES_NO:
            if question.required:
                return Annotated[bool, AfterValidator(_ticked), Field(**about)], ...
            return Annotated[bool, Field(**about)], False
    if question.required:
        return annotation, ...
    # The metadata stands outside, where pydantic finds title and widget.
    inner, metadata = annotation.__origin__, list[Any](annotation.__metadata__)
    checks = [each for each in metadata if isinstance(each, AfterValidator)]
    rest = [each for each in metadata if not isinstance(each, AfterValidator)]
    kind = Annotated[inner, *checks] if checks else inner
    return Annotated[kind | None, *rest], None


@lru_cache(maxsize=200)
def answers_form(
    questions: tuple[Question, ...], *, with_days: bool = False, confidential: bool = False
) -> type[Form]:
    """Return the input class of a category's form: its questions as `a_<key>`, and what its kind needs beside them."""
    fields: dict[str, Any] = {}
    if with_days:
        fields["first_day"] = (Annotated[date, Field(title=_l("First day"))], ...)
        fields["last_day"] = (Annotated[date, Field(title=_l("Last day"))], ...)
    for question in questions:
        fields[ANSWER + question.key] = _field_of(question)
    if confidential:
        fields["people"] = (
            Annotated[
                list[Id],
                Field(
                    title=_l("Who may see it"),
                    description=_l("Untick whom it is about. Nobody else sees this request."),
                    min_length=1,
                    max_length=MOST_PEOPLE,
                    json_schema_extra={"widget": "checkboxes"},
                ),
            ],
            ...,
        )
    fields["submit_key"] = (SubmitKey, "")
    made: type[Form] = create_model("CategoryAnswers", __base__=Form, **fields)
    return made
