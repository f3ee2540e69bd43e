"""Fresh databases for tests: made and dropped here, never a configured one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import URL, Connection

from quad.core.db.engine import Database, database_url
from quad.core.db.model import Model

SERVERS = {
    "postgresql": os.environ.get(
        "QUAD_TEST_POSTGRESQL_URL", "postgresql://root@127.0.0.1:5432/postgres"
    ),
    "mariadb": os.environ.get("QUAD_TEST_MARIADB_URL", "mysql://root@127.0.0.1:3306/"),
}
DIALECTS = ("sqlite", *SERVERS)


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


class Workshop:
    """Makes databases for one test process; the schema is built once per dialect and then copied."""

    def __init__(self, folder: Path, worker: str) -> None:
        self.folder = folder
        self.prefix = f"quad_test_{os.getpid()}_{worker}"
        self._count = 0
        self._ready: set[str] = set()

    @contextmanager
    def database(self, dialect: str) -> Iterator[Database]:
        """Give a database with all tables and no rows."""
        maker = {"sqlite": self._sqlite, "postgresql": self._postgresql, "mariadb": self._mariadb}
        with maker[dialect]() as database:
            try:
                yield database
            finally:
                database.dispose()

    @contextmanager
    def _sqlite(self) -> Iterator[Database]:
        template = self.folder / "template.db"
        if "sqlite" not in self._ready:
            build_schema(f"sqlite:///{template}")
            self._ready.add("sqlite")
        self._count += 1
        path = self.folder / f"test-{self._count}.db"
        shutil.copy(template, path)
        yield Database(f"sqlite:///{path}", pool=10)
        for leftover in self.folder.glob(f"{path.name}*"):
            leftover.unlink()

    @contextmanager
    def _postgresql(self) -> Iterator[Database]:
        with self._kept("postgresql") as url:
            yield Database(url, pool=10)
            empty_postgresql(url)

    @contextmanager
    def _mariadb(self) -> Iterator[Database]:
        with self._kept("mariadb") as url:
            yield Database(url, pool=10)
            empty_mariadb(url)

    @contextmanager
    def _kept(self, dialect: str) -> Iterator[str]:
        """Give a server's one database of this process: emptying it is quicker than making another."""
        name = f"{self.prefix}_kept"
        url = self._url(dialect, name)
        if dialect not in self._ready:
            self._drop(dialect, name)
            self._admin(dialect, f"CREATE DATABASE {self._quoted(dialect, name)}")
            build_schema(url)
            self._ready.add(dialect)
        yield url

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
        for dialect in self._ready - {"sqlite"}:
            self._drop(dialect, f"{self.prefix}_kept")


def build_schema(url: str) -> None:
    """Create every table, trigger and view."""
    database = Database(url)
    Model.metadata.create_all(database.engine)
    database.dispose()


def empty_postgresql(url: str) -> None:
    """Take every row away, start the numbers again, and end what a test left connected."""
    database = Database(url)
    with database.engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        used = [
            name
            for name in inspect(connection).get_table_names()
            if connection.scalar(text(f'SELECT 1 FROM "{name}" LIMIT 1'))
        ]
        connection.execute(text("SET session_replication_role = replica"))
        for name in used:
            connection.execute(text(f'DELETE FROM "{name}"'))
        sequences = "SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL"
        for name in connection.scalars(text(sequences)).all():
            connection.execute(text(f'ALTER SEQUENCE "{name}" RESTART'))
        connection.commit()
    database.dispose()


def _used(connection: Connection) -> list[str]:
    """Return the tables that have or had rows: numbered ones by their next number, the others by a look inside."""
    numbers = (
        "SELECT table_name, auto_increment FROM information_schema.tables"
        " WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'"
    )
    return [
        name
        for name, following in connection.execute(text(numbers)).all()
        if (following or 0) > 1
        or (following is None and connection.scalar(text(f"SELECT 1 FROM `{name}` LIMIT 1")))
    ]


def empty_mariadb(url: str) -> None:
    """Take every row away and start the numbers again; quicker than making the tables anew."""
    database = Database(url)
    with database.engine.connect() as connection:
        connection.execute(text("SET FOREIGN_KEY_CHECKS = 0"))
        for name in _used(connection):
            connection.execute(text(f"DELETE FROM `{name}`"))
            connection.execute(text(f"ALTER TABLE `{name}` AUTO_INCREMENT = 1"))
        connection.execute(text("SET FOREIGN_KEY_CHECKS = 1"))
        connection.commit()
    database.dispose()
