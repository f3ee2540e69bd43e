"""Files of whole tables: every row one may see, in the very columns that the import of the same kind reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from quad.core import clock, i18n
from quad.core.errors import NotFound, QuadError
from quad.core.export.models import Export, ExportAsked
from quad.core.export.writing import FORMATS
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.jobs.outbox import enqueue
from quad.core.policy import Actor

KIND = "export.table"


@dataclass(frozen=True, kw_only=True)
class Table:
    """`query(actor)` selects the rows with a column labelled as each of `names`, in people's words `heads()`.

    `require(actor)` raises SignedOut or Forbidden.
    """

    name: str
    label: str
    require: Callable[[Actor], None]
    names: Sequence[str]
    heads: Callable[[], Sequence[str]]
    query: Callable[[Actor], Select[*tuple[Any, ...]]]


TABLES: dict[str, Table] = {}


def declare(table: Table) -> None:
    """Make a table known under its name."""
    TABLES[table.name] = table


def table_of(name: str) -> Table:
    """Return the table called `name`. Raises NotFound."""
    try:
        return TABLES[name]
    except KeyError as error:
        raise NotFound(_("There is no export of this kind.")) from error


def ask_for_table(db: Session, actor: Actor, name: str, kind: str) -> Export:
    """Promise a file of a whole table; the worker writes it.

    Raises NotFound, SignedOut or Forbidden, and QuadError for a format there is not.
    """
    table = table_of(name)
    table.require(actor)
    if kind not in FORMATS or actor.id is None:
        raise QuadError(_("A table can be had as csv or xlsx."))
    row = Export(owner_id=actor.id, list_name=name, kind=kind, question="", fixed={})
    db.add(row)
    db.flush()
    row.job_id = enqueue(db, KIND, {"export": row.id})
    emit(db, ExportAsked(actor_id=actor.id, export_id=row.id))
    return row


def count(db: Session, table: Table, actor: Actor) -> int:
    """Return how many rows the file will have."""
    return db.scalar(select(func.count()).select_from(table.query(actor).subquery())) or 0


def rows(db: Session, table: Table, actor: Actor) -> Iterator[Sequence[Any]]:
    """Read the rows from a server-side cursor, each value as the import reads it back."""
    statement = table.query(actor).execution_options(yield_per=500)
    for row in db.execute(statement).mappings():
        yield [plain(row[name]) for name in table.names]


def plain(value: Any) -> Any:
    """Return a value as an import reads it in any language: yes and no in English, decimals without idle zeros,
    moments with their offset.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return value.isoformat()
    return value


def file_name(table: Table, kind: str) -> str:
    """Name the file after the table and the day: `students-2026-11-20.csv`."""
    today = clock.today(i18n.current_reader().zone).isoformat()
    return f"{table.name.rpartition('.')[2]}-{today}.{kind}"
