"""Fixtures every test may use: a fresh database, the app on it, and signed-in clients."""

from __future__ import annotations

import fcntl
import gc
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from sqlalchemy import event
from sqlalchemy.orm import Session

from quad.app import create_app
from quad.core import behind as late
from quad.core.config import Mode, Settings
from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.core.jobs.runtime import attach
from quad.web.security import SESSION_COOKIE
from quad.web.site import Site
from tests.databases import DIALECTS, Workshop, server_problem
from tests.factories.people import person, sign_in_token
from tests.sharing import Sharing

DEMO = (sys.executable, "-m", "quad.cli.main", "demo")
_problems: dict[str, str | None] = {}
# A busy machine is no failure.
hypothesis.settings.register_profile(
    "quad", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("quad")
late.EVERY = 0.0  # late writes happen when a test flushes them, not in the middle of another one


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sharing:
    """Say which process gets which test (`-n`)."""
    return Sharing(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the time that filling the demo takes on a busy machine to every test that may have to wait for it."""
    for item in items:
        if "filled_demo" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(900))


def pytest_collection_finish() -> None:
    """Collect garbage from now on, but never again look through what is loaded."""
    gc.enable()
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests marked `db` run on every database, or those that the mark names; the others on SQLite."""
    if "dialect" in metafunc.fixturenames:
        marked = metafunc.definition.get_closest_marker("db")
        wanted = DIALECTS[:1] if marked is None else marked.args or DIALECTS
        metafunc.parametrize("dialect", wanted, scope="function")


@pytest.fixture
def dialect(request: pytest.FixtureRequest) -> str:
    name: str = getattr(request, "param", "sqlite")
    return name


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    workshop = Workshop(tmp_path_factory.mktemp("databases"), worker)
    yield workshop
    workshop.close()


@pytest.fixture
def database(workshop: Workshop, dialect: str) -> Iterator[Database]:
    if dialect not in _problems:
        _problems[dialect] = server_problem(dialect)
    problem = _problems[dialect]
    if problem:
        pytest.skip(problem)
    with workshop.database(dialect) as database:
        yield database
        late.forget(database)


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    """A writing session, committed when the test ends well; use `unit(db)` to commit earlier."""
    with database.writer() as session:
        yield session


def make_settings(folder: Path, **overrides: Any) -> Settings:
    """Return settings for tests: cheap hashes, no rate limits, mail kept in the database."""
    values: dict[str, Any] = {
        "mode": Mode.TEST,
        "data_dir": folder,
        "hash_memory_kib": 8,
        "hash_rounds": 1,
        "rate_limits": "off",
        "queue_url": "memory:",
        "_env_file": None,
    }
    return Settings(**(values | overrides))


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return make_settings(tmp_path_factory.mktemp("data"))


class Client(FlaskClient):
    """A test client that sends the CSRF token by itself; `csrf=False` leaves it out."""

    def open(self, *args: Any, csrf: bool = True, **kwargs: Any) -> Any:
        method = kwargs.get("method", "GET")
        if csrf and method not in ("GET", "HEAD", "OPTIONS"):
            kwargs["headers"] = {"X-CSRFToken": self._token(), **dict(kwargs.get("headers") or {})}
        return super().open(*args, **kwargs)

    def _token(self) -> str:
        with self.session_transaction() as session:
            raw = session.get("csrf_token")
            with self.application.test_request_context():
                from flask import session as inner

                if raw:
                    inner["csrf_token"] = raw
                token = generate_csrf()
                session["csrf_token"] = inner["csrf_token"]
        return str(token)


@pytest.fixture(scope="session")
def _site(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Site:
    nowhere = Database(f"sqlite:///{tmp_path_factory.mktemp('site') / 'none.db'}")
    site = create_app(settings, nowhere)
    site.test_client_class = Client
    return site


@pytest.fixture
def app(_site: Site, database: Database, settings: Settings) -> Site:
    """The application on this test's database."""
    _site.extensions["quad"] = replace(
        _site.extensions["quad"], database=database, settings=settings
    )
    attach(database, settings)
    return _site


@pytest.fixture
def client(app: Site) -> FlaskClient:
    """Somebody signed out."""
    return app.test_client()


@pytest.fixture
def as_user(app: Site, database: Database) -> Callable[[int], FlaskClient]:
    """Return a client signed in as the user with this number."""

    def sign_in(user_id: int) -> FlaskClient:
        with database.writer() as session, unit(session):
            token = sign_in_token(session, user_id)
        client = app.test_client()
        client.set_cookie(SESSION_COOKIE, token)
        return client

    return sign_in


@pytest.fixture
def as_role(
    database: Database, as_user: Callable[[int], FlaskClient]
) -> Callable[..., FlaskClient]:
    """Return a client signed in as a new person with `role` (in `department_id`)."""

    def sign_in(role: str, department_id: int | None = None) -> FlaskClient:
        with database.writer() as session, unit(session):
            user_id = person(session, role=role, department_id=department_id).id
        return as_user(user_id)

    return sign_in


# A process looks at these every few seconds, whatever it is asked: the settings, and the pages of the menus.
NOW_AND_THEN = ("FROM core_setting", "shown_title AS title, pages_page.in_footer")


@contextmanager
def _statements(database: Database, leave_out: tuple[str, ...] = ()) -> Iterator[list[str]]:
    """Collect the statements sent to a test's database; transaction words are left out."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        words = statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE"))
        if not words and not any(one in statement for one in leave_out):
            seen.append(statement)

    engines = {database.engine}
    if (
        database.dialect == "sqlite"
    ):  # elsewhere the reading engine hands its events on to the other
        engines.add(database.reading_engine)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    """Collect every statement sent to this test's database."""
    with _statements(database) as seen:
        yield seen


@pytest.fixture
def queries(database: Database) -> Iterator[list[str]]:
    """Collect the statements of requests, not what a process looks at now and then."""
    with _statements(database, NOW_AND_THEN) as seen:
        yield seen


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def filled_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `quad demo` fills, and what it said (in `told`); one for all processes of a run. Copy it."""
    alone = "PYTEST_XDIST_WORKER" not in os.environ
    base = tmp_path_factory.getbasetemp()
    place = (base if alone else base.parent) / "filled-demo"
    place.mkdir(exist_ok=True)
    with (place / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not (place / "told").exists():
            # Fresh: what an earlier attempt left half filled is no demo.
            told = subprocess.run(
                [*DEMO, "--no-serve", "--fresh", "--folder", str(place / "data")],
                capture_output=True,
                text=True,
                check=True,
            )
            (place / "told").write_text(told.stdout)
    return place


@pytest.fixture(scope="session")
def live_server(filled_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real `quad demo`: server, worker, database and a filled college."""
    port = free_port()
    folder = tmp_path_factory.mktemp("demo") / "data"
    shutil.copytree(filled_demo / "data", folder)
    log = (folder.parent / "log").open("w")
    process = subprocess.Popen(
        [*DEMO, "--folder", str(folder), "--port", str(port)], stdout=log, stderr=subprocess.STDOUT
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_healthy(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(120)
        log.close()


def wait_until_healthy(address: str, process: subprocess.Popen[bytes], seconds: int = 240) -> None:
    """Wait for /healthz, or fail with what the process said."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server did not become healthy")
