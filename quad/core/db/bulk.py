"""Many rows of one table, by the driver's own bulk insert.

Going through the statement layer costs twice as much for nothing: there are no keys to bring back. What is written
this way is not captured for the audit; the caller's fact speaks for the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Dialect, Table
from sqlalchemy.orm import Session

from quad.core.db.model import Model

PIECE = 5_000

Write = Callable[[Any], Any] | None


def insert_rows(
    db: Session, model: type[Model], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Insert `rows`, whose values stand in the order of `names`; return how many.

    Columns that are not named take the model's default, worked out once for all rows.
    """
    table: Any = model.__table__
    dialect = db.get_bind().dialect
    constants = _defaults(table, dialect, set(names))
    bound = {name: one.value for name, one in constants.items() if one.text is None}
    said = {name: one.text for name, one in constants.items() if one.text is not None}
    writes = [_write(table, dialect, name) for name in names]
    statement = _statement(table, dialect, [*names, *bound], said)
    rest = tuple(bound.values())
    connection, stream, count = db.connection(), iter(rows), 0
    while piece := list(islice(stream, PIECE)):
        connection.exec_driver_sql(statement, _bound(piece, writes, rest))
        count += len(piece)
    return count


@dataclass(frozen=True)
class _Constant:
    """What one column holds in every row: as the driver takes it and, where it can be, as a word of SQL."""

    value: Any
    text: str | None


def _defaults(table: Table, dialect: Dialect, named: set[str]) -> dict[str, _Constant]:
    found = {}
    for column in table.columns:
        default: Any = column.default
        if column.name in named or column.computed is not None or default is None:
            continue
        value = default.arg(None) if default.is_callable else default.arg
        write = _write(table, dialect, column.name)
        text = _literal(table, dialect, column.name, value)
        found[column.name] = _Constant(write(value) if write else value, text)
    return found


def _literal(table: Table, dialect: Dialect, name: str, value: Any) -> str | None:
    """Write a value into the statement, where it costs nothing per row.

    PyMySQL joins rows into one statement only when every value is a parameter, so there it stays one.
    """
    if dialect.name in ("mysql", "mariadb"):
        return None
    if value is None:
        return "NULL"
    if not isinstance(value, str | int | datetime):
        return None
    write = table.columns[name].type.dialect_impl(dialect).literal_processor(dialect)
    if write is None:
        return None
    text = str(write(value))
    return text if dialect.paramstyle == "qmark" else text.replace("%", "%%")


def _write(table: Table, dialect: Dialect, name: str) -> Write:
    processor: Write = table.columns[name].type.dialect_impl(dialect).bind_processor(dialect)
    return processor


def _statement(
    table: Table, dialect: Dialect, names: Sequence[str], said: Mapping[str, str | None]
) -> str:
    quote = dialect.identifier_preparer.quote
    mark = "?" if dialect.paramstyle == "qmark" else "%s"
    into = f"{quote(table.name)} ({', '.join(map(quote, [*names, *said]))})"
    values = ", ".join([mark] * len(names) + [str(text) for text in said.values()])
    return f"INSERT INTO {into} VALUES ({values})"  # noqa: S608 - names and defaults of our own tables only


def _bound(
    rows: Sequence[Sequence[Any]], writes: Sequence[Write], rest: tuple[Any, ...]
) -> list[tuple[Any, ...]]:
    """Turn values into what the driver takes; each distinct value of a column is turned once."""
    columns: list[Sequence[Any]] = []
    for values, write in zip(zip(*rows, strict=True), writes, strict=True):
        if write is not None:
            turned = {value: write(value) for value in set(values)}
            columns.append([turned[value] for value in values])
        else:
            columns.append(values)
    constant = [(value,) * len(rows) for value in rest]
    return list(zip(*columns, *constant, strict=True))
