"""The worker's side in tests."""

from __future__ import annotations

from quad.core.config import Settings
from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.core.jobs.outbox import enqueue
from quad.core.jobs.runner import perform_due
from quad.core.jobs.runtime import attach


def perform_all(database: Database, settings: Settings, *first: str) -> None:
    """Promise the jobs `first`, then do everything that is due."""
    with database.writer() as db, unit(db):
        for kind in first:
            enqueue(db, kind, {})
    perform_due(attach(database, settings))
