"""How many rows a table has, in all and by department: kept by the database itself, so that no page counts.

A counter (`core.counters`) is a column of a parent row. A tally needs no parent: it is a row of its own for each scope,
and 0 is the scope of rows without one. PostgreSQL adds a whole statement's rows at once, so that an import of 100,000
rows writes one tally row and not 100,000 versions of it; SQLite and MariaDB have triggers by row only. Whoever adds
rows holds the tally rows of their scopes until the unit ends, as with counters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, String, Table, case, func, literal, select, text
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from quad.core.counters import DRIFTS, Drift
from quad.core.db import triggers
from quad.core.db.attachments import Attachment, attach
from quad.core.db.model import Model, Row
from quad.core.db.types import BigId

NOWHERE = 0


class TallyRow(Model):
    """One tally in one scope."""

    __tablename__ = "core_tally"
    __audited__: ClassVar[bool] = False

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    scope: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    value: Mapped[int] = mapped_column(BigInteger, default=0)


_ADD = "INSERT INTO core_tally (name, scope, value) "
_ONE_MORE = _ADD + "SELECT '{name}', {new_scope}, 1 {dual}WHERE {new} "
_ONE_LESS = (
    "UPDATE core_tally SET value = value - 1"
    " WHERE name = '{name}' AND scope = {old_scope} AND {old}"
)
_SQLITE_MORE = _ONE_MORE + "ON CONFLICT (name, scope) DO UPDATE SET value = value + 1"
_MYSQL_MORE = _ONE_MORE + "ON DUPLICATE KEY UPDATE value = core_tally.value + 1"
_SUMMED = (
    " GROUP BY scope HAVING sum(change) <> 0 ORDER BY scope"
    " ON CONFLICT (name, scope) DO UPDATE SET value = core_tally.value + excluded.value"
)
_ADDED = "SELECT {new_scope} AS scope, 1 AS change FROM added AS new_row WHERE {new}"
_TAKEN = "SELECT {old_scope} AS scope, -1 AS change FROM taken AS old_row WHERE {old}"
# Every word that is filled in below is a name from our own models.
_MOVED = _ADD + "SELECT '{name}', scope, sum(change) FROM ({rows}) AS moved" + _SUMMED  # noqa: S608
# Rows are set to 0, never deleted: a migration that finds fewer rows than before is undone.
_NONE = "UPDATE core_tally SET value = 0 WHERE name = '{name}'"
_COUNT = _ADD + "SELECT '{name}', {scope}, count(*) FROM {table} WHERE {counts} GROUP BY 2 "  # noqa: S608
_RECOUNT = (_NONE, _COUNT + "ON CONFLICT (name, scope) DO UPDATE SET value = excluded.value")
_MYSQL_RECOUNT = (_NONE, _COUNT + "ON DUPLICATE KEY UPDATE value = VALUES(value)")


# VALUES, since adding is what imports do: a third quicker than SELECT (9 µs a row).
_SQLITE_NEW = (
    _ADD + "VALUES ('{name}', {new_scope}, 1)"
    " ON CONFLICT (name, scope) DO UPDATE SET value = value + 1"
)
CREATE = triggers.create(
    triggers.sqlite(_SQLITE_MORE, _ONE_LESS, _SQLITE_NEW, when_added="WHEN {new} "),
    triggers.mysql(_MYSQL_MORE, _ONE_LESS),
    triggers.postgresql(_MOVED, _ADDED, _TAKEN),
)


class Tally:
    """How many rows of `model` there are, by `scope` (a column that may be NULL; None: in all only).

    Rows that are deleted do not count; with `state`, only rows whose column has that word do. No foreign key of the
    table may cascade: MariaDB fires no trigger then.
    """

    def __init__(
        self,
        name: str,
        model: type[Row],
        scope: InstrumentedAttribute[Any] | None = None,
        state: tuple[InstrumentedAttribute[Any], str] | None = None,
    ) -> None:
        table: Any = model.__table__
        self.name = name
        self.table: Table = table
        self.scope: Column[Any] | None = None if scope is None else table.c[scope.key]
        self.state = None if state is None else (table.c[state[0].key], str(state[1]))

    def attachment(self) -> Attachment:
        """Return the triggers, per database. Making them counts what is there already."""
        return Attachment(
            name=f"tally_{self.name}",
            needs=(self.table.name, TallyRow.__tablename__),
            create={d: self._filled((*each, *_recount(d)), d) for d, each in CREATE.items()},
            drop={d: self._filled(each, d) for d, each in triggers.DROP.items()},
        )

    def _filled(self, statements: Iterable[str], dialect: str) -> tuple[str, ...]:
        new, old = ("new_row", "old_row") if dialect == "postgresql" else ("NEW", "OLD")
        words = {
            "name": self.name,
            "trigger": "tally_" + self.name.replace(".", "_"),
            "table": self.table.name,
            "dual": "FROM DUAL " if dialect in ("mysql", "mariadb") else "",
            "watched": ", ".join(column.name for column in self._watched()),
            "differs": " OR ".join(f"NOT (NEW.{c.name} <=> OLD.{c.name})" for c in self._watched()),
            "new": self._counts(f"{new}."),
            "old": self._counts(f"{old}."),
            "counts": self._counts(""),
            "new_scope": self._scope(f"{new}."),
            "old_scope": self._scope(f"{old}."),
            "scope": self._scope(""),
        }
        return tuple(statement.format(**words) for statement in statements)

    def _watched(self) -> list[Column[Any]]:
        found = [self.scope, self.state[0] if self.state else None, self._deleted()]
        return [column for column in found if column is not None]

    def _deleted(self) -> Column[Any] | None:
        return self.table.c.get("deleted_at")

    def _scope(self, row: str) -> str:
        return f"COALESCE({row}{self.scope.name}, {NOWHERE})" if self.scope is not None else "0"

    def _counts(self, row: str) -> str:
        parts = [] if self._deleted() is None else [f"{row}deleted_at IS NULL"]
        if self.state is not None:
            parts.append(f"{row}{self.state[0].name} = '{self.state[1]}'")
        return " AND ".join(parts) or "1 = 1"

    def drifts(self, db: Session, limit: int = DRIFTS) -> list[Drift]:
        """Return scopes whose number is wrong, at most `limit`."""
        scope = literal(NOWHERE) if self.scope is None else func.coalesce(self.scope, NOWHERE)
        query = select(scope.label("scope"), func.count()).where(text(self._counts("")))
        counted = _pairs(db.execute(query.select_from(self.table).group_by("scope")))
        kept = select(TallyRow.scope, TallyRow.value).where(TallyRow.name == self.name)
        stored = _pairs(db.execute(kept))
        return [
            Drift(self.name, scope, stored.get(scope, 0), counted.get(scope, 0))
            for scope in sorted(stored.keys() | counted.keys())
            if stored.get(scope, 0) != counted.get(scope, 0)
        ][:limit]

    def recount(self, db: Session) -> int:
        """Count anew; return how many scopes were wrong."""
        wrong = len(self.drifts(db))
        if wrong:
            dialect = db.get_bind().dialect.name
            for statement in self._filled(_recount(dialect), dialect):
                db.connection().exec_driver_sql(statement)
        return wrong


def _recount(dialect: str) -> tuple[str, ...]:
    return _MYSQL_RECOUNT if dialect in ("mysql", "mariadb") else _RECOUNT


def _pairs(rows: Iterable[Any]) -> dict[int, int]:
    return {row[0]: row[1] for row in rows}


TALLIES: list[Tally] = []


def tally(
    name: str,
    model: type[Row],
    scope: InstrumentedAttribute[Any] | None = None,
    state: tuple[InstrumentedAttribute[Any], str] | None = None,
) -> Tally:
    """Declare a tally of this installation (see `Tally`), at import time."""
    made = Tally(name, model, scope, state)
    attach(made.attachment())
    TALLIES.append(made)
    return made


def statement(names: Iterable[str], scopes: Any) -> Any:
    """Select (name, in all, in `scopes`) of some tallies; `scopes` is what a column may be compared with by IN."""
    within = case((TallyRow.scope.in_(scopes), TallyRow.value), else_=0)
    return (
        select(TallyRow.name, func.sum(TallyRow.value), func.sum(within))
        .where(TallyRow.name.in_(list(names)))
        .group_by(TallyRow.name)
    )


def check(db: Session) -> list[Drift]:
    """Compare every declared tally with a count (`quad doctor`)."""
    return [drift for item in TALLIES for drift in item.drifts(db)]


def recount(db: Session) -> int:
    """Set every declared tally right; return how many rows were wrong."""
    return sum(item.recount(db) for item in TALLIES)


def as_numbers(rows: Iterable[Any]) -> Mapping[str, tuple[int, int]]:
    """Read the rows of `statement`: for each name how many in all and how many in the scopes."""
    return {name: (int(whole), int(within)) for name, whole, within in rows}
