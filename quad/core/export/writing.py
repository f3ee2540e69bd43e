"""A list as a file: CSV and XLSX, written row by row; what looks like a formula is disarmed."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import IO, Any, cast
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook

from quad.core import clock, formulas, i18n
from quad.core.errors import Rejected
from quad.core.i18n import gettext as _
from quad.core.listing.declaration import Column, Listing

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
PIECE = 64 * 1024
IN_MEMORY = 1024 * 1024
# Limits of the XLSX format.
MOST_XLSX_ROWS = 1_048_575
LONGEST_XLSX_CELL = 32_767
LONGEST_TITLE = 31
FORBIDDEN_IN_TITLES = "[]:*?/\\"


@dataclass(frozen=True)
class Written:
    """A finished file, kept in memory while it is small and on disk beyond."""

    file: IO[bytes]
    size: int
    rows: int

    def pieces(self) -> Iterator[bytes]:
        """Yield the file in pieces and let go of it."""
        with self.file:
            while piece := self.file.read(PIECE):
                yield piece


def file_name(listing: Listing[Any], kind: str) -> str:
    """Name the file after the list and the day: `students-2026-11-20.csv`."""
    today = clock.today(i18n.current_reader().zone).isoformat()
    return f"{listing.name.rpartition('.')[2]}-{today}.{kind}"


def exported(listing: Listing[Any], keys: Sequence[str] = ()) -> list[Column]:
    """Return the columns that go into files, whatever the page shows: all, or those of `keys`."""
    return [
        column
        for column in listing.columns
        if column.export is not False and (not keys or column.key in keys)
    ]


def write(
    listing: Listing[Any], rows: Iterable[Any], kind: str, keys: Sequence[str] = ()
) -> Written:
    """Write the rows of a list in the format `kind` ("csv" or "xlsx"), with all columns or those of `keys`.

    Raises Rejected when the format cannot hold that many rows.
    """
    columns = exported(listing, keys)
    heads = [str(column.label) for column in columns]
    return write_table(
        heads, ([plain(column.written(row)) for column in columns] for row in rows), kind
    )


def write_table(heads: Sequence[str], values: Iterable[Sequence[Any]], kind: str) -> Written:
    """Write a head and rows of plain values in the format `kind`. Raises as `write`."""
    target = cast(IO[bytes], tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115 - `Written` closes it
    try:
        count = (_csv if kind == "csv" else _xlsx)(target, heads, values)
    except BaseException:
        target.close()
        raise
    size = target.seek(0, io.SEEK_END)
    target.seek(0)
    return Written(target, size, count)


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook."""

    title: str
    heads: Sequence[str]
    rows: Iterable[Sequence[Any]]


def write_book(sheets: Sequence[Sheet]) -> Written:
    """Write several sheets into one XLSX file. Raises as `write`."""
    target = cast(IO[bytes], tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115 - `Written` closes it
    try:
        book = _Book(target)
        count = sum(book.add(sheet) for sheet in sheets)
        book.close()
    except BaseException:
        target.close()
        raise
    size = target.seek(0, io.SEEK_END)
    target.seek(0)
    return Written(target, size, count)


def plain(value: Any) -> Any:
    """Return a value as files hold it: words for words, moments in the reader's zone."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        zone = ZoneInfo(i18n.current_reader().zone)
        return value.astimezone(zone).replace(tzinfo=None, microsecond=0)
    if value is None or isinstance(value, int | float | Decimal | date):
        return value
    return str(value)


def disarmed(value: Any) -> str:
    """Return the CSV cell for a value; a text that would run as a formula gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if not isinstance(value, str):
        return str(value)
    return formulas.disarmed(value.replace("\0", ""))


def _csv(target: IO[bytes], heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    text = io.TextIOWrapper(
        target, encoding="utf-8", errors="replace", newline="", write_through=True
    )
    writer = csv.writer(text)
    writer.writerow([disarmed(head) for head in heads])
    count = 0
    for row in rows:
        writer.writerow([disarmed(value) for value in row])
        count += 1
    text.flush()
    text.detach()
    return count


def _xlsx(target: IO[bytes], heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    book = _Book(target)
    count = book.add(Sheet("", heads, rows))
    book.close()
    return count


class _Book:
    """A workbook. Texts become text cells, which no program runs; numbers and dates stay what they are."""

    def __init__(self, target: IO[bytes]) -> None:
        self._book = Workbook(target, {"constant_memory": True, "strings_to_urls": False})
        self._bold = self._book.add_format({"bold": True})
        self._styles: dict[type, Any] = {
            datetime: self._book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            date: self._book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        self._titles: set[str] = set()

    def add(self, given: Sheet) -> int:
        """Write one sheet; return how many rows it has. Raises Rejected when there are too many."""
        sheet = self._book.add_worksheet(self._title(given.title))
        sheet.freeze_panes(1, 0)
        for place, head in enumerate(given.heads):
            sheet.write_string(0, place, head, self._bold)
        count = 0
        for row in given.rows:
            count += 1
            if count > MOST_XLSX_ROWS:
                self.close()
                raise Rejected(
                    _(
                        "An Excel file holds at most %(n)s rows. Choose CSV.",
                        n=i18n.number(MOST_XLSX_ROWS),
                    )
                )
            for place, value in enumerate(row):
                _xlsx_cell(sheet, count, place, value, self._styles)
        return count

    def _title(self, wanted: str) -> str | None:
        """Return a name the format takes and no other sheet has; without one the program gives it."""
        kept = "".join(" " if letter in FORBIDDEN_IN_TITLES else letter for letter in wanted)
        title = kept.strip("' ")[:LONGEST_TITLE].strip()
        number = 1
        while title and title.casefold() in self._titles:
            number += 1
            title = f"{kept.strip()[: LONGEST_TITLE - 4].strip()} {number}"
        self._titles.add(title.casefold())
        return title or None

    def close(self) -> None:
        """Finish the file."""
        self._book.close()


def _xlsx_cell(sheet: Any, row: int, place: int, value: Any, styles: dict[type, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, datetime):
        sheet.write_datetime(row, place, value, styles[datetime])
    elif isinstance(value, date):
        sheet.write_datetime(row, place, value, styles[date])
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(row, place, float(value))
    else:
        # A text cell never runs, but reading takes an apostrophe off that a CSV file may have put there.
        text = formulas.disarmed(value) if value.startswith(formulas.SIGN) else value
        sheet.write_string(row, place, text[:LONGEST_XLSX_CELL])
