"""What the tests of the door share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from quad.app import create_app
from quad.core.config import Settings
from quad.core.db.engine import Database
from quad.core.facts import Fact, _listeners, on, unit
from quad.core.jobs.models import Job, JobState
from quad.core.jobs.runner import perform
from quad.core.jobs.runtime import runtime_of
from quad.core.mail.models import Mail
from quad.identity.models.accounts import User
from quad.web.limits import limiter
from quad.web.site import Site
from tests.conftest import Client, make_settings
from tests.factories.people import PASSWORD, person

CODE = re.compile(r"\b(\d{6})\b")


@pytest.fixture
def adjust(app: Site, settings: Settings) -> Callable[..., Site]:
    """Run the application with other settings in this test."""

    def change(**overrides: Any) -> Site:
        fresh = make_settings(settings.data_dir, **overrides)
        app.extensions["quad"] = replace(app.extensions["quad"], settings=fresh)
        return app

    return change


@pytest.fixture
def limited_client(settings: Settings, database: Database) -> Iterator[FlaskClient]:
    """A client of an application whose rate limits are on."""
    site = create_app(make_settings(settings.data_dir, rate_limits="on"), database)
    site.test_client_class = Client
    yield site.test_client()
    limiter.reset()


@pytest.fixture
def somebody(database: Database) -> Callable[..., User]:
    """Add a person and commit."""

    def add(**values: Any) -> User:
        with database.writer() as db, unit(db):
            return person(db, **values)

    return add


@pytest.fixture
def letters(database: Database) -> Callable[..., list[Mail]]:
    """Return the mails written so far, newest last, of one template if given."""

    def read(template: str | None = None) -> list[Mail]:
        with database.reading() as db:
            query = select(Mail).order_by(Mail.id)
            if template:
                query = query.where(Mail.template == template)
            rows = list(db.scalars(query))
            db.expunge_all()
            return rows

    return read


@pytest.fixture
def newest_code(letters: Callable[..., list[Mail]]) -> Callable[[], str]:
    """Return the six digits of the newest code mail."""

    def read() -> str:
        return found(CODE, letters("identity/code")[-1].body_text)

    return read


@pytest.fixture
def jobs(database: Database) -> Callable[[str], list[Job]]:
    """Return the jobs of one kind that were promised."""

    def read(kind: str) -> list[Job]:
        with database.reading() as db:
            rows = list(db.scalars(select(Job).where(Job.kind == kind).order_by(Job.id)))
            db.expunge_all()
            return rows

    return read


@pytest.fixture
def work(app: Site, database: Database) -> Callable[[str], None]:
    """Let the worker do the jobs of one kind that wait."""

    def do(kind: str) -> None:
        with database.writer() as db:
            runtime = runtime_of(db)
            waiting = select(Job.id).where(Job.kind == kind, Job.state == JobState.QUEUED)
            ids = list(db.scalars(waiting.order_by(Job.id)))
        assert runtime is not None
        for number in ids:
            perform(runtime, number)

    return do


@pytest.fixture
def facts() -> Any:
    """Collect the facts told in this test."""
    told: list[Fact] = []

    def note(_db: Any, fact: Fact) -> None:
        told.append(fact)

    on(Fact)(note)
    yield told
    _listeners[Fact].remove(note)


def sign_in(
    client: FlaskClient, email: str, password: str = PASSWORD, path: str = "/login", **extra: Any
) -> Any:
    """Post the sign-in form."""
    return client.post(path, data={"email": email, "password": password, **extra})


def found(pattern: re.Pattern[str], text: str | None) -> str:
    """Return the first group of the first match; fail when there is none."""
    match = pattern.search(text or "")
    assert match is not None, f"no {pattern.pattern} in the text"
    return match[1]
