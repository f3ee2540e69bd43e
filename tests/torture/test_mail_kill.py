"""The worker is killed (-9) again and again while it mails codes: none is lost, none goes twice without a reason."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select

from quad.core import clock
from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.core.jobs.models import Job, JobState
from quad.core.jobs.runtime import Runtime, attach
from quad.core.jobs.worker import THREADS
from quad.core.mail.models import Mail, MailState
from quad.core.mail.outbox import send
from quad.core.mail.render import template_root
from tests.conftest import make_settings
from tests.core.mail_server import Postman, mail_server

pytestmark = pytest.mark.feature("L49")

template_root("torture", Path(__file__).parents[1] / "core" / "letters")
TIMEOUT = 2.0
PATIENCE = 90.0
CHECKOUT = Path(__file__).parents[2]


@contextmanager
def worker(runtime: Runtime) -> Iterator[subprocess.Popen[bytes]]:
    """Run the real worker process; it is killed when the block ends."""
    settings = runtime.settings
    told = {
        "QUAD_MODE": "test",
        "QUAD_DATABASE_URL": runtime.database.url.render_as_string(hide_password=False),
        "QUAD_DATA_DIR": str(settings.data_dir),
        "QUAD_MAIL_URL": settings.mail,
        "QUAD_MAIL_TIMEOUT": str(settings.mail_timeout),
        "QUAD_LOG_LEVEL": "ERROR",
        "PYTHONPATH": os.pathsep.join([str(CHECKOUT), os.environ.get("PYTHONPATH", "")]),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "quad.worker"], cwd=settings.data_dir, env=os.environ | told
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def promise(runtime: Runtime, first: int, count: int) -> None:
    for n in range(first, first + count):
        with runtime.database.writer() as db, unit(db):
            to = [(f"Person {n}", f"person{n}@college.example")]
            send(db, "torture/code", to, {"code": f"{n:06}"}, secret=True)


def wait_for(
    runtime: Runtime,
    postman: Postman,
    process: subprocess.Popen[bytes],
    done: Callable[[], bool],
) -> None:
    """Wait as long as letters keep coming; a machine may be slow, but not still."""
    seen, until = -1, 0.0
    while not done():
        assert process.poll() is None, "the worker ended by itself"
        if len(postman.taken) != seen:
            seen, until = len(postman.taken), time.monotonic() + PATIENCE
        assert time.monotonic() < until, f"waited in vain: {summary(runtime)}"
        time.sleep(0.05)


def summary(runtime: Runtime) -> str:
    """Say what the outbox holds, for a failure's message."""
    with runtime.database.reading() as db:
        found = db.execute(
            select(Job.state, Job.last_error, func.count(), func.min(Job.run_at))
            .group_by(Job.state, Job.last_error)
            .where(Job.kind == "mail.send")
        )
        return f"{found.all()}, {runtime.queue.waiting()} messages, now {clock.now()}"


def open_jobs(runtime: Runtime) -> int:
    with runtime.database.reading() as db:
        left = (
            select(func.count())
            .select_from(Job)
            .where(Job.kind == "mail.send", Job.state != JobState.DONE)
        )
        return db.scalar(left) or 0


def torture(database: Database, folder: Path, *, mails: int, kills: int, pause: float) -> None:
    chance = Random(mails)
    postman = Postman(pause=pause)
    with mail_server(postman) as port:
        settings = make_settings(
            folder, queue_url="", mail_url=f"smtp://127.0.0.1:{port}", mail_timeout=TIMEOUT
        )
        runtime = attach(database, settings)
        promise(runtime, 0, mails)
        done = 0
        while done < kills and open_jobs(runtime):
            before = len(postman.taken)
            with worker(runtime) as process:
                wait_for(runtime, postman, process, lambda seen=before: len(postman.taken) > seen)  # type: ignore[misc]
                time.sleep(chance.uniform(0, mails * pause / THREADS / kills))
            done += 1
        assert done >= kills / 2, "all was sent before the worker was killed often enough"
        with worker(runtime) as process:
            wait_for(runtime, postman, process, lambda: open_jobs(runtime) == 0)
        runtime.queue.close()
    check(runtime, postman, mails, kills)


def check(runtime: Runtime, postman: Postman, mails: int, kills: int) -> None:
    copies = Counter(letter["Message-ID"] for letter in postman.letters())
    addressees = Counter(to[0] for _sender, to in postman.envelopes)
    with runtime.database.reading() as db:
        rows = db.execute(select(Mail.address, Mail.message_id, Mail.state, Mail.uncertain)).all()
    assert len(rows) == mails
    assert {row.state for row in rows} == {MailState.SENT}
    for row in rows:
        # A repeated letter is the same letter, and the outbox knows that an answer was lost.
        assert addressees[row.address] == copies[row.message_id] >= 1
        assert copies[row.message_id] - 1 <= row.uncertain
    assert sum(copies.values()) - mails <= kills * THREADS
    assert sum(row.uncertain for row in rows) <= kills * THREADS


@pytest.mark.torture
def test_a_worker_killed_twice_sends_each_of_twenty_codes(
    database: Database, tmp_path: Path
) -> None:
    torture(database, tmp_path, mails=20, kills=2, pause=0.1)


@pytest.mark.db
@pytest.mark.torture
def test_a_worker_killed_thirty_times_sends_each_of_a_thousand_codes(
    database: Database, tmp_path: Path
) -> None:
    torture(database, tmp_path, mails=1000, kills=30, pause=0.05)
