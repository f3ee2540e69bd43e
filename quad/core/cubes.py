"""How many rows a table has for every combination of some of its values, with sums: kept by the database itself.

A tally (`core.tallies`) knows one number per scope. A cube is a table of its own with a row per combination (term,
department, grade …), so that charts and comparisons read as many rows as there are combinations, however many rows were
counted. As with tallies, PostgreSQL adds a whole statement's rows at once and in ascending order; SQLite and MariaDB
have triggers by row only. A combination that has become empty stays with a count of 0.

What an expression may be: SQL that all three databases read alike, with `{row}` in front of every column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Table, literal_column, select, text
from sqlalchemy.orm import Session

from quad.core.counters import DRIFTS, Drift
from quad.core.db import triggers
from quad.core.db.attachments import Attachment, attach
from quad.core.db.model import Model

_INTO = "INSERT INTO {cube} ({names}) "
_TAKE = "UPDATE {cube} SET {minus} WHERE {same} AND {old}"
_ADD = _INTO + "SELECT {new_values} {dual}WHERE {new} "
_SQLITE_ADD = _ADD + "ON CONFLICT ({keys}) DO UPDATE SET {plus}"
_MYSQL_ADD = _ADD + "ON DUPLICATE KEY UPDATE {plus_mysql}"
_ADDED = "SELECT {new_values} FROM added AS new_row WHERE {new}"
_TAKEN = "SELECT {old_values} FROM taken AS old_row WHERE {old}"
# Every word that is filled in below is a name or an expression of our own models.
_GROUPED = "SELECT {keys}, {summed} FROM ({rows}) AS moved ({names}) GROUP BY {keys}"
_KEPT = " HAVING {changed} ORDER BY {keys} ON CONFLICT ({keys}) DO UPDATE SET {plus}"
_MOVED = _INTO + _GROUPED + _KEPT
# Rows are set to 0, never deleted: a migration that finds fewer rows than before is undone.
_EMPTY = "UPDATE {cube} SET {zero}"
_FILL = _INTO + "SELECT {values}, {totals} FROM {table} WHERE {counts} GROUP BY {positions} "  # noqa: S608
_REBUILD = (_EMPTY, _FILL + "ON CONFLICT ({keys}) DO UPDATE SET {fresh}")
_MYSQL_REBUILD = (_EMPTY, _FILL + "ON DUPLICATE KEY UPDATE {fresh_mysql}")


CREATE = triggers.create(
    triggers.sqlite(_SQLITE_ADD, _TAKE, when_added="WHEN {new} ", when_taken="WHEN {old} "),
    triggers.mysql(_MYSQL_ADD, _TAKE),
    triggers.postgresql(_MOVED, _ADDED, _TAKEN),
)


class Cube:
    """The rows of `source` that fit `counts`, counted in the table of `kept` by `keys` and summed up in `sums`.

    `keys` and `sums` name columns of `kept` and say by which expression of a source row they are filled; no key may
    come out NULL. `kept` has one more column, `number`, and its primary key is the keys. `watched` are the source
    columns that the expressions read. No foreign key of the source may cascade while a row counts: MariaDB fires no
    trigger then.
    """

    def __init__(
        self,
        kept: type[Model],
        source: type[Model],
        *,
        keys: Mapping[str, str],
        sums: Mapping[str, str],
        counts: str,
        watched: Iterable[str],
    ) -> None:
        table: Any = kept.__table__
        counted: Any = source.__table__
        self.name: str = table.name
        self.table: Table = table
        self.source: Table = counted
        self.keys, self.sums, self.counts = dict(keys), {"number": "1", **sums}, counts
        self.watched = tuple(watched)
        if [column.name for column in table.primary_key] != list(keys):
            raise RuntimeError(f"{self.name}: its primary key must be {', '.join(keys)}")

    def attachment(self) -> Attachment:
        """Return the triggers, per database. Making them counts what is there already."""
        return Attachment(
            name=f"cube_{self.name}",
            needs=(self.source.name, self.name),
            create={d: self._filled((*each, *_rebuild(d)), d) for d, each in CREATE.items()},
            drop={d: self._filled(each, d) for d, each in triggers.DROP.items()},
        )

    def _filled(self, statements: Iterable[str], dialect: str) -> tuple[str, ...]:
        new, old = ("new_row.", "old_row.") if dialect == "postgresql" else ("NEW.", "OLD.")
        taken = "-" if dialect == "postgresql" else ""
        keys, sums = list(self.keys), list(self.sums)
        words = {
            "cube": self.name,
            "trigger": f"cube_{self.name}",
            "table": self.source.name,
            "dual": "FROM DUAL " if dialect in ("mysql", "mariadb") else "",
            "watched": ", ".join(self.watched),
            "differs": " OR ".join(f"NOT (NEW.{one} <=> OLD.{one})" for one in self.watched),
            "names": ", ".join(keys + sums),
            "keys": ", ".join(keys),
            "positions": ", ".join(str(place + 1) for place in range(len(keys))),
            "new": self.counts.format(row=new),
            "old": self.counts.format(row=old),
            "counts": self.counts.format(row=""),
            "new_values": ", ".join(self._values(new)),
            "old_values": ", ".join(self._values(old, taken)),
            "values": ", ".join(one.format(row="") for one in self.keys.values()),
            "totals": ", ".join(f"sum({one.format(row='')})" for one in self.sums.values()),
            "same": " AND ".join(f"{n} = {e.format(row=old)}" for n, e in self.keys.items()),
            "minus": ", ".join(f"{n} = {n} - ({e.format(row=old)})" for n, e in self.sums.items()),
            "plus": ", ".join(f"{name} = {self.name}.{name} + excluded.{name}" for name in sums),
            "plus_mysql": ", ".join(
                f"{name} = {self.name}.{name} + VALUES({name})" for name in sums
            ),
            "zero": ", ".join(f"{name} = 0" for name in sums),
            "fresh": ", ".join(f"{name} = excluded.{name}" for name in sums),
            "fresh_mysql": ", ".join(f"{name} = VALUES({name})" for name in sums),
            "summed": ", ".join(f"sum({name})" for name in sums),
            "changed": " OR ".join(f"sum({name}) <> 0" for name in sums),
        }
        filled = [statement.format(**words) for statement in statements]
        # The other drivers read a per cent sign as a place for a value.
        return tuple(one if dialect == "sqlite" else one.replace("%", "%%") for one in filled)

    def _values(self, row: str, sign: str = "") -> list[str]:
        keys = [one.format(row=row) for one in self.keys.values()]
        return keys + [f"{sign}({one.format(row=row)})" for one in self.sums.values()]

    def counted(self, db: Session) -> dict[tuple[Any, ...], tuple[int, ...]]:
        """Count the source anew: sums by keys."""
        keys: list[Any] = [literal_column(e.format(row="")).label(n) for n, e in self.keys.items()]
        sums: list[Any] = [literal_column(f"sum({e.format(row='')})") for e in self.sums.values()]
        which = text(self.counts.format(row=""))
        places = [text(str(place + 1)) for place in range(len(keys))]
        query = select(*keys, *sums).select_from(self.source).where(which).group_by(*places)
        return self._by_keys(db.execute(query))

    def stored(self, db: Session) -> dict[tuple[Any, ...], tuple[int, ...]]:
        """Return what is kept: sums by keys, without the combinations that have become empty."""
        names: list[Any] = [literal_column(name) for name in (*self.keys, *self.sums)]
        return self._by_keys(db.execute(select(*names).select_from(self.table)))

    def _by_keys(self, rows: Iterable[Any]) -> dict[tuple[Any, ...], tuple[int, ...]]:
        width = len(self.keys)
        found = {tuple(row[:width]): tuple(int(each) for each in row[width:]) for row in rows}
        return {keys: sums for keys, sums in found.items() if any(sums)}

    def drifts(self, db: Session, limit: int = DRIFTS) -> list[Drift]:
        """Return combinations whose numbers are wrong, at most `limit`."""
        stored, counted = self.stored(db), self.counted(db)
        nothing = (0,) * len(self.sums)
        wrong = [
            keys
            for keys in sorted(stored.keys() | counted.keys(), key=str)
            if stored.get(keys, nothing) != counted.get(keys, nothing)
        ]
        return [
            Drift(
                f"{self.name} {keys}",
                0,
                stored.get(keys, nothing)[0],
                counted.get(keys, nothing)[0],
            )
            for keys in wrong[:limit]
        ]

    def recount(self, db: Session) -> int:
        """Count anew; return how many combinations were wrong."""
        wrong = len(self.drifts(db))
        if wrong:
            dialect = db.get_bind().dialect.name
            for statement in self._filled(_rebuild(dialect), dialect):
                db.connection().exec_driver_sql(statement)
        return wrong


def _rebuild(dialect: str) -> tuple[str, ...]:
    return _MYSQL_REBUILD if dialect in ("mysql", "mariadb") else _REBUILD


CUBES: list[Cube] = []


def cube(
    kept: type[Model],
    source: type[Model],
    *,
    keys: Mapping[str, str],
    sums: Mapping[str, str],
    counts: str,
    watched: Iterable[str],
) -> Cube:
    """Declare a cube of this installation (see `Cube`), at import time."""
    made = Cube(kept, source, keys=keys, sums=sums, counts=counts, watched=watched)
    attach(made.attachment())
    CUBES.append(made)
    return made


def check(db: Session) -> list[Drift]:
    """Compare every declared cube with a count (`quad doctor`)."""
    return [drift for item in CUBES for drift in item.drifts(db)]


def recount(db: Session) -> int:
    """Set every declared cube right; return how many combinations were wrong."""
    return sum(item.recount(db) for item in CUBES)
