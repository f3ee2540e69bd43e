"""Rows of our tables by PostgreSQL's COPY, with the defaults of the models and without the indexes in between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from quad.core.db.model import Model

BLOCK = 5_000


def written(value: Any) -> str:
    """Write a value as COPY reads it; texts hold no tabs, backslashes or line ends."""
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def constants(
    db: Session, model: type[Model], named: Iterable[str], **given: Any
) -> dict[str, str]:
    """Return what the columns that are not `named` hold in every row: `given` values and the model's defaults."""
    table: Any = model.__table__
    known, dialect, found = set(named), db.get_bind().dialect, {}
    for column in table.columns:
        default: Any = column.default
        if column.name in known or column.computed is not None:
            continue
        if column.name in given:
            value = given[column.name]
        elif default is None:
            continue
        else:
            value = default.arg(None) if default.is_callable else default.arg
        if isinstance(value, list | dict):
            found[column.name] = orjson.dumps(value).decode()
            continue
        write = column.type.dialect_impl(dialect).bind_processor(dialect)
        found[column.name] = written(write(value) if write else value)
    return found


def copy_rows(
    db: Session,
    model: type[Model],
    names: Sequence[str],
    lines: Iterable[str],
    rest: Mapping[str, str] | None = None,
) -> None:
    """Copy `lines` (values in the order of `names`, between tabs, already written) and the constants in `rest`."""
    more = dict(rest or {})
    tail = "".join(f"\t{value}" for value in more.values()) + "\n"
    into = ", ".join([*names, *more])
    driver: Any = db.connection().connection.driver_connection
    stream = iter(lines)
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {model.__tablename__} ({into}) FROM STDIN") as copy,
    ):
        while block := list(islice(stream, BLOCK)):
            copy.write(tail.join(block) + tail)


@contextmanager
def without_indexes(db: Session, model: type[Model]) -> Iterator[None]:
    """Drop the indexes that say no rule, and make them anew at the end."""
    found = db.execute(
        text("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = :name"),
        {"name": model.__tablename__},
    )
    kept = {name: made for name, made in found if "UNIQUE" not in made}
    for name in kept:
        db.execute(text(f'DROP INDEX "{name}"'))
    yield
    db.execute(text("SET LOCAL maintenance_work_mem = '1GB'"))
    for made in kept.values():
        db.execute(text(made))
