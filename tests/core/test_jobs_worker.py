"""The worker: takes messages from every kind of queue, stops politely, and forgets nothing when it cannot."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import select

from quad.core.config import Misconfigured
from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import job
from quad.core.jobs.models import Job, JobState
from quad.core.jobs.outbox import enqueue
from quad.core.jobs.queue import Queue
from quad.core.jobs.runtime import Runtime, attach
from quad.core.jobs.worker import Worker
from tests.conftest import make_settings
from tests.databases import Workshop, server_problem

pytestmark = pytest.mark.feature("C38")

CHECKOUT = Path(__file__).parents[2]
REDIS = os.environ.get("QUAD_TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
RELEASED = threading.Event()
PATIENCE = 240  # seconds that a process may take on a machine with other work


@job("testing.worker")
def _work(ctx: JobContext) -> None:
    return None


@job("testing.patient")
def _patient(ctx: JobContext) -> None:
    RELEASED.wait(20)


def promise(runtime: Runtime, kind: str) -> int:
    with runtime.database.writer() as db, unit(db):
        return enqueue(db, kind, {})


def state(runtime: Runtime, job_id: int) -> JobState | None:
    with runtime.database.reading() as db:
        return db.scalar(select(Job.state).where(Job.id == job_id))


def wait_for(done: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


@contextmanager
def queue_address(kind: str, folder: Path, workshop: Workshop) -> Iterator[str]:
    if kind == "redis":
        server = Redis.from_url(REDIS)
        try:
            server.ping()
        except ConnectionError:
            pytest.skip("redis does not answer here")
        finally:
            server.close()
        yield REDIS
    elif kind == "postgresql":
        if problem := server_problem("postgresql"):
            pytest.skip(problem)
        with workshop.database("postgresql") as database:
            yield database.url.render_as_string(hide_password=False)
    else:
        yield f"sqlite:///{folder / 'other.db'}" if kind == "sqlite" else ""


@pytest.mark.parametrize("kind", ["", "sqlite", "redis", "postgresql"])
def test_a_job_reaches_the_worker_through_each_kind_of_queue(
    database: Database, tmp_path: Path, workshop: Workshop, kind: str
) -> None:
    with queue_address(kind, tmp_path, workshop) as address:
        runtime = attach(database, make_settings(tmp_path, queue_url=address))
        runtime.queue.huey.storage.flush_all()
        job_id = promise(runtime, "testing.worker")
        assert runtime.queue.waiting() == 1
        worker = Worker(runtime, threads=1)
        worker.start()
        try:
            wait_for(lambda: state(runtime, job_id) is JobState.DONE)
        finally:
            worker.stop()


def test_a_queue_of_another_kind_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="QUAD_QUEUE_URL"):
        Queue(make_settings(tmp_path, queue_url="amqp://127.0.0.1")).open()


def test_a_stopping_worker_finishes_what_it_has_begun(database: Database, tmp_path: Path) -> None:
    runtime = attach(database, make_settings(tmp_path, queue_url=""))
    RELEASED.clear()
    job_id = promise(runtime, "testing.patient")
    worker = Worker(runtime, threads=1)
    worker.start()
    wait_for(lambda: state(runtime, job_id) is JobState.RUNNING)
    threading.Timer(0.3, RELEASED.set).start()
    worker.stop()
    assert state(runtime, job_id) is JobState.DONE


def test_a_worker_takes_up_rows_whose_messages_were_lost(
    database: Database, tmp_path: Path
) -> None:
    runtime = attach(database, make_settings(tmp_path, queue_url=""))
    job_id = promise(runtime, "testing.worker")
    runtime.queue.huey.storage.flush_all()
    worker = Worker(runtime, threads=1)
    worker.start()
    try:
        wait_for(lambda: state(runtime, job_id) is JobState.DONE)
    finally:
        worker.stop()


def start_process(folder: Path, **told: str) -> subprocess.Popen[bytes]:
    settings = {"QUAD_MODE": "test", "QUAD_DATA_DIR": str(folder), "PYTHONPATH": str(CHECKOUT)}
    return subprocess.Popen(
        [sys.executable, "-m", "quad.worker"],
        cwd=folder,
        env=os.environ | settings | told,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


@pytest.mark.slow
def test_the_process_works_until_it_is_asked_to_stop(database: Database, tmp_path: Path) -> None:
    address = database.url.render_as_string(hide_password=False)
    runtime = attach(database, make_settings(tmp_path, queue_url="", database_url=address))
    job_id = promise(runtime, "jobs.prune")
    process = start_process(tmp_path, QUAD_DATABASE_URL=address)
    try:
        wait_for(lambda: state(runtime, job_id) is JobState.DONE)
        process.send_signal(signal.SIGTERM)
        said, _nothing = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert process.returncode == 0
    assert b"The worker has stopped" in said


@pytest.mark.slow
def test_the_process_says_which_setting_is_wrong(tmp_path: Path) -> None:
    process = start_process(tmp_path, QUAD_MODE="production", QUAD_SECRET_KEY="")
    said, _nothing = process.communicate(timeout=PATIENCE)
    assert process.returncode == 78
    assert b"QUAD_SECRET_KEY is missing" in said
