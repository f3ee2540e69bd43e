"""What a job may use, and which queue belongs to which database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quad.core import clock
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
    _runtimes[database.engine] = _runtimes[database.reading_engine] = runtime
    return runtime


def runtime_of(db: Session) -> Runtime | None:
    """Return the installation `db` belongs to, None when nothing was attached."""
    return _runtimes.get(db.get_bind().engine)


def local_zone(db: Session) -> ZoneInfo:
    """Return the institution's zone, in which days begin and deadlines are written."""
    runtime = runtime_of(db)
    return ZoneInfo(runtime.settings.time_zone if runtime else "UTC")


def local_moment(db: Session, given: datetime) -> datetime:
    """Read a moment as it was typed: without an offset it is the institution's clock."""
    aware = given if given.tzinfo else given.replace(tzinfo=local_zone(db))
    return aware.astimezone(UTC)


def typed_moment(db: Session, moment: datetime | None) -> str:
    """Return a moment as a form shows it, by the institution's clock."""
    return "" if moment is None else f"{moment.astimezone(local_zone(db)):%Y-%m-%dT%H:%M}"


def local_today(db: Session) -> date:
    """Return the day it is at the institution."""
    runtime = runtime_of(db)
    return clock.today(runtime.settings.time_zone if runtime else "UTC")
