"""What every command that touches the database does: open it, attach the queue, run one unit, close."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from quad.app import open_database
from quad.core.config import Settings, load_settings
from quad.core.db.engine import Database
from quad.core.facts import run
from quad.core.jobs.runtime import attach
from quad.core.jobs.zone import noted_zone

T = TypeVar("T")


@contextmanager
def installation() -> Iterator[tuple[Settings, Database]]:
    """Open the configured database with its queue, and close it at the end.

    Days begin where they begin for the worker of this installation, whatever the environment of the command says.
    """
    settings = load_settings()
    database = open_database(settings)
    settings = settings.model_copy(update={"time_zone": _zone(database) or settings.time_zone})
    attach(database, settings)
    try:
        yield settings, database
    finally:
        database.dispose()


def _zone(database: Database) -> str | None:
    """Return the noted zone; None as well while there are no tables."""
    try:
        with database.reading() as db:
            return noted_zone(db)
    except DatabaseError:
        return None


def in_unit(work: Callable[[Session, Settings], T]) -> T:
    """Run `work` as one unit on the configured database."""
    with installation() as (settings, database):
        return run(database.writer, lambda db: work(db, settings))
