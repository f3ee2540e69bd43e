"""Rows of several tables by one statement, all as they are at one moment.

Each part comes as lists written by the database, so parts need not have the same columns. A statement on its way costs
more than the rows of a small one; and what must fit together is seen together.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import JSON, Boolean, Date, Enum, Integer, String, literal_column, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement

from quad.core.db.rows import plain_rows
from quad.core.db.types import NormalisedKey, Utc

Read = Callable[[Any], Any] | None


class _Listed(FunctionElement[Any]):
    """The values of a row as one list."""

    type = JSON()
    inherit_cache = True


@compiles(_Listed)
def _listed(element: Any, compiler: Any, **options: Any) -> str:
    return f"json_array({compiler.process(element.clauses, **options)})"


@compiles(_Listed, "postgresql")
def _listed_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"json_build_array({compiler.process(element.clauses, **options)})"


class Together:
    """Some statements that select columns with names of their own, sent as one."""

    def __init__(self, parts: Mapping[str, Any]) -> None:
        self._names = list(parts)
        self._shapes: list[Any] = []
        self._reads: list[Sequence[Read]] = []
        marked: list[Any] = []
        for place, part in enumerate(parts.values()):
            rows = part.subquery()
            self._shapes.append(_shape(tuple(rows.c.keys())))
            self._reads.append([_reader(column.type) for column in rows.c])
            marked.append(select(literal_column(str(place)).label("part"), _Listed(*rows.c)))
        self._statement = union_all(*marked)

    def read(self, db: Session, values: Mapping[str, Any] | None = None) -> dict[str, list[Any]]:
        """Return the rows of each part by its name; `values` are for the named places of the statements."""
        found: dict[str, list[Any]] = {name: [] for name in self._names}
        rows: Any = plain_rows(db, self._statement, values)
        for place, listed in rows:
            row = (
                value if read is None or value is None else read(value)
                for value, read in zip(listed, self._reads[place], strict=True)
            )
            found[self._names[place]].append(self._shapes[place]._make(row))
        return found


@lru_cache(maxsize=64)
def _shape(names: tuple[str, ...]) -> Any:
    return namedtuple("Row", names)


def _reader(kind: Any) -> Read:
    """Return how a value of this type is read from a list that the database wrote. Raises TypeError for other types."""
    if isinstance(kind, Enum):
        return kind.enum_class
    for known, read in _READS:
        if isinstance(kind, known):
            return read
    raise TypeError(f"rows of several tables cannot have a value of {kind!r}")


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _nested(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) else value


_READS: tuple[tuple[type[Any], Read], ...] = (
    (Boolean, bool),
    (Date, date.fromisoformat),
    (Utc, _moment),
    (JSON, _nested),
    (Integer, None),
    (String, None),
    (NormalisedKey, None),
)
