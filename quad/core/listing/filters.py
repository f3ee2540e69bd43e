"""Filters: what may be asked, how a value is read from an address, and which WHERE clause it becomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from quad.core import i18n
from quad.core.i18n import gettext as _
from quad.core.policy import Actor

Kind = Literal["choice", "text", "number", "date", "flag"]
Choice = tuple[Any, str]
Choices = Sequence[Choice] | Callable[[Session, Actor], Sequence[Choice]]

LONGEST = 200
LARGEST = 10**15
YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True)
class Filter:
    """One way to narrow a list.

    `where` gets the value read (an int or the choice's own value, text, int or Decimal, a date, a bool) and speaks of
    the listed table only (`column == value`, `exists(…)`, `column.in_(select(…))`). It may raise ValueError.
    `choices` are (value, label) pairs or a callable that loads them. `chip` words the chip ("CGPA: 9.50 or more").
    `menu=False` keeps a filter out of the menu: for values that the page's own address fixes.
    """

    key: str
    label: str
    kind: Kind
    where: Callable[[Any], ColumnElement[bool]]
    choices: Choices = ()
    parse: Callable[[str], Any] | None = None
    places: int = 2
    chip: Callable[[Any], str] | None = None
    menu: bool = True

    def read(self, text: str) -> Any:
        """Read a value from an address; raises ValueError with one sentence."""
        if "\0" in text or len(text) > LONGEST:
            raise ValueError(self._unfit(text))
        if self.parse is not None:
            try:
                return self.parse(text)
            except ValueError as error:
                raise ValueError(self._unfit(text)) from error
        return READERS[self.kind](self, text.strip())

    def options(self, db: Session, actor: Actor) -> list[tuple[str, str]]:
        """Return the choices as pairs of texts, for the menu; a loader in `choices` asks the database."""
        pairs = self.choices(db, actor) if callable(self.choices) else self.choices
        return [(_word(value), str(label)) for value, label in pairs]

    def worded(self, value: Any, options: Sequence[tuple[str, str]]) -> str:
        """Word the chip of a chosen value."""
        if self.chip is not None:
            return self.chip(value)
        if self.kind == "flag":
            return str(self.label) if value else _("Not: %(label)s", label=str(self.label))
        return f"{self.label}: {dict(options).get(_word(value)) or _shown(value)}"

    def _unfit(self, text: str) -> str:
        return _(
            "The filter “%(label)s” does not take “%(value)s”.",
            label=str(self.label),
            value=text[:40],
        )


def _word(value: Any) -> str:
    return str(getattr(value, "value", value))


def _shown(value: Any) -> str:
    if isinstance(value, date):
        return i18n.day(value)
    return i18n.number(value) if isinstance(value, int | Decimal) else str(value)


def _choice(item: Filter, text: str) -> Any:
    if not callable(item.choices):
        for value, _label in item.choices:
            if _word(value) == text:
                return value
        raise ValueError(item._unfit(text))
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text)
    raise ValueError(item._unfit(text))


def _text(_item: Filter, text: str) -> str:
    return text


def _number(item: Filter, text: str) -> int | Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(item._unfit(text)) from error
    if not value.is_finite() or abs(value) > LARGEST:
        raise ValueError(item._unfit(text))
    if value != round(value, item.places):
        raise ValueError(
            _("“%(label)s” takes at most %(n)s decimals.", label=str(item.label), n=item.places)
        )
    return int(value) if item.places == 0 else round(value, item.places)


def _date(item: Filter, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(
            _(
                "“%(label)s” takes a date as year-month-day, such as 2026-11-20.",
                label=str(item.label),
            )
        ) from error


def _flag(item: Filter, text: str) -> bool:
    if text.lower() not in YES | NO:
        raise ValueError(item._unfit(text))
    return text.lower() in YES


READERS: dict[str, Callable[[Filter, str], Any]] = {
    "choice": _choice,
    "text": _text,
    "number": _number,
    "date": _date,
    "flag": _flag,
}
