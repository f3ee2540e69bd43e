"""What every command that touches the database does: open it, attach the queue, run one unit, close."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy.orm import Session

from quad.app import open_database
from quad.core.config import Settings, load_settings
from quad.core.db.engine import Database
from quad.core.facts import run
from quad.core.jobs.runtime import attach

T = TypeVar("T")


@contextmanager
def installation() -> Iterator[tuple[Settings, Database]]:
    """Open the configured database with its queue, and close it at the end."""
    settings = load_settings()
    database = open_database(settings)
    attach(database, settings)
    try:
        yield settings, database
    finally:
        database.dispose()


def in_unit(work: Callable[[Session, Settings], T]) -> T:
    """Run `work` as one unit on the configured database."""
    with installation() as (settings, database):
        return run(database.writer, lambda db: work(db, settings))
