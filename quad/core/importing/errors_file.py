"""The file of what is wrong: every refused line as it came, with the sentences in front."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby, islice
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.i18n import gettext as _
from quad.core.importing.models import ImportProblem
from quad.core.importing.reader import Line, open_table

CHUNK = 500
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def errors_csv(db: Session, import_id: int, path: Path) -> Iterator[str]:
    """Write the refused lines of a batch as CSV, in pieces, reading the uploaded file once more.

    The first two columns say the line and what is wrong; without them the file can be corrected and imported again.
    """
    yield "\ufeff"
    with open_table(path) as table:
        yield _row([_("Line"), _("Problem"), *table.header])
        wrong = _wrong_lines(db, import_id)
        lines = table.lines
        while chunk := list(islice(wrong, CHUNK)):
            sentences = _sentences(db, import_id, chunk[0], chunk[-1])
            for number, cells in _only(lines, chunk):
                yield _row([str(number), " ".join(sentences[number]), *cells])


def _wrong_lines(db: Session, import_id: int) -> Iterator[int]:
    query = (
        select(ImportProblem.line)
        .where(ImportProblem.import_id == import_id)
        .order_by(ImportProblem.line)
        .execution_options(yield_per=CHUNK)
    )
    for line, _same in groupby(db.scalars(query)):
        yield line


def _sentences(db: Session, import_id: int, first: int, last: int) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    query = (
        select(ImportProblem.line, ImportProblem.column_name, ImportProblem.sentence)
        .where(ImportProblem.import_id == import_id, ImportProblem.line.between(first, last))
        .order_by(ImportProblem.line, ImportProblem.id)
    )
    for line, column, sentence in db.execute(query):
        found[line].append(f"{column}: {sentence}" if column else sentence)
    return found


def _only(lines: Iterator[Line], wanted: list[int]) -> Iterator[Line]:
    """Go on in the file to each wanted line; both are in ascending order."""
    for target in wanted:
        for number, cells in lines:
            if number == target:
                yield number, cells
                break


def _row(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(["'" + cell if cell.startswith(FORMULA) else cell for cell in cells])
    return out.getvalue()
