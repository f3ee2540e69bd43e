"""What a job may use, and which queue belongs to which database."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quad.core.config import Settings
from quad.core.db.engine import Database
from quad.core.jobs.queue import Queue


@dataclass(frozen=True)
class Runtime:
    """The installation this process serves."""

    database: Database
    settings: Settings
    queue: Queue


_runtimes: WeakKeyDictionary[Engine, Runtime] = WeakKeyDictionary()


def attach(database: Database, settings: Settings) -> Runtime:
    """Connect `database` with its queue, once per process: the app and the worker do this at the start."""
    runtime = Runtime(database, settings, Queue(settings))
    _runtimes[database.engine] = runtime
    return runtime


def runtime_of(db: Session) -> Runtime | None:
    """Return the installation `db` belongs to, None when nothing was attached."""
    return _runtimes.get(db.get_bind().engine)
