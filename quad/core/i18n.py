"""Words in the reader's language, and dates and numbers in the reader's way.

Below the web floor there is no request, so the language and the time zone travel in context variables.
Catalogues are gettext files in `quad/translations`; without one the English source text is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, format_time
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

CATALOGUES = Path(__file__).parents[1] / "translations"


@dataclass(frozen=True)
class Reader:
    """Whose eyes the words are for: a language tag (`en`, `pt_BR`) and an IANA time zone."""

    language: str = "en"
    zone: str = "UTC"


_reader: ContextVar[Reader] = ContextVar("quad_reader", default=Reader())


@contextmanager
def reading_as(reader: Reader) -> Iterator[None]:
    """Speak to `reader` inside the block."""
    token = _reader.set(reader)
    try:
        yield
    finally:
        _reader.reset(token)


def set_reader(reader: Reader) -> None:
    """Speak to `reader` for the rest of this context (one request runs in one context)."""
    _reader.set(reader)


def current_reader() -> Reader:
    """Return whom we speak to now."""
    return _reader.get()


@lru_cache(maxsize=32)
def _catalogue(language: str) -> NullTranslations:
    return Translations.load(str(CATALOGUES), [language])


def gettext(message: str, **values: Any) -> str:
    """Translate `message`; `%(name)s` places take `values`."""
    text = _catalogue(_reader.get().language).gettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, n: int, **values: Any) -> str:
    """Translate with the plural form for `n`; `%(num)s` holds the number in the reader's way."""
    text = _catalogue(_reader.get().language).ngettext(singular, plural, n)
    return text % ({"num": number(n)} | values)


class LazyText(str):
    """A text declared at import time and translated each time it is shown.

    As a value (a key, a hash, JSON) it is the English source; shown by `str`, formatting or a template it speaks the
    current reader's language.
    """

    __slots__ = ()

    def __str__(self) -> str:
        return gettext(str.__str__(self))

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __mod__(self, values: Any) -> str:
        shown: str = str(self) % values
        return shown

    def __add__(self, other: str) -> str:
        return str(self) + other

    def __radd__(self, other: str) -> str:
        return other + str(self)


def lazy_gettext(message: str) -> str:
    """Translate when shown, for texts declared at import time."""
    return LazyText(message)


def _local(moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(_reader.get().zone))


def day(value: date | datetime | None, style: str = "medium") -> str:
    """Write a date ("20 Nov 2026"); style `short` leaves out the year ("20 Nov")."""
    if value is None:
        return ""
    plain = _local(value).date() if isinstance(value, datetime) else value
    return _written_day(plain, style, _reader.get().language)


@lru_cache(maxsize=20_000)
def _written_day(plain: date, style: str, locale: str) -> str:
    """Write a day once: a page shows the same ones again and again, and writing one takes longer than fetching it."""
    if style == "short":
        if locale.startswith("en"):
            return format_date(plain, "d MMM", locale=locale)
        return format_skeleton("MMMd", plain, locale=locale)
    if style == "full":
        return format_skeleton("yMMMMEEEEd", plain, locale=locale)
    return format_date(plain, "d MMM y" if locale.startswith("en") else "medium", locale=locale)


def month(value: date | None) -> str:
    """Write a month with its year ("Jul 2019")."""
    return "" if value is None else format_skeleton("yMMM", value, locale=_reader.get().language)


def moment(value: datetime | None) -> str:
    """Write a date with the time, in the reader's zone."""
    if value is None:
        return ""
    locale = _reader.get().language
    style = "d MMM y, HH:mm" if locale.startswith("en") else "medium"
    return format_datetime(_local(value), style, locale=locale)


def clock_time(value: datetime) -> str:
    """Write the time of day, in the reader's zone."""
    return format_time(_local(value), "HH:mm", locale=_reader.get().language)


def number(value: float | Decimal | None, places: int | None = None) -> str:
    """Write a number with the reader's separators; `places` fixes the decimals."""
    if value is None:
        return "–"
    return _written_number(str(value), places, _reader.get().language)


@lru_cache(maxsize=20_000)
def _written_number(digits: str, places: int | None, language: str) -> str:
    """Write a number once: a page of marks shows hundreds, and writing one takes longer than fetching it."""
    pattern = None if places is None else "#,##0" + ("." + "0" * places if places else "")
    return format_decimal(Decimal(digits), pattern, locale=language)


def known_language(tag: str) -> bool:
    """Tell whether a catalogue for `tag` is shipped (English always is)."""
    return tag == "en" or (CATALOGUES / str(Locale.parse(tag))).is_dir()


@lru_cache(maxsize=1)
def shipped() -> tuple[str, ...]:
    """Return the tags of the languages pages can be written in, as browsers ask for them."""
    return (*sorted(path.name for path in CATALOGUES.glob("*") if path.is_dir()), "en")


def languages() -> list[tuple[str, str]]:
    """Return (tag, name in that language) of English and every shipped catalogue."""
    tags = {"en"} | {path.name for path in CATALOGUES.glob("*") if path.is_dir()}
    return [
        (tag, (Locale.parse(tag).get_display_name() or tag).capitalize()) for tag in sorted(tags)
    ]
