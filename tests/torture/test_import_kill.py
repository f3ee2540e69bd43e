"""Importing processes are killed (-9) at random moments: a file is in as a whole or not at all, and going on works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select, update

from quad.academics.models.people import Student
from quad.academics.service.findable import STUDENTS
from quad.core import clock
from quad.core.db import migration
from quad.core.db.engine import Database
from quad.core.importing.models import Import, ImportState
from quad.core.jobs.models import Job, JobState
from quad.core.search.models import SearchTerm
from quad.identity.models.accounts import RoleGrant, User
from tests.cli.conftest import Installation, install
from tests.conftest import free_port, wait_until_healthy
from tests.databases import Workshop, server_problem

pytestmark = [pytest.mark.feature("L33"), pytest.mark.slow]

HEADER = "register_number,first_name,last_name,semester\n"
CREATE = (
    "user",
    "create",
    "--email",
    "chief@college.example",
    "--name",
    "Chief",
    "--role",
    "admin",
)


@pytest.fixture
def database(workshop: Workshop, dialect: str) -> Iterator[Database]:
    """A database as `quad db upgrade` leaves it: real processes refuse any other."""
    problem = server_problem(dialect)
    if problem:
        pytest.skip(problem)
    with workshop.bare(dialect) as database:
        migration.upgrade(database)
        yield database


@pytest.fixture
def place(database: Database, tmp_path: Path) -> Installation:
    """An installation on this test's database."""
    address = database.url.render_as_string(hide_password=False)
    return install(tmp_path / "site", QUAD_DATABASE_URL=address, QUAD_QUEUE_URL="")


def write_file(place: Installation, number: int, size: int) -> Path:
    """Write a file of `size` students that only this file has."""
    path = place.folder / f"students-{number}.csv"
    surname = "Venkatanarasimharajuvaripeta" * 2
    lines = (f"K{number}-{n:06},Asha{n},{surname},{n % 8 + 1}\n" for n in range(size))
    path.write_text(HEADER + "".join(lines))
    return path


def there(database: Database, number: int) -> int:
    """Count the students of one file, and see that nobody is half there."""
    mine = Student.register_number.startswith(f"K{number}-")
    with database.reading() as db:
        students = db.scalar(select(func.count()).select_from(Student).where(mine)) or 0
        people = select(Student.user_id).where(mine)
        named = User.username.startswith(f"k{number}-")
        users = db.scalar(select(func.count()).select_from(User).where(named))
        grants = db.scalar(
            select(func.count()).select_from(RoleGrant).where(RoleGrant.user_id.in_(people))
        )
        found = db.scalar(
            select(func.count(SearchTerm.subject_id.distinct())).where(
                SearchTerm.subject_type == STUDENTS,
                SearchTerm.subject_id.in_(select(Student.id).where(mine)),
            )
        )
    assert students == users == grants == found, (students, users, grants, found)
    return students


def newest(database: Database, file_name: str) -> Import | None:
    with database.reading() as db:
        query = select(Import).where(Import.file_name == file_name).order_by(Import.id.desc())
        return db.scalars(query.limit(1)).first()


def wait_for(what: str, done: Callable[[], Any], patience: float = 900.0) -> Any:
    until = time.monotonic() + patience
    while not (found := done()):
        assert time.monotonic() < until, f"waited in vain for {what}"
        time.sleep(0.02)
    return found


def kill_whole(process: subprocess.Popen[bytes], chance: Random) -> None:
    """Kill a process and its children, in any order."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    numbers = [process.pid, *map(int, children)]
    chance.shuffle(numbers)
    for number in numbers:
        try:
            os.kill(number, signal.SIGKILL)
        except ProcessLookupError:
            continue  # it died with its parent
    process.wait()


def kill_commands(database: Database, place: Installation, *, size: int, kills: int) -> None:
    """`quad import` is killed `kills` times; afterwards each file is in as a whole or not, and goes in again."""
    chance = Random(kills)
    began = time.monotonic()
    assert place.quad("import", "students", str(write_file(place, 0, size)), "--json").code == 0
    lasts = time.monotonic() - began
    for number in range(1, kills + 1):
        path = write_file(place, number, size)
        process = subprocess.Popen(
            [sys.executable, "-m", "quad.cli.main", "import", "students", str(path), "--json"],
            cwd=place.folder,
            env=place.environment(),
            stdout=subprocess.DEVNULL,
        )
        wait_for("the import to begin", partial(newest, database, path.name))
        time.sleep(chance.uniform(0, lasts))
        kill_whole(process, chance)
        found = there(database, number)
        assert found in (0, size), f"file {number} is half there: {found} of {size}"
        told = place.quad("import", "students", str(path), "--json")
        assert told.code == 0, told.err
        expected = (0, size) if found else (size, 0)
        assert (told.json["new"], told.json["same"]) == expected
        assert there(database, number) == size
    for number in range(kills + 1):
        path = place.folder / f"students-{number}.csv"
        report = place.quad("import", "students", str(path), "--json").json
        assert (report["new"], report["changed"], report["same"], report["errors"]) == (
            0,
            0,
            size,
            0,
        )


class Server:
    """`quad serve` with its worker, and a program that speaks to it."""

    def __init__(self, place: Installation, database: Database) -> None:
        self.place, self.database = place, database
        self.port = free_port()
        assert place.quad(*CREATE, "--json").code == 0
        made = place.quad("token", "create", "--email", "chief@college.example")
        self.token = made.out.strip()
        with database.writer() as db:
            db.execute(update(User).values(must_change_password=False))
            db.commit()

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        """Run server and worker; whatever is left is killed at the end."""
        process = subprocess.Popen(
            [sys.executable, "-m", "quad.cli.main", "serve", "--port", str(self.port)],
            cwd=self.place.folder,
            env=self.place.environment(),
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_until_healthy(f"http://127.0.0.1:{self.port}", process)
            yield process
        finally:
            if process.poll() is None:
                kill_whole(process, Random(0))

    def call(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1{path}",
            body,
            {"Authorization": f"Bearer {self.token}", "Content-Type": kind or "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return orjson.loads(answer.read())["data"]

    def upload(self, path: Path) -> str:
        number: str = self.call("POST", "/imports/students", path.read_bytes(), "text/csv")["id"]
        return number

    def reaches(self, batch: str, *states: ImportState) -> bool:
        with self.database.reading() as db:
            row = db.get(Import, int(batch))
            return row is not None and row.state in states

    def let_leases_run_out(self) -> None:
        """As if the minutes had passed that a dead worker's jobs are still held for."""
        with self.database.writer() as db:
            db.execute(
                update(Job)
                .where(Job.state == JobState.RUNNING)
                .values(leased_until=clock.now(), run_at=clock.now())
            )
            db.commit()


def kill_servers(database: Database, place: Installation, *, size: int, kills: int) -> None:
    """Server and worker are killed while they read and write files; after a restart every file goes in, once."""
    chance = Random(kills)
    server = Server(place, database)
    batches: dict[int, str] = {}
    for number in range(kills):
        path = write_file(place, number, size)
        with server.running() as process:
            batches[number] = server.upload(path)
            if number % 2:  # every other time the writing is hit, not the reading
                batch = batches[number]
                wait_for("the preview", partial(server.reaches, batch, ImportState.PREVIEWED))
                server.call("POST", f"/imports/{batch}/apply", b"{}")
            time.sleep(chance.uniform(0, 1.5))
            kill_whole(process, chance)
        found = there(database, number)
        assert found in (0, size), f"file {number} is half there: {found} of {size}"
    server.let_leases_run_out()
    with server.running():
        for number, batch in batches.items():
            open_states = (ImportState.PREVIEWED, ImportState.DONE)
            wait_for("the preview", partial(server.reaches, batch, *open_states))
            if server.reaches(batch, ImportState.PREVIEWED):
                server.call("POST", f"/imports/{batch}/apply", b"{}")
            wait_for("the import", partial(server.reaches, batch, ImportState.DONE))
            assert there(database, number) == size
        again = server.upload(place.folder / "students-0.csv")
        wait_for("the preview", lambda: server.reaches(again, ImportState.PREVIEWED))
        report = server.call("GET", f"/imports/{again}")
        assert (report["new"], report["changed"], report["same"]) == (0, 0, size)
    with database.reading() as db:
        dead = select(Job.kind, Job.attempts, Job.last_error).where(Job.state == JobState.DEAD)
        assert db.execute(dead).all() == []


def test_an_import_command_killed_twice_leaves_nothing_half_applied(
    database: Database, place: Installation
) -> None:
    kill_commands(database, place, size=1_500, kills=2)


@pytest.mark.torture
def test_a_server_and_its_worker_killed_twice_leave_nothing_half_applied(
    database: Database, place: Installation
) -> None:
    kill_servers(database, place, size=3_000, kills=2)


@pytest.mark.db
@pytest.mark.torture
def test_an_import_command_killed_forty_times_leaves_nothing_half_applied(
    database: Database, place: Installation
) -> None:
    kill_commands(database, place, size=5_000, kills=40)


@pytest.mark.db
@pytest.mark.torture
def test_a_server_and_its_worker_killed_thirty_times_leave_nothing_half_applied(
    database: Database, place: Installation
) -> None:
    kill_servers(database, place, size=5_000, kills=30)
