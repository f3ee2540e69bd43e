"""PostgreSQL databases for the benchmarks: made here, dropped here unless they are to be kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, make_url, text

from quad.core.db.engine import database_url


@contextmanager
def own_database(server: str, name: str, *, keep: bool = False) -> Iterator[str]:
    """Make an empty database and drop it in the end; its address is given.

    With `keep`, one that is there is used as it is, and stays.
    """
    engine = create_engine(database_url(server), isolation_level="AUTOCOMMIT")
    drop = text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    with engine.connect() as connection:
        there = text("SELECT 1 FROM pg_database WHERE datname = :name")
        if not keep:
            connection.execute(drop)
        if not keep or connection.scalar(there, {"name": name}) is None:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        if not keep:
            with engine.connect() as connection:
                connection.execute(drop)
        engine.dispose()
