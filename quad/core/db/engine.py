"""The only module that knows the engine: addresses, connections, and how a transaction starts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

# A lock conflict the database solved by ending one side: the same work may simply run again.
RETRYABLE_SQLSTATES = {"40001", "40P01", "55P03"}
RETRYABLE_MYSQL = {1205, 1213, 1020}
RETRYABLE_SQLITE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
LOCK_WAIT = 15
"""Seconds that a statement waits for a lock, on every database; then its unit starts again."""


def database_url(text: str) -> URL:
    """Rewrite the common spellings of an address to the drivers we ship."""
    url = make_url(text)
    drivers = {
        "postgres": "postgresql+psycopg",
        "postgresql": "postgresql+psycopg",
        "mysql": "mysql+pymysql",
        "mariadb": "mysql+pymysql",
        "mariadb+pymysql": "mysql+pymysql",
    }
    url = url.set(drivername=drivers.get(url.drivername, url.drivername))
    if url.drivername.startswith("mysql"):
        url = url.update_query_dict({"charset": "utf8mb4"})
    return url


class Database:
    """One database: a session for reading, a session for writing.

    On SQLite reading is a deferred transaction on connections that cannot write, and writing takes the write lock at
    its first statement; deferred everywhere ends in "locked", immediate everywhere makes readers wait.
    """

    def __init__(
        self, url: str, *, pool: int = 20, echo: bool = False, statements: int = 500
    ) -> None:
        """Open the database at `url`: up to `pool` connections at rest, `statements` kept compiled."""
        self.url = database_url(url)
        self.dialect = self.url.get_backend_name()
        kept: dict[str, Any] = {
            "pool_size": pool,
            "max_overflow": pool,
            "echo": echo,
            "query_cache_size": statements,
        }
        self.engine = _engine(self.url, kept)
        self.reading_engine = (
            _sqlite_reader(self.url, kept)
            if self.dialect == "sqlite"
            else self.engine.execution_options(postgresql_readonly=True)
        )

    def reader(self) -> Session:
        """Return a new session for a unit that only reads."""
        return Session(self.reading_engine, expire_on_commit=False, autoflush=False)

    def writer(self) -> Session:
        """Return a new session for a unit that may write."""
        return Session(self.engine, expire_on_commit=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A short unit of reading on its own connection; what was read stays usable afterwards."""
        with self.reader() as db:
            yield db
            db.expunge_all()

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()
        self.reading_engine.dispose()


def _from_json(stored: Any) -> Any:
    """Read a JSON cell. SQLite hands a bare number back as a number, since its JSON columns have numeric affinity."""
    return orjson.loads(stored) if isinstance(stored, str | bytes) else stored


def _engine(url: URL, kept: dict[str, Any]) -> Engine:
    common: dict[str, Any] = kept | {
        "json_serializer": lambda value: orjson.dumps(value).decode(),
        "json_deserializer": _from_json,
    }
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, **common)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
        return engine
    engine = create_engine(url, isolation_level="READ COMMITTED", pool_pre_ping=True, **common)
    prepare = _prepare_mariadb if url.get_backend_name() == "mysql" else _prepare_postgresql
    event.listen(engine, "connect", prepare)
    return engine


def _sqlite_reader(url: URL, kept: dict[str, Any]) -> Engine:
    engine = create_engine(url, json_deserializer=_from_json, **kept)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "connect", _only_read)
    event.listen(engine, "begin", _begin_deferred)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in (
        f"busy_timeout = {LOCK_WAIT * 1000}",
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        # Small sorts stay in the cache all the same; those of a million imported rows would not fit.
        "temp_store = FILE",
        "cache_size = -16000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _only_read(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA query_only = ON")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_deferred(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN DEFERRED")


def _prepare_mariadb(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET NAMES utf8mb4 COLLATE utf8mb4_bin")
        cursor.execute("SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE'")
        cursor.execute("SET SESSION time_zone = '+00:00'")
        cursor.execute(f"SET SESSION innodb_lock_wait_timeout = {LOCK_WAIT}")
    connection.commit()


def _prepare_postgresql(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LOCK_WAIT}s'")
        # Compiling a statement that is over in 5 ms takes 400: estimates of many small lookups add up.
        cursor.execute("SET jit = off")
    connection.commit()


def may_run_again(error: BaseException) -> bool:
    """Tell whether the database ended this transaction only to let another one through."""
    if not isinstance(error, DBAPIError):
        return False
    original: Any = error.orig
    if getattr(original, "sqlstate", None) in RETRYABLE_SQLSTATES:
        return True
    if isinstance(original, sqlite3.OperationalError):
        return (getattr(original, "sqlite_errorcode", 0) & 0xFF) in RETRYABLE_SQLITE
    arguments: tuple[Any, ...] = getattr(original, "args", ())
    return isinstance(error, OperationalError) and next(iter(arguments), 0) in RETRYABLE_MYSQL
