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

from quad.core import clock, i18n
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

# What makes a spreadsheet program read a cell as a formula (OWASP, “CSV injection”), full-width forms included.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


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


def exported(listing: Listing[Any]) -> list[Column]:
    """Return the columns that go into files, whatever the page shows."""
    return [column for column in listing.columns if column.export is not False]


def write(listing: Listing[Any], rows: Iterable[Any], kind: str) -> Written:
    """Write the rows of a list in the format `kind` ("csv" or "xlsx").

    Raises Rejected when the format cannot hold that many rows.
    """
    columns = exported(listing)
    heads = [str(column.label) for column in columns]
    values = ([plain(column.written(row)) for column in columns] for row in rows)
    target = cast(IO[bytes], tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115 - `Written` closes it
    try:
        count = (_csv if kind == "csv" else _xlsx)(target, heads, values)
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
    text = value.replace("\0", "")
    return (
        "'" + text
        if text.lstrip(" ").startswith(_FORMULA_STARTS) or text.startswith(_FORMULA_STARTS)
        else text
    )


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
    """Texts become text cells, which no program runs; numbers and dates stay what they are."""
    book = Workbook(target, {"constant_memory": True, "strings_to_urls": False})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    styles: dict[type, Any] = {
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    sheet.freeze_panes(1, 0)
    for place, head in enumerate(heads):
        sheet.write_string(0, place, head, bold)
    count = 0
    for row in rows:
        count += 1
        if count > MOST_XLSX_ROWS:
            book.close()
            raise Rejected(
                _(
                    "An Excel file holds at most %(n)s rows. Choose CSV.",
                    n=i18n.number(MOST_XLSX_ROWS),
                )
            )
        for place, value in enumerate(row):
            _xlsx_cell(sheet, count, place, value, styles)
    book.close()
    return count


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
        sheet.write_string(row, place, value[:LONGEST_XLSX_CELL])
