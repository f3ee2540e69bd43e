"""What happened in somebody's life here. Each domain declares its kinds of entries; one page shows them together.

A kind selects the entries about one person that an actor may see, in the same columns (see `timeline_columns`), so that
all kinds are one statement. Nothing but the domain's own permission lets an entry through.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, String, case, cast, type_coerce

from quad.core.db.types import Utc
from quad.core.policy import Actor

LONGEST = 400
Entries = Callable[[Actor, int], Select[Any] | None]


class Precision(enum.StrEnum):
    """How exactly it is known when something happened."""

    MOMENT = "moment"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class TimelineKind:
    """One kind of entry.

    `entries(actor, person_id)` selects those about a person that the actor may see, by `timeline_columns`; None when
    the actor sees nothing of this kind about anybody. `link` is where one is looked at: whoever sees the entry may
    open it. `marks` turns the word of a state into its mark and label.
    """

    name: str
    label: str
    entries: Entries
    link: Callable[[int], str] | None = None
    precision: Precision = Precision.MOMENT
    marks: Mapping[Any, tuple[str, str]] = field(default_factory=dict)
    order: int = 50


def timeline_columns(
    row_id: Any, *, at: Any, title: Any, detail: Any = "", mark: Any = "", about: Any = None
) -> tuple[ColumnElement[Any], ...]:
    """Return the columns of an entry: when, what, more about it, its state, and the number its link is made of."""
    return (
        type_coerce(row_id, BigInteger).label("id"),
        type_coerce(at, Utc()).label("at"),
        _text(title).label("title"),
        _text(detail).label("detail"),
        _text(mark).label("mark"),
        type_coerce(row_id if about is None else about, BigInteger).label("about"),
    )


def worded(column: Any, words: Mapping[Any, str]) -> ColumnElement[str]:
    """Return what each value of `column` is called, in the reader's language; other values as they are."""
    labels = {value: _text(str(label)) for value, label in words.items()}
    return case(labels, value=column, else_=_text(column))


def _text(value: Any) -> ColumnElement[str]:
    return cast(value, String(LONGEST))


TIMELINE: dict[str, TimelineKind] = {}


def use_timeline(kinds: Iterable[TimelineKind]) -> None:
    """Show these kinds, in their order (called by the roof with what the modules declare)."""
    TIMELINE.clear()
    TIMELINE.update({one.name: one for one in sorted(kinds, key=lambda one: one.order)})
