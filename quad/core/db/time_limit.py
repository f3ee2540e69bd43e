"""A statement that takes too long is ended by the database, on all three of them, and the unit goes on."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

# SQLite asks after so many steps of its machine whether to go on: about a thousand times a second.
STEPS = 5_000
CANCELLED = "57014"  # PostgreSQL: query_canceled
TOO_LONG_MYSQL = {1969, 3024}  # MariaDB and MySQL: the limit of the session was reached


class TookTooLong(Exception):
    """The database was told to stop a statement that ran into its limit."""


@contextmanager
def time_limit(db: Session, seconds: float) -> Iterator[None]:
    """Let no statement in the block run for longer than `seconds` (on SQLite: nor all of them, reading included).

    Raises TookTooLong; what the unit did before stands, and it may go on.
    """
    connection = db.connection()
    limited = LIMITS[connection.dialect.name]
    try:
        with limited(connection, seconds):
            yield
    except DBAPIError as error:
        if _is_limit(error):
            raise TookTooLong from error
        raise
    except (
        sqlite3.OperationalError
    ) as error:  # while rows are fetched, without SQLAlchemy in between
        if _interrupted(error):
            raise TookTooLong from error
        raise


@contextmanager
def _sqlite(connection: Connection, seconds: float) -> Iterator[None]:
    raw: Any = connection.connection.driver_connection
    ends = time.monotonic() + seconds
    raw.set_progress_handler(lambda: int(time.monotonic() > ends), STEPS)
    try:
        yield
    finally:
        raw.set_progress_handler(None, 0)


@contextmanager
def _postgresql(connection: Connection, seconds: float) -> Iterator[None]:
    # A cancelled statement fails its transaction; the savepoint is what the unit goes back to, settings included.
    with connection.begin_nested() as savepoint:
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
        yield
        if savepoint.is_active:
            connection.exec_driver_sql("SET LOCAL statement_timeout TO DEFAULT")


@contextmanager
def _mysql(connection: Connection, seconds: float) -> Iterator[None]:
    name, value = "max_execution_time", str(int(seconds * 1000))
    if getattr(connection.dialect, "is_mariadb", False):
        name, value = "max_statement_time", f"{seconds:.3f}"
    connection.exec_driver_sql(f"SET SESSION {name} = {value}")
    try:
        yield
    finally:
        if not connection.invalidated:
            connection.exec_driver_sql(f"SET SESSION {name} = DEFAULT")


LIMITS = {"sqlite": _sqlite, "postgresql": _postgresql, "mysql": _mysql, "mariadb": _mysql}


def _is_limit(error: DBAPIError) -> bool:
    original: Any = error.orig
    if getattr(original, "sqlstate", None) == CANCELLED:
        return True
    if isinstance(original, sqlite3.Error):
        return _interrupted(original)
    arguments: tuple[Any, ...] = getattr(original, "args", ())
    return next(iter(arguments), 0) in TOO_LONG_MYSQL


def _interrupted(error: sqlite3.Error) -> bool:
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) == sqlite3.SQLITE_INTERRUPT
