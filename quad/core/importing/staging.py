"""From the file into the staging table: short transactions, each row checked by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.db.model import Model
from quad.core.errors import Rejected
from quad.core.forms import Bound, Form, mere_numbers
from quad.core.i18n import gettext as _
from quad.core.importing.columns import Columns, match
from quad.core.importing.declare import Importer
from quad.core.importing.mapping import remembered
from quad.core.importing.models import (
    HEADER,
    SENTENCE,
    FoundAt,
    Import,
    ImportProblem,
    ImportState,
)
from quad.core.importing.reader import Line, Unreadable, open_table

T = TypeVar("T")
Work = Callable[[Session], Any]
# How a piece of work becomes a unit: `facts.run`, a job's `ctx.run`, or the request's own session.
Run = Callable[[Work], Any]
Tell = Callable[[int, int], None]

CHUNK = 2000
_NUL = "\0"


@dataclass
class Chunk:
    """Some lines, checked: values for the staging table, and what is wrong with the others."""

    lines: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)


def stage(
    run: Run, importer: Importer[Any, Any], import_id: int, path: Path, tell: Tell | None = None
) -> None:
    """Read the file into the staging table, going on where an interrupted reading stopped.

    Raises Unreadable when the file as a whole cannot be read.
    """
    with open_table(path) as table:
        columns = match(importer, table.header, run(partial(remembered, importer.kind)))
        done: int = run(partial(_begin, import_id, columns))
        lines = islice(table.lines, done, None)
        while (chunk := _check(importer, import_id, columns, islice(lines, CHUNK))).lines:
            run(partial(_store, importer, import_id, done, chunk))
            done += chunk.lines
            if tell is not None:
                tell(*table.read())
    if not done:
        raise Unreadable(
            _("The file has a first line with the column names, but no rows below it.")
        )


def _begin(import_id: int, columns: Columns, db: Session) -> int:
    batch = db.get_one(Import, import_id)
    batch.columns = columns.as_json()
    return batch.staged


def _check(
    importer: Importer[Any, Any], import_id: int, columns: Columns, lines: Iterator[Line]
) -> Chunk:
    """Check lines by themselves: all at once, and those that do not fit once more for their sentences."""
    chunk = Chunk()
    given: list[tuple[int, dict[str, str]]] = []
    places = tuple(columns.places.items())
    for number, cells in lines:
        chunk.lines += 1
        if len(cells) > columns.width and any(cells[columns.width :]):
            sentence = _("This line has more cells than the first line.")
            chunk.problems.append(_problem(import_id, number, "", sentence))
            continue
        width = len(cells)
        given.append((number, {name: cells[at] for name, at in places if at < width and cells[at]}))
    for number, row, errors in check_rows(importer.form, given):
        if row is not None:
            chunk.rows.append({"import_id": import_id, "line": number, **importer.values(row)})
        for name, sentence in errors.items():
            header = columns.headers.get(name) or (importer.title(name) if name else "")
            chunk.problems.append(_problem(import_id, number, header, sentence))
    return chunk


def check_rows(
    form: type[Form], given: list[tuple[int, dict[str, str]]]
) -> Iterator[tuple[int, Any, dict[str, str]]]:
    """Give each line with its checked form, or with what is wrong.

    Checking a list in one call costs a third of checking its rows one by one.
    """
    wrong = {
        place
        for place, (_number, row) in enumerate(given)
        if _NUL in "".join(row.values()) or mere_numbers(form, row)
    }
    try:
        rows = _many(form).validate_python([row for _number, row in given])
    except ValidationError as error:
        wrong |= {
            int(item["loc"][0]) for item in error.errors(include_url=False, include_input=False)
        }
        good = [row for place, (_number, row) in enumerate(given) if place not in wrong]
        rows = _many(form).validate_python(good)
    else:
        rows = [row for place, row in enumerate(rows) if place not in wrong] if wrong else rows
    checked = iter(rows)
    for place, (number, values) in enumerate(given):
        if place in wrong:
            yield number, None, Bound.from_row(form, values).errors
        else:
            yield number, next(checked), {}


_adapters: dict[type[Form], TypeAdapter[list[Any]]] = {}


def _many(kind: type[Form]) -> TypeAdapter[list[Any]]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(list[kind])  # type: ignore[valid-type]
    return _adapters[kind]


def _problem(import_id: int, line: int, header: str, sentence: str) -> dict[str, Any]:
    return {
        "import_id": import_id,
        "line": line,
        "column_name": header[:HEADER],
        "sentence": sentence[:SENTENCE],
        "found_at": FoundAt.READ,
    }


def _store(
    importer: Importer[Any, Any], import_id: int, expected: int, chunk: Chunk, db: Session
) -> None:
    batch = db.scalar(
        select(Import)
        .where(Import.id == import_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if batch is None or batch.state is not ImportState.STAGING or batch.staged != expected:
        raise Rejected(_("This import was cancelled, or is being read by another worker."))
    batch.staged = expected + chunk.lines
    _insert(db, importer.staged, chunk.rows)
    _insert(db, ImportProblem, chunk.problems)


def _insert(db: Session, kind: type[Model], rows: list[dict[str, Any]]) -> None:
    """Hand rows to the driver's own bulk insert; every row has the same names.

    Going through the statement layer costs twice as much here, for nothing: no defaults, no keys to bring back.
    """
    if not rows:
        return
    dialect = db.get_bind().dialect
    quote = dialect.identifier_preparer.quote
    columns = kind.__table__.columns
    names = list(rows[0])
    values = []
    for name in names:
        write = columns[name].type.dialect_impl(dialect).bind_processor(dialect)
        values.append([write(row[name]) if write else row[name] for row in rows])
    into = f"{quote(kind.__tablename__)} ({', '.join(map(quote, names))})"
    marks = ", ".join(["?" if dialect.paramstyle == "qmark" else "%s"] * len(names))
    sql = f"INSERT INTO {into} VALUES ({marks})"  # noqa: S608 - names of our own tables only
    db.connection().exec_driver_sql(sql, list(zip(*values, strict=True)))
