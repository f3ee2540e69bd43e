"""`quad demo`: a lively college in a folder of its own, served at once."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import click
from rich.progress import Progress
from sqlalchemy.orm import Session

from quad.app import open_database
from quad.asgi.serve import serve
from quad.cli.demo import college as build
from quad.cli.demo import plan
from quad.cli.demo.announcements import build_announcements
from quad.cli.demo.arriving import build_arrivals
from quad.cli.demo.careers import build_careers
from quad.cli.demo.classes import build_documents, build_holidays, build_leave
from quad.cli.demo.coding import build_coding
from quad.cli.demo.community import build_community
from quad.cli.demo.events import build_events
from quad.cli.demo.giving import build_giving
from quad.cli.demo.handouts import build_materials
from quad.cli.demo.lifecycle import look_again, move_up
from quad.cli.demo.messages import build_messages
from quad.cli.demo.network import build_network
from quad.cli.demo.pages import build_pages
from quad.cli.demo.past import build_past_term
from quad.cli.demo.present import build_offering
from quad.cli.demo.reports import build_reports
from quad.cli.demo.requests import build_requests
from quad.cli.demo.visits import NO_PLATFORMS
from quad.cli.group import say
from quad.core.config import Mode, Settings, load_settings
from quad.core.db import migration
from quad.core.db.engine import Database
from quad.core.facts import run
from quad.core.house import NAME
from quad.core.jobs.runtime import attach
from quad.core.jobs.zone import note_zone
from quad.core.search.index import rebuild
from quad.core.search.searchable import SEARCHABLES
from quad.core.settings import use_defaults
from quad.identity.service.hashing import hasher

PASSWORD = "walk-across-the-quad"  # noqa: S105 - printed for visitors, works in the demo only


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--folder", default="data/demo", show_default=True, type=click.Path(path_type=Path))
@click.option("--fresh", is_flag=True, help="Throw the demo away and fill it anew.")
@click.option("--no-serve", is_flag=True, help="Only fill, do not serve.")
def demo(host: str, port: int, folder: Path, fresh: bool, no_serve: bool) -> int:
    """Fill a demo college and serve it. Its mail stays inside: see /dev/mailbox."""
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    chosen: dict[str, Any] = {
        "mode": Mode.DEMO.value,
        "data_dir": str(folder),
        "database_url": "",
        "mail_url": "capture:",
        "base_url": f"http://{host}:{port}",
        "institution_name": plan.COLLEGE,
        "registration": "approval",
        "time_zone": plan.TIME_ZONE,
        "sync": NO_PLATFORMS,
    }
    settings = load_settings(**chosen)
    database = open_database(settings)
    attach(database, settings)
    use_defaults({NAME.key: settings.institution_name})
    migration.upgrade(database)
    people = fill(database, settings)
    database.dispose()
    _introduce(settings, people)
    if no_serve:
        return 0
    # The worker is a process of its own and reads the same settings from its environment.
    os.environ.update({f"QUAD_{name.upper()}": _word(value) for name, value in chosen.items()})
    return serve(host=host, port=port, workers=1, with_worker=True, settings=settings)


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def fill(
    database: Database, settings: Settings, size: int = plan.STUDENTS
) -> list[tuple[str, str, str]]:
    """Fill the college unless it is there, with `size` students of each programme and year; return who visitors may
    sign in as.
    """
    with database.reading() as db:
        there = build.has_courses(db)
    if not there:
        chance = Random(plan.SEED)
        college = build.College(chance, hasher(settings).hash(PASSWORD), size)
        run(database.writer, lambda db: note_zone(db, settings.time_zone))
        _fill_in_steps(database, college)
    with database.reading() as db:
        return build.personas(db)


def _fill_in_steps(database: Database, college: build.College) -> None:
    steps = list(_steps(college))
    with Progress() as progress:
        task = progress.add_task("Filling the demo college", total=len(steps))
        for step in steps:
            run(database.writer, step)
            progress.advance(task)


def _steps(college: build.College) -> Iterator[Callable[[Session], None]]:
    """Yield the units in which the college comes to be."""
    yield partial(_people_and_places, college)
    for index in range(plan.CURRENT):
        yield partial(build_past_term, college=college, term_index=index)
    yield partial(move_up, college=college)
    yield build_holidays
    for department, admitted, semester in build.parts(plan.CURRENT):
        yield partial(
            _teach_now, college=college, department=department, admitted=admitted, semester=semester
        )
    yield partial(build_leave, college=college)
    yield partial(look_again, college=college)
    yield partial(build_documents, college=college)
    yield partial(build_requests, college=college)
    yield partial(build_materials, college=college)
    yield partial(build_giving, chance=college.chance)
    yield partial(build_events, college=college)
    yield build_announcements
    yield build_pages
    yield build_coding
    yield partial(build_network, college=college)
    yield build_reports
    yield partial(build_careers, college=college)
    yield build_messages
    yield build_community
    yield build.speak_again
    yield partial(build_arrivals, college=college)
    yield make_findable


def _people_and_places(college: build.College, db: Session) -> None:
    build.build_institution(db, college)
    build.build_staff(db, college)
    build.build_courses(db, college)
    build.build_students(db, college)
    build.keep_quiet(db)


def _teach_now(
    db: Session, college: build.College, department: str, admitted: int, semester: int
) -> None:
    teachers = college.teachers[department]
    for place, course_id in enumerate(college.courses[department, semester]):
        # The first two teachers of a department always have something to teach: visitors try these roles.
        teacher_id = teachers[(place + semester // 2 + 1) % len(teachers)]
        build_offering(db, college, department, course_id, teacher_id, admitted)


def make_findable(db: Session) -> None:
    """Put everybody and everything into the search index."""
    for searchable in SEARCHABLES.values():
        rebuild(db, searchable)


def _introduce(settings: Settings, people: list[tuple[str, str, str]]) -> None:
    say(f"\n{plan.COLLEGE} is ready at {settings.base_url}\n")
    say("Sign in with one click on the sign-in page, or with these addresses and the password")
    say(f"    {PASSWORD}\n")
    for role, name, email in people:
        say(f"    {role.ljust(11)} {name.ljust(20)} {email}")
    say(f"\nMail stays inside the demo: {settings.base_url}/dev/mailbox")
    say("Stop with Ctrl-C.\n")
