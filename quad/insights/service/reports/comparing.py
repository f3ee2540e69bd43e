"""How fields are compared with values: the words for it, what is read from a text, and the WHERE clause."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, false, func, not_, or_
from sqlalchemy.orm import Session

from quad.core import clock, i18n
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.filters import Filter
from quad.core.policy import Actor
from quad.core.sources import Field

Takes = Literal["nothing", "one", "several", "days"]
MOST_DAYS = 36_500


@dataclass(frozen=True)
class Op:
    """One comparison. `takes` is what has to be given with it."""

    name: str
    label: str
    takes: Takes
    where: Callable[[Any, Any], ColumnElement[bool]]


def _today() -> date:
    return clock.today(i18n.current_reader().zone)


def _starts(day: date) -> datetime:
    """Return when a day begins where the reader is."""
    zone = ZoneInfo(i18n.current_reader().zone)
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _same(column: Any, value: str) -> ColumnElement[bool]:
    return or_(column == value, func.lower(column) == value.lower())


def _other(column: Any, value: str) -> ColumnElement[bool]:
    return or_(column.is_(None), not_(_same(column, value)))


def _none_of(column: Any, values: Sequence[Any]) -> ColumnElement[bool]:
    return or_(column.is_(None), column.not_in(values))


def _empty_text(column: Any, _value: Any) -> ColumnElement[bool]:
    return or_(column.is_(None), column == "")


EMPTY = Op("empty", _l("is empty"), "nothing", lambda column, _value: column.is_(None))
FILLED = Op("filled", _l("is not empty"), "nothing", lambda column, _value: column.is_not(None))
TEXT = (
    Op("has", _l("contains"), "one", lambda c, v: c.icontains(v, autoescape=True)),
    Op("begins", _l("begins with"), "one", lambda c, v: c.istartswith(v, autoescape=True)),
    Op("is", _l("is"), "one", _same),
    Op("not", _l("is not"), "one", _other),
    Op("empty", _l("is empty"), "nothing", _empty_text),
    Op("filled", _l("is not empty"), "nothing", lambda c, v: not_(_empty_text(c, v))),
)
NUMBER = (
    Op("least", _l("at least"), "one", lambda c, v: c >= v),
    Op("most", _l("at most"), "one", lambda c, v: c <= v),
    Op("above", _l("above"), "one", lambda c, v: c > v),
    Op("below", _l("below"), "one", lambda c, v: c < v),
    Op("is", _l("is"), "one", lambda c, v: c == v),
    Op("not", _l("is not"), "one", lambda c, v: or_(c.is_(None), c != v)),
    EMPTY,
    FILLED,
)
DATE = (
    Op("from", _l("on or after"), "one", lambda c, v: c >= v),
    Op("until", _l("on or before"), "one", lambda c, v: c <= v),
    Op("on", _l("on"), "one", lambda c, v: c == v),
    Op("last", _l("in the last days"), "days", lambda c, v: c > _today() - timedelta(days=v)),
    Op("older", _l("more days ago than"), "days", lambda c, v: c < _today() - timedelta(days=v)),
    EMPTY,
    FILLED,
)
DAY = timedelta(days=1)
MOMENT = (
    Op("from", _l("on or after"), "one", lambda c, v: c >= _starts(v)),
    Op("until", _l("on or before"), "one", lambda c, v: c < _starts(v + DAY)),
    Op("on", _l("on"), "one", lambda c, v: and_(c >= _starts(v), c < _starts(v + DAY))),
    Op(
        "last",
        _l("in the last days"),
        "days",
        lambda c, v: c >= _starts(_today() - timedelta(days=v) + DAY),
    ),
    Op(
        "older",
        _l("more days ago than"),
        "days",
        lambda c, v: c < _starts(_today() - timedelta(days=v)),
    ),
    EMPTY,
    FILLED,
)
CHOICE = (
    Op("any", _l("is"), "several", lambda c, v: c.in_(v) if v else false()),
    Op("none", _l("is not"), "several", _none_of),
    EMPTY,
    FILLED,
)
FLAG = (
    Op("yes", _l("yes"), "nothing", lambda column, _value: column.is_(True)),
    Op("no", _l("no"), "nothing", lambda column, _value: column.is_(False)),
)
OPS: Mapping[str, tuple[Op, ...]] = {
    "text": TEXT,
    "number": NUMBER,
    "date": DATE,
    "moment": MOMENT,
    "choice": CHOICE,
    "flag": FLAG,
}


def op_of(field: Field, name: str) -> Op | None:
    """Find a comparison of a field by its name."""
    return next((one for one in OPS[field.kind] if one.name == name), None)


def read(field: Field, op: Op, texts: Sequence[str]) -> Any:
    """Read what was given with a comparison; None for nothing. Raises ValueError with a sentence."""
    given = [text.strip() for text in texts if text.strip()]
    if op.takes == "nothing":
        return None
    if not given:
        raise ValueError(_("The filter “%(label)s” has no value yet.", label=str(field.label)))
    if op.takes == "several":
        return [_reader(field).read(text) for text in given]
    if op.takes == "days":
        days = Filter(field.key, field.label, "number", _unused, places=0).read(given[0])
        if not 0 <= days <= MOST_DAYS:
            raise ValueError(_("Use a number of days from 0 to %(n)s.", n=MOST_DAYS))
        return days
    value = _reader(field).read(given[0])
    if isinstance(value, date) and not 1900 <= value.year <= 2999:
        raise ValueError(_("Use a day between 1900 and 2999."))
    return value


def _unused(_value: Any) -> ColumnElement[bool]:
    return false()


def _reader(field: Field) -> Filter:
    """Return the filter of lists that reads such a value: the same sentences, the same limits."""
    kind: Any = {"moment": "date"}.get(field.kind, field.kind)
    return Filter(field.key, field.label, kind, _unused, choices=field.choices, places=field.places)


def options(db: Session, actor: Actor, field: Field) -> list[tuple[str, str]]:
    """Return the values that a choice offers; a loader asks the database."""
    return _reader(field).options(db, actor)


def worded(
    field: Field, op: Op, texts: Sequence[str], choices: Sequence[tuple[str, str]] = ()
) -> str:
    """Say a filter in words: "CGPA at least 7"."""
    if field.kind == "flag":
        label = str(field.label)
        return label if op.name == "yes" else _("Not: %(label)s", label=label)
    if op.takes == "nothing":
        return f"{field.label} {op.label}"
    known = dict(choices)
    values = ", ".join(_value_words(field, op, known, text) for text in texts)
    if op.takes == "several":
        sign = _("not %(values)s", values=values) if op.name == "none" else values
        return f"{field.label}: {sign}"
    return f"{field.label} {op.label} {values}"


def _value_words(field: Field, op: Op, known: Mapping[str, str], text: str) -> str:
    if op.takes == "one" and field.kind in ("date", "moment"):
        try:
            return i18n.day(date.fromisoformat(text.strip()))
        except ValueError:
            return text
    return known.get(text, text)
