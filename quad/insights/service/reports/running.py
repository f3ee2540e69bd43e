"""Running a report: as one person, within limits of rows and time, with what its columns need to be written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.core import i18n
from quad.core.db.rows import plain_rows
from quad.core.db.time_limit import TookTooLong, time_limit
from quad.core.db.types import rounded
from quad.core.errors import QuadError, Unavailable
from quad.core.export.writing import plain
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Place
from quad.core.policy import Actor
from quad.core.settings import Setting, between, value
from quad.core.sources import Field
from quad.insights.service.reports import statement
from quad.insights.service.reports.resolving import Group, Measure, Resolved

SHOWN = 500
COUNTED = 10_000
IN_THE_BACKGROUND = 300  # seconds a statement of the worker may take
AVERAGE_PLACES = 2


SECONDS = Setting(
    key="insights.report_seconds",
    label=_l("Longest time of a report"),
    hint=_l("In seconds. A report that takes longer asks to narrow the filters."),
    default=10,
    kind="int",
    group=_l("Reports"),
    check=between(1, 60),
    order=10,
)


@dataclass(frozen=True)
class Head:
    """The head of a column and how its values are written. `words` are those of a choice, by its value."""

    key: str
    label: str
    kind: str
    places: int = 0
    unit: str = ""
    whole: bool = False
    period: str = ""
    words: Mapping[str, str] | None = None

    @property
    def numeric(self) -> bool:
        """Tell whether values stand to the right."""
        return self.kind == "number" and not self.whole

    def written(self, found: Any) -> str:
        """Write a value in the reader's way."""
        shown = self.plain(found)
        if shown is None or shown == "":
            return "–"
        if self.kind == "number" and not self.whole:
            text = i18n.number(shown, self.places)
            return f"{text} {self.unit}" if self.unit else text
        if self.kind == "moment":
            return i18n.moment(found)
        if self.kind == "date" and not self.period:
            return i18n.day(found)
        return str(shown)

    def plain(self, found: Any) -> Any:
        """Return a value as files and programs get it: words for words, exact numbers for numbers."""
        if found is None:
            return None
        if self.period == "month":
            return f"{int(found) // 100}-{int(found) % 100:02d}"
        if self.words is not None:
            word = str(found.value if isinstance(found, Enum) else found)
            return self.words.get(word, word)
        if self.kind == "flag":
            return _("Yes") if found else _("No")
        if self.kind == "number" and isinstance(found, Decimal) and not self.places:
            return int(found)
        return found

    def in_file(self, found: Any) -> Any:
        """Return a value as the writer of files takes it."""
        return plain(self.plain(found))


@dataclass(frozen=True)
class ReportRow:
    """One row: a value for each head, and the page behind it."""

    values: Sequence[Any]
    href: Place | None = None


@dataclass(frozen=True)
class Found:
    """Some rows of a report. `total` is exact unless there are more than 10,000."""

    heads: tuple[Head, ...]
    rows: Sequence[ReportRow]
    total: int
    exact: bool
    page: int
    size: int

    @property
    def more(self) -> bool:
        """Tell whether there are rows after these."""
        return self.total > self.page * self.size or not self.exact


def heads(found: Resolved) -> tuple[Head, ...]:
    """Return the heads of a report's columns."""
    if not found.summary:
        return tuple(_head(field) for field in found.columns)
    return (
        *(_group_head(group) for group in found.groups),
        *(_measure_head(measure) for measure in found.measures),
    )


def _head(field: Field) -> Head:
    words = None
    if field.kind == "choice" and not callable(field.choices):
        words = {str(getattr(key, "value", key)): str(label) for key, label in field.choices}
    return Head(
        field.key,
        str(field.label),
        field.kind,
        field.places,
        field.unit,
        field.whole,
        words=words,
    )


def _group_head(group: Group) -> Head:
    if group.period == "year":
        return Head(group.field.key, str(group.field.label), "number", whole=True)
    if group.period:
        return Head(group.field.key, str(group.field.label), "date", period=group.period)
    return _head(group.field)


def _measure_head(measure: Measure) -> Head:
    if measure.field is None:
        return Head(measure.key, measure.label, "number")
    field = measure.field
    places = max(field.places, AVERAGE_PLACES) if measure.by == "average" else field.places
    return Head(measure.key, measure.label, field.kind, places, field.unit, field.whole)


def run(db: Session, actor: Actor, found: Resolved, *, page: int = 1, size: int = SHOWN) -> Found:
    """Read one page of a report. Raises Unavailable with a sentence when it takes too long, QuadError past its end."""
    if (page - 1) * size >= COUNTED:
        raise QuadError(
            _("A report is shown up to row %(n)s. Export it for all rows.", n=i18n.number(COUNTED))
        )
    chosen = statement.rows(found, actor)
    offset = (page - 1) * size
    try:
        with time_limit(db, value(db, SECONDS)):
            rows = plain_rows(db, chosen.limit(size + 1).offset(offset)).all()
            total, exact = len(rows) + offset, True
            if len(rows) > size or (offset and not rows):
                total, exact = _count(db, found, actor)
    except TookTooLong as error:
        raise _too_long() from error
    shown = [_row(found, row) for row in rows[:size]]
    return Found(heads(found), shown, total, exact, page, size)


def _too_long() -> Unavailable:
    return Unavailable(_("This report takes too long. Narrow it with a filter, or group less."))


def count(db: Session, actor: Actor, found: Resolved) -> tuple[int, bool]:
    """Count the rows up to 10,000, and tell whether that is exact. Raises Unavailable."""
    try:
        with time_limit(db, value(db, SECONDS)):
            return _count(db, found, actor)
    except TookTooLong as error:
        raise _too_long() from error


def _count(db: Session, found: Resolved, actor: Actor) -> tuple[int, bool]:
    capped = statement.rows(found, actor).order_by(None).limit(COUNTED + 1).subquery("counted")
    number = db.scalar(select(func.count()).select_from(capped)) or 0
    return min(number, COUNTED), number <= COUNTED


def every_row(
    db: Session, actor: Actor, found: Resolved, seconds: float = 0, most: int = 0
) -> Iterator[list[Any]]:
    """Read all rows (at most `most`) as files hold them, a piece at a time. Raises Unavailable."""
    columns = heads(found)
    chosen = statement.rows(found, actor)
    if most:
        chosen = chosen.limit(most)
    try:
        with time_limit(db, seconds or value(db, SECONDS)):
            result = plain_rows(db, chosen.execution_options(yield_per=500))
            for row in result:
                values = _row(found, row).values
                yield [head.in_file(one) for head, one in zip(columns, values, strict=True)]
    except TookTooLong as error:
        raise _too_long() from error


def _row(found: Resolved, row: Any) -> ReportRow:
    if not found.summary:
        values = [row[place] for place in range(len(found.columns))]
        link = found.source.link
        return ReportRow(values, (link[0], {link[1]: row.link_}) if link else None)
    named = row._mapping
    first = len(found.groups)
    values = [named[f"c{place}"] for place in range(first)]
    for place, measure in enumerate(found.measures):
        values.append(_number(measure, named, first + place))
    return ReportRow(values)


def _number(measure: Measure, named: Mapping[Any, Any], place: int) -> Any:
    found = named[f"c{place}"]
    if found is None or measure.field is None or measure.field.kind != "number":
        return found
    if measure.by == "average":
        places = max(measure.field.places, AVERAGE_PLACES)
        return rounded(Decimal(found) / Decimal(named[f"n{place}"]), places)
    return found if measure.field.places else int(found)


def as_json(head: Head, found: Any) -> Any:
    """Return a value as the API answers with it."""
    shown = head.plain(found)
    if isinstance(shown, Decimal):
        return float(shown)
    return shown.isoformat() if hasattr(shown, "isoformat") else shown
