"""Numbers that a parent row carries of its children, kept by the database itself: no path can miss them.

BEFORE triggers on MariaDB and MySQL, where an AFTER trigger deadlocks with the foreign key's own lock (1,518 deadlocks
in 2,000 likes); AFTER triggers elsewhere. Three consequences for those who write counted children:

- no foreign key of the child may cascade (MariaDB's cascades fire no trigger): purging deletes children by statement;
- INSERT IGNORE and ON DUPLICATE KEY UPDATE count twice on MariaDB: look first, or catch the broken constraint;
- MariaDB refuses a statement on the child that also reads the parent (INSERT … SELECT … JOIN parent): select first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ForeignKey, Select, Table, func, inspect, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from quad.core.db.attachments import Attachment, attach

ColumnLike = Column[Any] | InstrumentedAttribute[Any]
DRIFTS = 100

_CHANGE = """
UPDATE {parent} SET {number} = {number}
  + CASE WHEN {id} = NEW.{fk} AND {new} THEN 1 ELSE 0 END
  - CASE WHEN {id} = OLD.{fk} AND {old} THEN 1 ELSE 0 END
WHERE {id} IN (OLD.{fk}, NEW.{fk})"""
_ADD = "UPDATE {parent} SET {number} = {number} + 1 WHERE {id} = NEW.{fk} AND {new}"
_TAKE = "UPDATE {parent} SET {number} = {number} - 1 WHERE {id} = OLD.{fk} AND {old}"

SQLITE = (
    "CREATE TRIGGER IF NOT EXISTS {name}_i AFTER INSERT ON {child} BEGIN " + _ADD + "; END",
    "CREATE TRIGGER IF NOT EXISTS {name}_d AFTER DELETE ON {child} BEGIN " + _TAKE + "; END",
    "CREATE TRIGGER IF NOT EXISTS {name}_u AFTER UPDATE OF {watched} ON {child} BEGIN"
    + _CHANGE
    + "; END",
)
POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF TG_OP = 'INSERT' THEN " + _ADD + ";"
    " ELSIF TG_OP = 'DELETE' THEN " + _TAKE + ";"
    " ELSE PERFORM 1 FROM {parent} WHERE {id} IN (OLD.{fk}, NEW.{fk}) ORDER BY {id} FOR NO KEY UPDATE;"
    + _CHANGE
    + "; END IF; RETURN NULL; END $$",
    "CREATE OR REPLACE TRIGGER {name} AFTER INSERT OR DELETE OR UPDATE OF {watched} ON {child}"
    " FOR EACH ROW EXECUTE FUNCTION {name}()",
)
MYSQL_DROP = tuple(f"DROP TRIGGER IF EXISTS {{name}}_{event}" for event in "iud")
MYSQL = (
    *MYSQL_DROP,
    "CREATE TRIGGER {name}_i BEFORE INSERT ON {child} FOR EACH ROW " + _ADD,
    "CREATE TRIGGER {name}_d BEFORE DELETE ON {child} FOR EACH ROW " + _TAKE,
    "CREATE TRIGGER {name}_u BEFORE UPDATE ON {child} FOR EACH ROW " + _CHANGE + " ORDER BY {id}",
)
CREATE = {"sqlite": SQLITE, "postgresql": POSTGRESQL, "mysql": MYSQL}
DROP = {
    "sqlite": MYSQL_DROP,
    "mysql": MYSQL_DROP,
    "postgresql": (
        "DROP TRIGGER IF EXISTS {name} ON {child}",
        "DROP FUNCTION IF EXISTS {name}()",
    ),
}


@dataclass(frozen=True)
class Drift:
    """A stored number that is not what counting gives."""

    counter: str
    parent_id: int
    stored: int
    counted: int


class Counter:
    """`number` (a column of the parent) is how many children refer to the parent by `fk`.

    A child counts while every column of `while_null` is NULL; with `live_only` its `deleted_at` is one of them. Raises
    RuntimeError for a declaration that some database could not keep exact.
    """

    def __init__(
        self,
        number: ColumnLike,
        fk: ColumnLike,
        *,
        while_null: tuple[ColumnLike, ...] = (),
        live_only: bool = True,
    ) -> None:
        self.number, self.fk = _column(number), _column(fk)
        self.parent, self.child = _table(self.number), _table(self.fk)
        self.while_null = tuple(_column(column) for column in while_null)
        if live_only and "deleted_at" in self.child.columns:
            self.while_null += (self.child.columns["deleted_at"],)
        self.name = f"count_{self.parent.name}_{self.number.name}"
        self._check()

    def _check(self) -> None:
        if self.parent is self.child:
            raise RuntimeError(f"{self.name}: MariaDB cannot count a table's rows in itself")
        if self.number.nullable:
            raise RuntimeError(f"{self.name}: the number must be NOT NULL, starting at 0")
        for key in self.child.foreign_keys:
            if _writes_by_itself(key):
                raise RuntimeError(f"{self.name}: {key.parent} cascades, which no trigger sees")
        if not any(key.column.table is self.parent for key in self.fk.foreign_keys):
            raise RuntimeError(f"{self.name}: {self.fk} does not refer to {self.parent.name}")

    def attachment(self) -> Attachment:
        """Return the triggers, per database."""
        words = {
            "name": self.name,
            "parent": self.parent.name,
            "child": self.child.name,
            "number": self.number.name,
            "id": next(iter(self.fk.foreign_keys)).column.name,
            "fk": self.fk.name,
            "watched": ", ".join(column.name for column in (self.fk, *self.while_null)),
            "new": self._counts("NEW"),
            "old": self._counts("OLD"),
        }
        return Attachment(
            name=self.name,
            needs=(self.parent.name, self.child.name),
            create=_filled(CREATE, words),
            drop=_filled(DROP, words),
        )

    def _counts(self, row: str) -> str:
        return " AND ".join(f"{row}.{column.name} IS NULL" for column in self.while_null) or "1 = 1"

    def _counted(self) -> Any:
        """The true number, as a subquery beside the parent."""
        target = next(iter(self.fk.foreign_keys)).column
        query = select(func.count()).select_from(self.child).where(self.fk == target)
        for column in self.while_null:
            query = query.where(column.is_(None))
        return query.correlate(self.parent).scalar_subquery()

    def drifts(self, db: Session, limit: int = DRIFTS) -> list[Drift]:
        """Return parents whose number is wrong, at most `limit`."""
        target = next(iter(self.fk.foreign_keys)).column
        counted = self._counted()
        query: Select[Any] = (
            select(target, self.number, counted).where(self.number != counted).limit(limit)
        )
        return [Drift(self.name, *row) for row in db.execute(query)]

    def recount(self, db: Session) -> int:
        """Set wrong numbers right; return how many there were."""
        counted = self._counted()
        done: Any = db.execute(
            update(self.parent).where(self.number != counted).values({self.number: counted})
        )
        return int(done.rowcount)


def _column(given: ColumnLike) -> Column[Any]:
    if isinstance(given, Column):
        return given
    (column,) = inspect(given).property.columns
    assert isinstance(column, Column)
    return column


def _table(column: Column[Any]) -> Table:
    assert isinstance(column.table, Table)
    return column.table


def _writes_by_itself(key: ForeignKey) -> bool:
    return (key.ondelete or "").upper() in ("CASCADE", "SET NULL", "SET DEFAULT")


def _filled(
    statements: Mapping[str, tuple[str, ...]], words: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    return {
        dialect: tuple(statement.format(**words) for statement in group)
        for dialect, group in statements.items()
    }


COUNTERS: list[Counter] = []


def counter(
    number: ColumnLike,
    fk: ColumnLike,
    *,
    while_null: tuple[ColumnLike, ...] = (),
    live_only: bool = True,
) -> Counter:
    """Declare a counter of this installation (see `Counter`), at import time."""
    made = Counter(number, fk, while_null=while_null, live_only=live_only)
    attach(made.attachment())
    COUNTERS.append(made)
    return made


def check(db: Session) -> list[Drift]:
    """Compare every declared counter with a count (`quad doctor`)."""
    return [drift for item in COUNTERS for drift in item.drifts(db)]


def recount(db: Session) -> int:
    """Set every declared counter right; return how many rows were wrong."""
    return sum(item.recount(db) for item in COUNTERS)
