"""Rows of any table as lines that mean the same on every database, and back.

A line is a JSON array of plain values, so that a backup of one database may be restored into another kind. Scaled
integers, words and normalised keys are taken as they are stored; moments, days, bytes and JSON are written as text.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    LargeBinary,
    String,
    Table,
    Text,
    cast,
    column,
    insert,
    select,
    table,
    type_coerce,
)
from sqlalchemy.types import NullType, TypeEngine

from quad.core.db.types import Fixed, Utc

FETCHED = 1_000
DIGEST_BITS = 256

Value = Any


@dataclass(frozen=True)
class Field:
    """A column as the archive knows it: its name and how its values are written."""

    name: str
    kind: str


@dataclass
class Tally:
    """How many rows went by, and a digest that does not depend on their order."""

    rows: int = 0
    digest: int = 0

    def add(self, line: bytes) -> None:
        """Count one line."""
        self.rows += 1
        added = int.from_bytes(hashlib.sha256(line).digest(), "big")
        self.digest = (self.digest + added) % (1 << DIGEST_BITS)

    @property
    def fingerprint(self) -> str:
        """The digest as hexadecimal."""
        return f"{self.digest:064x}"


def fields_of(source: Table) -> list[Field]:
    """Return the columns of `source` that hold something of their own; computed ones are made again."""
    return [Field(item.name, _kind(item.type)) for item in source.columns if item.computed is None]


def _kind(kind: TypeEngine[Any]) -> str:
    for known, name in (
        (Utc, "moment"),
        (Date, "day"),
        (Boolean, "bool"),
        (JSON, "json"),
        (LargeBinary, "bytes"),
    ):
        if isinstance(kind, known):
            return name
    return "plain"


def read(connection: Connection, source: Table) -> Iterator[bytes]:
    """Yield every row of `source` as a line without its end, by ascending key."""
    fields = fields_of(source)
    writers = [_WRITE[field.kind] for field in fields]
    query = select(*(_stored(source.columns[field.name]) for field in fields)).order_by(
        *source.primary_key.columns
    )
    result = connection.execution_options(yield_per=FETCHED).execute(query)
    for row in result:
        values = [
            None if value is None else write(value)
            for write, value in zip(writers, row, strict=True)
        ]
        yield orjson.dumps(values)


def _stored(item: Column[Any]) -> Any:
    """Select what the database holds, without our types' reading of it."""
    kind = _kind(item.type)
    if kind == "json":
        return cast(item, Text).label(item.name)
    if isinstance(item.type, Fixed):
        return type_coerce(item, BigInteger).label(item.name)
    if kind == "plain" and isinstance(item.type, String):
        return type_coerce(item, String).label(item.name)
    if kind == "plain":
        return type_coerce(item, NullType()).label(item.name)
    return item


def write(
    connection: Connection, name: str, fields: Sequence[Field], lines: Iterable[bytes]
) -> int:
    """Insert `lines` into the table `name`; return how many."""
    target = table(name, *(column(field.name, _TYPES[field.kind]()) for field in fields))
    readers = [(field.name, _READ[field.kind]) for field in fields]
    statement = insert(target)
    count = 0
    batch: list[dict[str, Value]] = []
    for line in lines:
        values = orjson.loads(line)
        batch.append(
            {
                key: None if value is None else read_value(value)
                for (key, read_value), value in zip(readers, values, strict=True)
            }
        )
        if len(batch) == FETCHED:
            connection.execute(statement, batch)
            count += len(batch)
            batch = []
    if batch:
        connection.execute(statement, batch)
    return count + len(batch)


def _same(value: Value) -> Value:
    return value


def _json_text(value: str | bytes) -> str:
    """Write JSON the same way whichever database kept it."""
    return orjson.dumps(orjson.loads(str(value)), option=orjson.OPT_SORT_KEYS).decode()


def _json_value(text: str) -> Value:
    value = orjson.loads(text)
    return JSON.NULL if value is None else value


_WRITE: dict[str, Callable[[Value], Value]] = {
    "plain": _same,
    "bool": bool,
    "moment": datetime.isoformat,
    "day": date.isoformat,
    "bytes": lambda value: b64encode(value).decode(),
    "json": _json_text,
}
_READ: dict[str, Callable[[Value], Value]] = {
    "plain": _same,
    "bool": bool,
    "moment": datetime.fromisoformat,
    "day": date.fromisoformat,
    "bytes": b64decode,
    "json": _json_value,
}
_TYPES: dict[str, Callable[[], TypeEngine[Any]]] = {
    "plain": NullType,
    "bool": Boolean,
    "moment": Utc,
    "day": Date,
    "bytes": LargeBinary,
    "json": lambda: JSON(none_as_null=True),
}
