"""Fresh databases for tests: made and dropped here, never a configured one."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, Connection

from quad.core.db import migration
from quad.core.db.engine import Database, database_url
from quad.core.db.model import Model

SERVERS = {
    "postgresql": os.environ.get(
        "QUAD_TEST_POSTGRESQL_URL", "postgresql://root@127.0.0.1:5432/postgres"
    ),
    "mariadb": os.environ.get("QUAD_TEST_MARIADB_URL", "mysql://root@127.0.0.1:3306/"),
}
DIALECTS = ("sqlite", *SERVERS)
STATEMENTS = 20_000
"""How many compiled statements a process of tests keeps: nearly all that the product has."""


def server_problem(dialect: str) -> str | None:
    """Say why tests cannot use `dialect` here, or None when they can."""
    if dialect == "sqlite":
        return None
    engine = create_engine(database_url(SERVERS[dialect]))
    try:
        with engine.connect():
            return None
    except Exception as error:
        return f"{dialect} does not answer here ({type(error).__name__})"
    finally:
        engine.dispose()


class Lent(Database):
    """A database for one test, on engines that outlive it: what they compiled once, no later test compiles again.

    Its own engines are thin copies, so what the product remembers about a database ends with the test.
    """

    def __init__(self, kept: Database) -> None:
        self.url, self.dialect = kept.url, kept.dialect
        self.engine = kept.engine.execution_options()
        self.reading_engine = (
            kept.reading_engine.execution_options()
            if self.dialect == "sqlite"
            else self.engine.execution_options(postgresql_readonly=True)
        )


class Workshop:
    """Makes databases for one test process; the schema is built once per dialect and then copied."""

    def __init__(self, folder: Path, worker: str) -> None:
        self.folder = folder
        self.prefix = f"quad_test_{os.getpid()}_{worker}"
        self._template = folder / "template.db"
        self._count = 0
        self._made: list[tuple[str, str]] = []
        self._free: dict[str, list[Database]] = {dialect: [] for dialect in DIALECTS}

    @contextmanager
    def database(self, dialect: str) -> Iterator[Database]:
        """Give a database with all tables, as the newest migration leaves them, and no rows."""
        free = self._free[dialect]
        kept = free.pop() if free else self._new(dialect)
        if dialect == "sqlite":
            shutil.copy(self._template, str(kept.url.database))
        lent = Lent(kept)
        try:
            yield lent
        finally:
            lent.dispose()
        EMPTY[dialect](kept)
        free.append(kept)

    def _new(self, dialect: str) -> Database:
        """Make a database that later tests use too: emptying one is quicker than making another."""
        self._count += 1
        if dialect == "sqlite":
            if not self._template.exists():
                build_schema(f"sqlite:///{self._template}")
            url = f"sqlite:///{self.folder / f'test-{self._count}.db'}"
        else:
            name = f"{self.prefix}_kept_{self._count}"
            url = self._url(dialect, name)
            self._admin(dialect, f"CREATE DATABASE {self._quoted(dialect, name)}")
            self._made.append((dialect, name))
            if dialect == "postgresql":
                # What a test wrote need not outlive the server's end.
                self._admin(dialect, f'ALTER DATABASE "{name}" SET synchronous_commit = off')
            build_schema(url)
        made = Database(url, pool=10, statements=STATEMENTS)
        if dialect == "sqlite":
            for engine in (made.engine, made.reading_engine):
                event.listen(engine, "connect", _never_wait_for_the_disk)
        return made

    @contextmanager
    def bare(self, dialect: str) -> Iterator[Database]:
        """Give a database without any table."""
        self._count += 1
        name = f"{self.prefix}_{self._count}"
        if dialect == "sqlite":
            database = Database(f"sqlite:///{self.folder / name}.db")
        else:
            self._admin(dialect, f"CREATE DATABASE {self._quoted(dialect, name)}")
            database = Database(self._url(dialect, name))
        try:
            yield database
        finally:
            database.dispose()
            if dialect != "sqlite":
                self._drop(dialect, name)

    def _url(self, dialect: str, name: str) -> str:
        url: URL = database_url(SERVERS[dialect]).set(database=name)
        return url.render_as_string(hide_password=False)

    def _admin(self, dialect: str, statement: str) -> None:
        engine = create_engine(database_url(SERVERS[dialect]), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def _drop(self, dialect: str, name: str) -> None:
        force = " WITH (FORCE)" if dialect == "postgresql" else ""
        self._admin(dialect, f"DROP DATABASE IF EXISTS {self._quoted(dialect, name)}{force}")

    @staticmethod
    def _quoted(dialect: str, name: str) -> str:
        return f'"{name}"' if dialect == "postgresql" else f"`{name}`"

    def close(self) -> None:
        """Drop what outlives single tests."""
        for dialect, name in self._made:
            self._drop(dialect, name)


def _never_wait_for_the_disk(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")


def build_schema(url: str) -> None:
    """Make every table, trigger and view in an empty database, as the newest migration leaves them."""
    database = Database(url)
    Model.metadata.create_all(database.engine)
    with database.engine.begin() as connection:
        command.stamp(migration.configuration(connection), "head")
    database.dispose()


def empty_sqlite(database: Database) -> None:
    """Take the files away; the next test gets a copy of the template."""
    path = Path(str(database.url.database))
    for leftover in path.parent.glob(f"{path.name}*"):
        leftover.unlink()


EMPTY_POSTGRESQL = """
DO $$ DECLARE name text; BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND pg_relation_size(oid) > 0 AND relname <> 'alembic_version'
  LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
  FOR name IN SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL
  LOOP EXECUTE format('ALTER SEQUENCE %I RESTART', name); END LOOP;
END $$
"""


def empty_postgresql(database: Database) -> None:
    """Take every row away, start the numbers again, and end what a test left connected."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql(EMPTY_POSTGRESQL.replace("%", "%%"))
    database.dispose()


def _used(connection: Connection) -> list[str]:
    """Return the tables that have or had rows: numbered ones by their next number, the others by a look inside."""
    numbers = (
        "SELECT table_name, auto_increment FROM information_schema.tables"
        " WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'"
        " AND table_name <> 'alembic_version'"
    )
    return [
        name
        for name, following in connection.execute(text(numbers)).all()
        if (following or 0) > 1
        or (following is None and connection.scalar(text(f"SELECT 1 FROM `{name}` LIMIT 1")))
    ]


def empty_mariadb(database: Database) -> None:
    """Take every row away and start the numbers again; quicker than making the tables anew."""
    with database.engine.connect() as connection:
        connection.execute(text("SET FOREIGN_KEY_CHECKS = 0"))
        for name in _used(connection):
            connection.execute(text(f"DELETE FROM `{name}`"))
            connection.execute(text(f"ALTER TABLE `{name}` AUTO_INCREMENT = 1"))
        connection.execute(text("SET FOREIGN_KEY_CHECKS = 1"))
        connection.commit()
    database.dispose()


EMPTY = {"sqlite": empty_sqlite, "postgresql": empty_postgresql, "mariadb": empty_mariadb}
