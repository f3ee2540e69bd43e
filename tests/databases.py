"""Fresh databases for tests: made and dropped here, never a configured one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL

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
        template = f"{self.prefix}_template"
        if "postgresql" not in self._ready:
            self._admin("postgresql", f'DROP DATABASE IF EXISTS "{template}"')
            self._admin("postgresql", f'CREATE DATABASE "{template}"')
            build_schema(self._url("postgresql", template))
            self._ready.add("postgresql")
        self._count += 1
        name = f"{self.prefix}_{self._count}"
        self._admin("postgresql", f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield Database(self._url("postgresql", name), pool=10)
        finally:
            self._admin("postgresql", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    @contextmanager
    def _mariadb(self) -> Iterator[Database]:
        name = f"{self.prefix}_maria"
        url = self._url("mariadb", name)
        if "mariadb" not in self._ready:
            self._admin("mariadb", f"DROP DATABASE IF EXISTS `{name}`")
            self._admin("mariadb", f"CREATE DATABASE `{name}`")
            build_schema(url)
            self._ready.add("mariadb")
        yield Database(url, pool=10)
        empty_mariadb(url)

    @contextmanager
    def bare(self, dialect: str) -> Iterator[Database]:
        """Give a database without any table."""
        self._count += 1
        name = f"{self.prefix}_{self._count}"
        if dialect == "sqlite":
            database = Database(f"sqlite:///{self.folder / name}.db")
        else:
            quoted = f'"{name}"' if dialect == "postgresql" else f"`{name}`"
            self._admin(dialect, f"CREATE DATABASE {quoted}")
            database = Database(self._url(dialect, name))
        try:
            yield database
        finally:
            database.dispose()
            if dialect != "sqlite":
                self._admin(dialect, f"DROP DATABASE {quoted}")

    def _url(self, dialect: str, name: str) -> str:
        url: URL = database_url(SERVERS[dialect]).set(database=name)
        return url.render_as_string(hide_password=False)

    def _admin(self, dialect: str, statement: str) -> None:
        engine = create_engine(database_url(SERVERS[dialect]), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def close(self) -> None:
        """Drop what outlives single tests."""
        if "postgresql" in self._ready:
            statement = f'DROP DATABASE IF EXISTS "{self.prefix}_template" WITH (FORCE)'
            self._admin("postgresql", statement)
        if "mariadb" in self._ready:
            self._admin("mariadb", f"DROP DATABASE IF EXISTS `{self.prefix}_maria`")


def build_schema(url: str) -> None:
    """Create every table, trigger and view."""
    database = Database(url)
    Model.metadata.create_all(database.engine)
    database.dispose()


def empty_mariadb(url: str) -> None:
    """Take every row away and start the numbers again; quicker than making the tables anew."""
    database = Database(url)
    with database.engine.connect() as connection:
        connection.execute(text("SET FOREIGN_KEY_CHECKS = 0"))
        for table in Model.metadata.sorted_tables:
            if connection.scalar(text(f"SELECT 1 FROM `{table.name}` LIMIT 1")):
                connection.execute(text(f"DELETE FROM `{table.name}`"))
            connection.execute(text(f"ALTER TABLE `{table.name}` AUTO_INCREMENT = 1"))
        connection.execute(text("SET FOREIGN_KEY_CHECKS = 1"))
        connection.commit()
    database.dispose()
