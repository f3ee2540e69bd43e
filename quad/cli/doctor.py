"""`quad doctor`: is this installation sound?"""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from urllib.parse import urlsplit

import click
from redis import Redis
from sqlalchemy import text

from quad.app import create_app
from quad.cli.group import json_option, say, say_json
from quad.cli.work import installation
from quad.core import counters, cubes, tallies
from quad.core.config import Settings
from quad.core.db import migration
from quad.core.db.engine import Database
from quad.core.derived import Derived, derived
from quad.core.files import Files
from quad.core.jobs.models import JobState
from quad.core.jobs.upkeep import count_by_state

SECONDS = 5.0
Check = tuple[str, Callable[[], str]]


class Unsound(Exception):
    """A check failed; the message is one sentence that says what to do."""


@click.command()
@json_option
def doctor(as_json: bool) -> int:
    """Check that this installation is sound. Exit code 1 when something is not."""
    with installation() as (settings, database):
        create_app(settings, database)
        results = [_run(name, check) for name, check in _checks(settings, database)]
    if as_json:
        say_json([{"check": name, "ok": ok, "says": says} for name, ok, says in results])
    else:
        for name, ok, says in results:
            say(f"{'ok   ' if ok else 'WRONG'} {name}: {says}")
    return 0 if all(ok for _name, ok, _says in results) else 1


def _run(name: str, check: Callable[[], str]) -> tuple[str, bool, str]:
    try:
        return name, True, check()
    except Unsound as error:
        return name, False, str(error)
    except Exception as error:
        return name, False, f"{type(error).__name__}: {error}".splitlines()[0]


def _checks(settings: Settings, database: Database) -> Iterator[Check]:
    yield "database", lambda: _database(database)
    yield "tables", lambda: _tables(database)
    yield "days", lambda: f"begin in {settings.time_zone}"
    yield "counters", lambda: _counters(database)
    for part in derived():
        yield part.name, partial(_derived, database, part)
    yield "jobs", lambda: _jobs(database)
    yield "files", lambda: _files(settings)
    yield "mail", lambda: _mail(settings)
    if settings.redis:
        yield "redis", lambda: _redis(settings)


def _database(database: Database) -> str:
    with database.reading() as db:
        db.execute(text("SELECT 1"))
    return f"{database.dialect} answers"


def _tables(database: Database) -> str:
    state = migration.current(database)
    if state.current != state.newest:
        raise Unsound(f"at {state.current}, the newest is {state.newest}: run quad db upgrade")
    differences = migration.differences(database)
    if differences:
        raise Unsound(f"{len(differences)} differences to the models: see quad db check")
    return f"at {state.current}, as the models say"


def _counters(database: Database) -> str:
    with database.reading() as db:
        wrong = counters.check(db) + tallies.check(db) + cubes.check(db)
    if wrong:
        raise Unsound(f"{len(wrong)} counters are off: {wrong[0]}. Run quad rebuild")
    return "equal to a recount"


def _derived(database: Database, part: Derived) -> str:
    with database.writer() as db:
        keys = part.newest(db)
        off = part.rebuild(db, keys)
        db.rollback()
    if off:
        raise Unsound(f"{off} of the newest {len(keys)} are not what a rebuild gives: quad rebuild")
    return f"of the newest {len(keys)} equal to a rebuild"


def _jobs(database: Database) -> str:
    with database.reading() as db:
        count = count_by_state(db)
    if count[JobState.DEAD]:
        raise Unsound(f"{count[JobState.DEAD]} jobs gave up: see /admin/jobs")
    return f"none gave up, {count[JobState.QUEUED]} waiting"


def _files(settings: Settings) -> str:
    kept = Files.from_settings(settings).keep(BytesIO(b"quad doctor"))
    return f"can be written ({kept.size} bytes tried)"


def _mail(settings: Settings) -> str:
    parts = urlsplit(settings.mail)
    if parts.scheme == "capture":
        return "kept in the database"
    port = parts.port or (465 if parts.scheme == "smtps" else 25)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    with kind(parts.hostname or "localhost", port, timeout=SECONDS) as server:
        server.noop()
    return f"{parts.hostname} answers"


def _redis(settings: Settings) -> str:
    client = Redis.from_url(settings.redis, socket_timeout=SECONDS)
    client.ping()
    client.close()
    return "answers"
