"""What a domain tells about itself in figures and tables: drawn as charts, answered as JSON, written as files.

A domain declares a `Report` in its module; the analytics pages (quad/insights) put the reports of all domains together.
Whoever asks has been let in already and `Scope` says how far: a report reads nothing beyond its departments, and it
reads rollups, never source rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from sqlalchemy.orm import Session

from quad.core import i18n
from quad.core.db.types import rounded
from quad.core.listing.declaration import Place
from quad.core.policy import Actor

OVERVIEW = "overview"

Plain = str | int | Decimal | None
Look = Literal["bars", "bar", "line", "bar+line", "table"]


@dataclass(frozen=True)
class Period:
    """A term, as reports need it."""

    id: int
    name: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Scope:
    """What is asked about. `departments` None means the whole institution; `names` words those one may see.

    `terms` are the terms within `since` and `until`, the oldest first; `term` is the one that was chosen, if any.
    """

    departments: tuple[int, ...] | None
    names: Mapping[int, str]
    terms: tuple[Period, ...]
    term: Period | None = None
    since: date | None = None
    until: date | None = None

    def within(self, **more: str | int | Sequence[str | int]) -> dict[str, object]:
        """Return `more` with the departments asked about, as the address of a list takes them."""
        chosen = {} if self.departments is None else {"department": list(self.departments)}
        return {**chosen, **more}


@dataclass(frozen=True)
class Head:
    """The head of a column. `places` None is text; `unit` stands behind each number."""

    label: str
    places: int | None = 0
    unit: str = ""

    def written(self, value: Plain) -> str:
        """Write a value of this column in the reader's way."""
        if value is None:
            return "–"
        if isinstance(value, str):
            return value
        text = i18n.number(value, self.places)
        return f"{text} {self.unit}" if self.unit else text


@dataclass(frozen=True)
class Number:
    """One cell: a value and the list behind it."""

    value: Plain
    href: Place | None = None


@dataclass(frozen=True)
class Figure:
    """One key figure. `value` is ready to be shown; `tone` is of the note: good, warn or bad."""

    label: str
    value: str
    note: str = ""
    tone: str = ""
    href: Place | None = None


@dataclass(frozen=True)
class Table:
    """Some rows of numbers, and how they are looked at. The first cell of a row is its name.

    `marks` names the rows to stress. `low` and `high` are the ends of the scale of a chart, where it has them; `series`
    is how many columns after the name it draws (0: all), since a table may say more than its chart.
    """

    name: str
    title: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Number, ...], ...]
    look: Look = "table"
    about: str = ""
    marks: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    series: int = 0
    wide: bool = False

    def plain(self) -> list[list[Plain]]:
        """Return the values of all rows, for files."""
        return [[cell.value for cell in row] for row in self.rows]


@dataclass(frozen=True)
class Findings:
    """What a report found out."""

    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Report:
    """What one domain adds to the analytics.

    `pages` are its own pages as (name, label). `load` is called with the page that is asked for: one of these, or
    `OVERVIEW`, on which every domain shows the most important of what it has.
    """

    name: str
    pages: tuple[tuple[str, str], ...]
    load: Callable[[Session, Actor, Scope, str], Findings] = field(repr=False)
    order: int = 50


def share(part: int | Decimal, whole: int | Decimal, places: int = 1) -> Decimal | None:
    """Return `part` in per cent of `whole`, rounded half up; None of nothing."""
    return ratio(part * 100, whole, places)


def ratio(total: int | Decimal, number: int | Decimal, places: int = 2) -> Decimal | None:
    """Return `total` over `number`, rounded half up; None when there is nothing."""
    if not number:
        return None
    return rounded(Decimal(total) / Decimal(number), places)


def exactly(value: Fraction, places: int = 1) -> Decimal:
    """Return an exact number of at least 0 as a decimal, rounded half up once."""
    scaled = int(value * 10**places + Fraction(1, 2))
    return Decimal(scaled).scaleb(-places)
