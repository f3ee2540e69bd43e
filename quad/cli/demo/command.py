"""`quad demo`: a lively college in a folder of its own, served at once."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from random import Random

import click
from rich.progress import Progress
from sqlalchemy.orm import Session

from quad.app import open_database
from quad.asgi.serve import serve
from quad.cli.demo import college as build
from quad.cli.demo import plan
from quad.cli.group import say
from quad.core.config import Mode, Settings, load_settings
from quad.core.db import migration
from quad.core.db.engine import Database
from quad.core.facts import run
from quad.core.jobs.runtime import attach
from quad.core.search.index import rebuild
from quad.core.search.searchable import SEARCHABLES
from quad.identity.service.hashing import hasher
from quad.institution.service.grading import seed

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
    # Through the environment, so that the worker process sees the same settings.
    os.environ.update(
        QUAD_MODE=Mode.DEMO,
        QUAD_DATA_DIR=str(folder),
        QUAD_DATABASE_URL="",
        QUAD_MAIL_URL="capture:",
        QUAD_BASE_URL=f"http://{host}:{port}",
        QUAD_INSTITUTION_NAME=plan.COLLEGE,
        QUAD_TIME_ZONE=plan.TIME_ZONE,
    )
    settings = load_settings()
    database = open_database(settings)
    attach(database, settings)
    migration.upgrade(database)
    people = fill(database, settings)
    database.dispose()
    _introduce(settings, people)
    if no_serve:
        return 0
    return serve(host=host, port=port, workers=1, with_worker=True, settings=settings)


def fill(database: Database, settings: Settings) -> list[tuple[str, str, str]]:
    """Fill the college unless it is there; return who visitors may sign in as."""
    with database.reading() as db:
        there = build.has_courses(db)
    if not there:
        chance = Random(plan.SEED)
        college = build.College(chance, hasher(settings).hash(PASSWORD))
        _fill_in_steps(database, college)
    with database.reading() as db:
        return build.personas(db)


def _fill_in_steps(database: Database, college: build.College) -> None:
    def everything_but_teaching(db: Session) -> None:
        seed(db)
        build.build_institution(db, college)
        build.build_staff(db, college)
        build.build_courses(db, college)
        build.build_students(db, college)
        build.keep_quiet(db)

    with Progress() as progress:
        task = progress.add_task("Filling the demo college", total=None)
        run(database.writer, everything_but_teaching)
        offerings = list(build.offerings_to_build(college))
        progress.update(task, total=len(offerings))
        for step in offerings:
            run(database.writer, lambda db, step=step: build.build_teaching(db, college, *step))  # type: ignore[misc]
            progress.advance(task)
        run(database.writer, build.speak_again)
        run(database.writer, make_findable)


def make_findable(db: Session) -> None:
    """Put everybody and everything into the search index."""
    for searchable in SEARCHABLES.values():
        rebuild(db, searchable)


def _introduce(settings: Settings, people: list[tuple[str, str, str]]) -> None:
    say(f"\n{plan.COLLEGE} is ready at {settings.base_url}\n")
    say("Sign in with one click on the sign-in page, or with these addresses and the password")
    say(f"    {PASSWORD}\n")
    for role, name, email in people:
        say(f"    {role.ljust(10)} {name.ljust(20)} {email}")
    say(f"\nMail stays inside the demo: {settings.base_url}/dev/mailbox")
    say("Stop with Ctrl-C.\n")
