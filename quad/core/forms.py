"""One input class per command. HTML form, JSON body and CSV row bind to the same class; the door decides how strictly.

JSON validates strictly from the bytes ("5" is not 5); HTML and CSV validate laxly ("5" is 5, "" is None, an absent
checkbox is False). Every complaint becomes one sentence for the field it belongs to.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from enum import Enum
from functools import cache
from typing import Annotated, Any, Generic, Protocol, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, from_json

from quad.core.errors import Invalid, QuadError
from quad.core.i18n import gettext as _


class Form(BaseModel):
    """Base of every input class. Unknown fields are refused, words are stripped."""

    model_config = ConfigDict(
        str_strip_whitespace=True, extra="forbid", frozen=True, str_max_length=20_000
    )


def _whole_number(value: Any) -> Any:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
        return int(value)
    return value


# ids leave as strings and come in as string or integer (docs/api.md).
Id = Annotated[
    int,
    BeforeValidator(_whole_number),
    Field(ge=1, le=2**63 - 1, json_schema_extra={"type": ["string", "integer"]}),
]


class MultiValues(Protocol):
    """What a web framework hands over for a posted form."""

    def getlist(self, key: str) -> list[str]: ...
    def keys(self) -> Any: ...


F = TypeVar("F", bound=Form)
NOT_FIELDS = frozenset({"csrf_token"})
NUMBER = re.compile(r"\s*[+-]?\d+\.?\d*\s*")
# In this order: a datetime is a date as well. The value is pydantic's name for a text that is none.
MOMENTS: Mapping[type, str] = {
    datetime: "datetime_parsing",
    date: "date_parsing",
    time: "time_parsing",
}


class Bound(Generic[F]):
    """What a page needs to draw a form again: what was typed, a sentence per field, the checked data.

    `choices` maps a field name to (value, label) pairs; views fill it.
    """

    def __init__(
        self,
        kind: type[F],
        raw: Mapping[str, Any] | None = None,
        *,
        initial: Mapping[str, Any] | None = None,
        choices: Mapping[str, Sequence[tuple[Any, Any]]] | None = None,
    ) -> None:
        self.kind = kind
        self.raw: dict[str, Any] = dict(raw or {})
        self.initial: dict[str, Any] = dict(initial or {})
        self.choices = dict(choices or {})
        self.errors: dict[str, str] = {}
        self.data: F | None = None
        self.submitted = raw is not None

    @classmethod
    def from_html(
        cls,
        kind: type[F],
        posted: MultiValues,
        *,
        initial: Mapping[str, Any] | None = None,
        choices: Mapping[str, Sequence[tuple[Any, Any]]] | None = None,
    ) -> Bound[F]:
        """Bind a posted form, laxly."""
        values = _from_multi(kind, posted)
        bound = cls(kind, values, initial=initial, choices=choices)
        bound._validate(lambda: kind.model_validate(values, strict=False))
        return bound

    @classmethod
    def from_row(cls, kind: type[F], row: Mapping[str, Any]) -> Bound[F]:
        """Bind one row of a table file, laxly; empty cells are None."""
        values = {name: _empty_is_none(value) for name, value in row.items()}
        values = {name: value for name, value in values.items() if value is not None}
        bound = cls(kind, values)
        bound._validate(lambda: kind.model_validate(values, strict=False))
        return bound

    @classmethod
    def from_json(cls, kind: type[F], body: bytes) -> Bound[F]:
        """Bind a JSON body, strictly, from its bytes.

        Raises QuadError (400) when the body is not JSON or not an object.
        """
        try:
            parsed = from_json(body)
        except ValueError as error:
            raise QuadError(_("The body is not valid JSON.")) from error
        if not isinstance(parsed, dict):
            raise QuadError(_("The body must be a JSON object."))
        bound = cls(kind, parsed)
        bound._validate(lambda: kind.model_validate_json(body, strict=True))
        return bound

    def _validate(self, check: Callable[[], F]) -> None:
        self.errors = {name: _unreadable() for name, value in self.raw.items() if _has_nul(value)}
        if self.errors:
            return
        try:
            self.data = check()
        except ValidationError as error:
            self.errors = sentences(error, self.kind)
        misread = mere_numbers(self.kind, self.raw)
        if misread:
            self.data, self.errors = None, self.errors | misread

    def require(self) -> F:
        """Return the checked data, or raise Invalid with a sentence per field."""
        if self.data is None:
            raise Invalid(self.errors)
        return self.data

    @property
    def status(self) -> int:
        """The HTTP status of a page that shows this form."""
        return 422 if self.errors else 200

    def refuse(self, error: QuadError) -> None:
        """Show a refusal of the command beside the fields it belongs to, keeping what was typed."""
        self.data = None
        self.errors |= error.fields if isinstance(error, Invalid) else {"": str(error)}

    def value(self, name: str) -> Any:
        """Return what the field shows: what was typed, else the initial value, else the default."""
        if self.submitted:
            return self.raw.get(name)
        if name in self.initial:
            shown = self.initial[name]
            return shown.value if isinstance(shown, Enum) else shown
        info = self.kind.model_fields[name]
        default = None if info.is_required() else info.get_default(call_default_factory=True)
        return default.value if isinstance(default, Enum) else default


def _from_multi(kind: type[Form], posted: MultiValues) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in posted.keys():  # noqa: SIM118 - a werkzeug MultiDict iterates over its keys, a protocol may not
        if name in NOT_FIELDS:
            continue
        info = kind.model_fields.get(name)
        many = info is not None and _is_many(info)
        given = posted.getlist(name)
        values[name] = [v for v in given if v != ""] if many else _empty_is_none(given[-1])
    for name, info in kind.model_fields.items():
        if name not in values and _is_flag(info):
            values[name] = False
    # An empty field that has a default takes the default; an empty required one stays None and is named.
    return {
        name: value
        for name, value in values.items()
        if value is not None
        or (name in kind.model_fields and kind.model_fields[name].is_required())
    }


def _unreadable() -> str:
    return _("This text has characters that are not valid.")


def _has_nul(value: Any) -> bool:
    """PostgreSQL cannot store U+0000, so no door lets it in."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_has_nul(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(_has_nul(part) for part in value)


def _empty_is_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _arguments(annotation: Any) -> list[Any]:
    if get_origin(annotation) in (Union, types.UnionType):
        return [inner for part in get_args(annotation) for inner in _arguments(part)]
    if get_origin(annotation) is Annotated:
        return _arguments(get_args(annotation)[0])
    return [annotation]


def _is_many(info: FieldInfo) -> bool:
    return any(
        get_origin(part) in (list, tuple, set, frozenset) for part in _arguments(info.annotation)
    )


def _is_flag(info: FieldInfo) -> bool:
    return bool in _arguments(info.annotation)


@cache
def _moments(kind: type[Form]) -> Mapping[str, str]:
    """Return the fields that are a day or a time, each with the complaint that fits."""
    found = {}
    for name, info in kind.model_fields.items():
        parts = _arguments(info.annotation)
        fitting = next((words for part, words in MOMENTS.items() if part in parts), None)
        if fitting is not None:
            found[name] = fitting
    return found


def mere_numbers(kind: type[Form], values: Mapping[str, Any]) -> dict[str, str]:
    """Return a sentence for each day or time that is given as a number only.

    pydantic takes it for seconds, so that 0 would be the first day of 1970 and 930 a quarter past midnight.
    """
    return {
        name: SENTENCES[error]({})
        for name, error in _moments(kind).items()
        if isinstance(value := values.get(name), str) and NUMBER.fullmatch(value)
    }


def sentences(error: ValidationError, kind: type[BaseModel]) -> dict[str, str]:
    """Turn pydantic's complaints into one sentence per field; the first one counts."""
    found: dict[str, str] = {}
    for item in error.errors(include_url=False):
        name = str(item["loc"][0]) if item["loc"] else ""
        found.setdefault(name, _sentence(item, name, kind))
    return found


def _sentence(item: ErrorDetails, name: str, kind: type[BaseModel]) -> str:
    context = item.get("ctx", {})
    if item["type"] == "value_error":
        return str(context.get("error", "")) or item["msg"]
    if item.get("input") is None and item["type"].endswith("_type"):
        return _("Please fill this in.")
    build = SENTENCES.get(item["type"])
    if build is not None:
        return build(context)
    label = kind.model_fields[name].title if name in kind.model_fields else None
    return _("“%(what)s” has a value that does not fit.", what=label or name)


def _choices(context: Mapping[str, Any]) -> str:
    return _(
        "Choose one of: %(choices)s.", choices=str(context.get("expected", "")).replace("'", "")
    )


SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda c: _("Please fill this in."),
    "extra_forbidden": lambda c: _("There is no such field."),
    "string_too_short": lambda c: (
        _("Please fill this in.")
        if c["min_length"] == 1
        else _("Use at least %(n)s characters.", n=c["min_length"])
    ),
    "string_too_long": lambda c: _("Use at most %(n)s characters.", n=c["max_length"]),
    "string_type": lambda c: _("Write text here."),
    "string_unicode": lambda c: _unreadable(),
    "string_pattern_mismatch": lambda c: _("This is not in the form that is needed here."),
    "int_parsing": lambda c: _("Write a whole number."),
    "int_parsing_size": lambda c: _("This number is too large."),
    "int_type": lambda c: _("Write a whole number."),
    "int_from_float": lambda c: _("Write a whole number."),
    "decimal_parsing": lambda c: _("Write a number, such as 12 or 12.5."),
    "decimal_type": lambda c: _("Write a number, such as 12 or 12.5."),
    "decimal_max_places": lambda c: _("Use at most %(n)s decimals.", n=c["decimal_places"]),
    "decimal_max_digits": lambda c: _("This number is too large."),
    "decimal_whole_digits": lambda c: _("This number is too large."),
    "finite_number": lambda c: _("Write a number, such as 12 or 12.5."),
    "float_parsing": lambda c: _("Write a number, such as 12 or 12.5."),
    "float_type": lambda c: _("Write a number, such as 12 or 12.5."),
    "greater_than": lambda c: _("Use a number above %(n)s.", n=c["gt"]),
    "greater_than_equal": lambda c: _("Use %(n)s or more.", n=c["ge"]),
    "less_than": lambda c: _("Use a number below %(n)s.", n=c["lt"]),
    "less_than_equal": lambda c: _("Use %(n)s or less.", n=c["le"]),
    "bool_parsing": lambda c: _("Choose yes or no."),
    "bool_type": lambda c: _("Choose yes or no."),
    "date_parsing": lambda c: _("Write a date as year-month-day, such as 2026-11-20."),
    "date_from_datetime_parsing": lambda c: _(
        "Write a date as year-month-day, such as 2026-11-20."
    ),
    "date_from_datetime_inexact": lambda c: _("Write a date without a time."),
    "date_type": lambda c: _("Write a date as year-month-day, such as 2026-11-20."),
    "datetime_parsing": lambda c: _("Write a date and time, such as 2026-11-20T14:30Z."),
    "datetime_from_date_parsing": lambda c: _("Write a date and time, such as 2026-11-20T14:30Z."),
    "datetime_type": lambda c: _("Write a date and time, such as 2026-11-20T14:30Z."),
    "time_parsing": lambda c: _("Write a time, such as 09:30."),
    "time_type": lambda c: _("Write a time, such as 09:30."),
    "enum": _choices,
    "literal_error": _choices,
    "list_type": lambda c: _("Give a list."),
    "dict_type": lambda c: _("Give an object with named values."),
    "too_short": lambda c: _("Choose at least %(n)s.", n=c["min_length"]),
    "too_long": lambda c: _("Give at most %(n)s.", n=c["max_length"]),
    "model_type": lambda c: _("Give an object with named values."),
}


def words(
    title: str,
    *,
    hint: str = "",
    longest: int = 120,
    shortest: int = 1,
    **extra: Any,
) -> Any:
    """Declare a text field: its label, a hint, its length, and what the widget needs (`widget`, `autocomplete`, …)."""
    return Field(
        title=title,
        description=hint or None,
        min_length=shortest,
        max_length=longest,
        json_schema_extra=extra or None,
    )
