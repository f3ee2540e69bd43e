"""Bringing a database to the newest tables and back.

SQLite cannot alter most things in place: Alembic copies the table, and with foreign keys on, dropping the old copy
would delete the rows that refer to it. So foreign keys are off before the transaction begins, and checked at its end.
Triggers and views do not survive such copies on any database: they are dropped before and made again after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.ddl.sqlite import SQLiteImpl
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.types import TypeDecorator

from quad.core.db.attachments import create_attachments, drop_attachments, is_attached
from quad.core.db.engine import Database
from quad.core.db.model import Model
from quad.core.errors import Rejected

HERE = Path(__file__).parent
LOCK_NUMBER = 5_814_322_911
LOCK_SECONDS = 60


@dataclass(frozen=True)
class State:
    """The revision a database has (None: no tables of ours) and the newest there is."""

    current: str | None
    newest: str


class SqliteTables(SQLiteImpl):
    """Alembic's way with SQLite, which copies a table to change it; registers itself by its dialect.

    Columns the database computes are left out of the copy: SQLite refuses to be told their values.
    """

    __dialect__ = "sqlite"

    def prep_table_for_batch(self, batch_impl: Any, table: Any) -> None:
        super().prep_table_for_batch(batch_impl, table)
        for item in table.columns:
            if item.computed is not None:
                batch_impl.column_transfers[item.name].pop("expr", None)


def scripts_folder() -> Path:
    """Return the folder of migrations: in the checkout, or inside the installed package."""
    checkout = HERE.parents[2] / "migrations"
    return checkout if checkout.is_dir() else HERE.parents[1] / "migrations"


def configuration(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration for our folder of migrations, working on `connection`."""
    config = Config()
    config.set_main_option("script_location", str(scripts_folder()))
    config.set_main_option("file_template", "%%(rev)s")
    config.attributes["connection"] = connection
    return config


def run_with(context: Any) -> None:
    """Run Alembic's work on the connection that `quad db` opened; called by migrations/env.py."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        include_object=_is_ours,
        render_item=_our_types,
        compare_type=True,
        transaction_per_migration=False,
    )
    context.run_migrations()


def _our_types(kind: str, item: Any, autogenerate: Any) -> str | Literal[False]:
    """Write our column types by their own short names."""
    arguments = {"Utc": "", "Fixed": "places", "NormalisedKey": "length"}
    name = type(item).__name__
    if kind != "type" or name not in arguments or not isinstance(item, TypeDecorator):
        return False
    autogenerate.imports.add(f"from quad.core.db.types import {name}")
    inner: Any = item.impl
    value = inner.length if name == "NormalisedKey" else getattr(item, arguments[name], "")
    return f"{name}({value})"


def _is_ours(_object: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    return not (kind in ("table", "index") and name is not None and is_attached(name))


def upgrade(database: Database, to: str = "head") -> None:
    """Bring the tables to revision `to`. Two processes doing it at once is harmless."""
    _migrate(database, lambda config: command.upgrade(config, to))


def downgrade(database: Database, to: str = "-1") -> None:
    """Take the tables back to revision `to`."""
    _migrate(database, lambda config: command.downgrade(config, to))


def current(database: Database) -> State:
    """Return where the database stands."""
    newest = ScriptDirectory.from_config(configuration()).get_current_head() or ""
    with database.engine.connect() as connection:
        return State(MigrationContext.configure(connection).get_current_revision(), newest)


def differences(database: Database) -> list[str]:
    """Return a line per difference between the tables and the models; none when they agree."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": _is_ours, "compare_type": True}
        )
        return [_difference(item) for item in compare_metadata(context, Model.metadata)]


def _difference(item: Any) -> str:
    if isinstance(item, list):
        return "; ".join(_difference(part) for part in item)
    return " ".join(str(part) for part in item)


def clear(database: Database) -> None:
    """Drop every table of ours."""
    with _exclusively(database) as connection:
        drop_attachments(connection)
        Model.metadata.drop_all(connection)
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))


def reset(database: Database) -> None:
    """Drop every table of ours, then make them anew, empty."""
    clear(database)
    upgrade(database)


def _migrate(database: Database, work: Callable[[Config], None]) -> None:
    with _exclusively(database) as connection:
        before = _row_counts(connection)
        drop_attachments(connection)
        work(configuration(connection))
        if inspect(connection).has_table("core_job"):
            create_attachments(connection)
        _check_nothing_lost(connection, before)


@contextmanager
def _exclusively(database: Database) -> Iterator[Connection]:
    """One migration at a time per database; on SQLite the write lock is the guard."""
    with database.engine.connect() as connection:
        if database.dialect == "sqlite":
            raw: Any = connection.connection.dbapi_connection
            raw.execute("PRAGMA foreign_keys = OFF")
            try:
                with connection.begin():
                    yield connection
            finally:
                raw.execute("PRAGMA foreign_keys = ON")
            return
        with _server_lock(connection, database.dialect), connection.begin():
            yield connection


@contextmanager
def _server_lock(connection: Connection, dialect: str) -> Iterator[None]:
    take, give = (
        (f"SELECT pg_advisory_lock({LOCK_NUMBER})", f"SELECT pg_advisory_unlock({LOCK_NUMBER})")
        if dialect == "postgresql"
        else (f"SELECT GET_LOCK('quad', {LOCK_SECONDS})", "SELECT RELEASE_LOCK('quad')")
    )
    if dialect == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
    connection.execute(text(take))
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text(give))
        connection.commit()


def _row_counts(connection: Connection) -> dict[str, int]:
    names = set(inspect(connection).get_table_names()) & set(Model.metadata.tables)
    quote = connection.dialect.identifier_preparer.quote
    return {
        name: connection.scalar(text(f"SELECT count(*) FROM {quote(name)}")) or 0  # noqa: S608
        for name in names
    }


def _check_nothing_lost(connection: Connection, before: dict[str, int]) -> None:
    """Raise Rejected (and so undo, where the database can) when rows vanished or point nowhere."""
    after = _row_counts(connection)
    lost = [name for name, count in before.items() if name in after and after[name] < count]
    if lost:
        raise Rejected(f"Rows were lost in {', '.join(sorted(lost))}; nothing was changed.")
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise Rejected(f"Rows of {broken[0][0]} would point nowhere; nothing was changed.")
