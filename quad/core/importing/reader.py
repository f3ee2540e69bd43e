"""Reading tables from CSV and XLSX files as they come: unknown encodings, delimiters, and quoting.

A CSV file is read as a stream; memory does not grow with it. Everything becomes text, so that one form checks both.
"""

from __future__ import annotations

import codecs
import csv
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from quad.core.errors import QuadError
from quad.core.formulas import armed
from quad.core.i18n import gettext as _
from quad.core.i18n import number
from quad.core.importing.encoding import Garbled, encoding_of

PIECE = 64 * 1024
PROBE = 8192
DELIMITERS = ",;\t|"
LONGEST_LINE = 4 * 1024 * 1024
LARGEST_SHEET = 5_000_000
MANY_COLUMNS = 500
CELL_PLACE = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
# What a broken archive ends in, depending on the byte that is wrong.
DAMAGED = (
    CalamineError,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


class Unreadable(QuadError):
    """The file as a whole cannot be read; the sentence says why and what to do."""

    status = 422


Line = tuple[int, list[str]]
Read = Callable[[], tuple[int, int]]


@dataclass(frozen=True)
class Table:
    """A header and the lines below it, each with its number in the file. `read` says how far: (done, total)."""

    header: list[str]
    lines: Iterator[Line]
    read: Read


@contextmanager
def open_table(path: Path) -> Iterator[Table]:
    """Open a table file, whatever its kind; the content decides, not the name.

    Raises Unreadable, now or while lines are read.
    """
    with path.open("rb") as probe:
        start = probe.read(PROBE)
    if not start.strip(b"\0 \r\n\t" + codecs.BOM_UTF8):
        raise Unreadable(_("The file is empty."))
    if start.startswith(b"PK\x03\x04"):
        yield _with_header(*_sheet(path))
    elif start.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            _(
                "This is an old or encrypted Excel file. Save it as .xlsx without a password, or as CSV."
            )
        )
    else:
        with _text(path, start) as (stream, read):
            yield _with_header(_csv(stream), read)


def _with_header(lines: Iterator[Line], read: Read) -> Table:
    filled = ((number, cells) for number, cells in lines if any(cells))
    first = next(filled, None)
    if first is None:
        raise Unreadable(_("The file is empty."))
    header = first[1]
    while header and not header[-1]:
        header.pop()
    if len(header) > MANY_COLUMNS:
        raise Unreadable(_("The first line has more than %(n)s columns.", n=MANY_COLUMNS))
    return Table(header, filled, read)


@contextmanager
def _text(path: Path, start: bytes) -> Iterator[tuple[io.TextIOWrapper, Read]]:
    try:
        encoding = encoding_of(path, start)
    except Garbled as error:
        raise Unreadable(str(error)) from error
    size = path.stat().st_size
    with path.open("rb") as file:
        # The file below the text layer knows how far it was read.
        yield io.TextIOWrapper(file, encoding=encoding, newline=""), lambda: (file.tell(), size)


def delimiter_of(line: str) -> str:
    """Tell what separates the cells of a header line: the sign that stands most often outside quotes."""
    bare = re.sub(r'"[^"]*"', "", line)
    return max(DELIMITERS, key=bare.count)


def _csv(stream: io.TextIOWrapper) -> Iterator[Line]:
    try:
        head = _first_line(stream)
    except UnicodeError as error:
        raise _broken_text() from error
    stream.seek(0)

    def lines() -> Iterator[Line]:
        reader = csv.reader(
            _short_lines(stream),
            delimiter=delimiter_of(head),
            strict=True,
            skipinitialspace=True,
        )
        before = 0
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except UnicodeError as error:
                raise _broken_text() from error
            except csv.Error as error:
                raise Unreadable(_csv_sentence(str(error), before + 1)) from error
            # A plain word or number has nothing to take off, and nearly every cell is one.
            yield before + 1, [cell if cell.isalnum() else _cell(cell) for cell in cells]
            before = reader.line_num

    return lines()


def _short_lines(stream: io.TextIOWrapper) -> Iterator[str]:
    """Yield the lines as they stand in the file; one without an end would take all the memory there is."""
    for count, line in enumerate(iter(partial(stream.readline, LONGEST_LINE), ""), start=1):
        if len(line) == LONGEST_LINE:
            raise Unreadable(
                _(
                    "Line %(line)s is longer than a line of a table can be. Save the file as CSV and try again.",
                    line=count,
                )
            )
        yield line


def _first_line(stream: io.TextIOWrapper) -> str:
    for _number in range(100):
        line = stream.readline(PIECE)
        if line.strip() or not line:
            return line
    return ""


def _broken_text() -> Unreadable:
    return Unreadable(
        _("The file's characters cannot be read. Save it as CSV in UTF-8 and try again.")
    )


def _csv_sentence(message: str, line: int) -> str:
    if "field larger" in message:
        return _(
            "A cell in line %(line)s is longer than %(n)s letters. Perhaps a quotation mark there is never closed.",
            line=line,
            n=number(csv.field_size_limit()),
        )
    if "unexpected end of data" in message:
        return _("A quotation mark that opens in line %(line)s is never closed.", line=line)
    return _("Line %(line)s cannot be read: a quotation mark stands where none belongs.", line=line)


def _cell(text: str) -> str:
    """Strip, and take off the sign that our own exports put before what a spreadsheet would run as a formula."""
    return armed(text.strip())


def _sheet(path: Path) -> tuple[Iterator[Line], Read]:
    try:
        _check_size(path)
        with CalamineWorkbook.from_path(path) as book:
            name = _first_visible(book)
            sheet = book.get_sheet_by_name(name)
    except PasswordError as error:
        raise Unreadable(
            _("This workbook has a password. Save it without one and try again.")
        ) from error
    except DAMAGED as error:
        raise Unreadable(_("This workbook is damaged. Save it again, or as CSV.")) from error
    done = 0

    def lines() -> Iterator[Line]:
        nonlocal done
        for index, cells in enumerate(sheet.iter_rows(), start=1):
            done = index
            yield index, [_written(cell) for cell in cells]

    return lines(), lambda: (done, sheet.height)


def _first_visible(book: CalamineWorkbook) -> str:
    for sheet in book.sheets_metadata:
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible:
            return sheet.name
    raise Unreadable(_("This workbook has no sheet with a table."))


def _check_size(path: Path) -> None:
    """A cell in the far corner of an empty sheet would take all the memory there is; look before loading."""
    with zipfile.ZipFile(path) as archive:
        for item in archive.infolist():
            if item.filename.startswith("xl/worksheets/") and item.filename.endswith(".xml"):
                with archive.open(item) as sheet:
                    if _cells(sheet) > LARGEST_SHEET:
                        raise Unreadable(
                            _("The sheet has more cells than can be read at once. Save it as CSV.")
                        )


def _cells(sheet: Any) -> int:
    last_row = last_column = 0
    rest = b""
    while piece := sheet.read(PIECE):
        text = rest + piece
        cut = text.rfind(b"<")
        text, rest = (text[:cut], text[cut:]) if cut > 0 else (text, b"")
        for letters, digits in CELL_PLACE.findall(text):
            last_row = max(last_row, int(digits))
            last_column = max(last_column, _column(letters))
    for letters, digits in CELL_PLACE.findall(rest):
        last_row, last_column = max(last_row, int(digits)), max(last_column, _column(letters))
    return last_row * last_column


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _written(value: Any) -> str:
    """Write a cell the way it would stand in a CSV file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return (
            str(int(value))
            if value.is_integer() and abs(value) < 1e15
            else str(Decimal(repr(value)))
        )
    if isinstance(value, datetime):
        whole_day = value.time() == datetime.min.time()
        return (value.date() if whole_day else value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return _cell(str(value))
