"""What the macros must know of Python values: the control a field gets, the words in a date box."""

from __future__ import annotations

import datetime
import decimal
import types
import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any, Final, Union, get_args, get_origin

from babel.dates import format_skeleton
from pydantic import BaseModel, EmailStr, SecretStr
from pydantic.fields import FieldInfo

from quad.core import i18n

BY_TYPE: Final[Mapping[Any, str]] = {
    bool: "checkbox",
    int: "number",
    float: "number",
    decimal.Decimal: "number",
    datetime.datetime: "datetime-local",
    datetime.date: "date",
    datetime.time: "time",
    EmailStr: "email",
    SecretStr: "password",
}
MANY: Final = frozenset({list, set, tuple, frozenset})


def runs(items: Iterable[Mapping[str, Any]], key: str) -> list[tuple[Any, list[Mapping[str, Any]]]]:
    """Return the items in runs of neighbours with the same `key`, as table heads that span columns need them."""
    return [(name, list(run)) for name, run in groupby(items, lambda item: item.get(key, ""))]


def widget_of(info: FieldInfo, has_choices: bool = False) -> str:
    """Return the control for a field: what ``json_schema_extra["widget"]`` says, else what its type suggests.

    A field with choices is a ``select``, or ``checkboxes`` when it takes several.
    """
    extra = info.json_schema_extra
    if isinstance(extra, Mapping) and isinstance(named := extra.get("widget"), str):
        return named
    kind = _without_none(info.annotation)
    if has_choices:
        return "checkboxes" if get_origin(kind) in MANY else "select"
    return BY_TYPE.get(kind, "text")


@cache
def marks_required(kind: type[BaseModel]) -> bool:
    """Say whether required fields need the word: only where some may be left empty.

    A tick box is never "empty", so it does not count.
    """
    return any(
        not info.is_required() and widget_of(info) not in ("checkbox", "hidden")
        for info in kind.model_fields.values()
    )


@dataclass(frozen=True)
class DateBox:
    """The two lines of a date box and the date for machines."""

    month: str
    day: str
    iso: str


def date_box(value: datetime.date | datetime.datetime) -> DateBox:
    """Return the month's short name and the day, in the reader's language and zone."""
    reader = i18n.current_reader()
    if isinstance(value, datetime.datetime):
        value = value.astimezone(zoneinfo.ZoneInfo(reader.zone)).date()
    month = format_skeleton("MMM", value, locale=reader.language)
    return DateBox(month=month, day=str(value.day), iso=value.isoformat())


def reader_language() -> str:
    """Return the reader's language as HTML writes it: ``pt-BR``, not ``pt_BR``."""
    return i18n.current_reader().language.replace("_", "-")


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [part for part in get_args(annotation) if part is not types.NoneType]
        return rest[0] if len(rest) == 1 else annotation
    return annotation
