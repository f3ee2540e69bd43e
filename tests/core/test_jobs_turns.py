"""Jobs in their turn: lanes, the sweep, the clock, and clearing away."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from quad.core import clock
from quad.core.db.engine import Database
from quad.core.jobs import runner
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import KINDS, PERIODIC, periodic
from quad.core.jobs.models import Job, JobState
from quad.core.jobs.runner import perform, perform_due
from quad.core.jobs.runtime import Runtime, attach
from quad.core.jobs.upkeep import Clockwork, Sweeper
from tests.conftest import make_settings
from tests.core.job_bench import ACTS, DONE, promise, stored, together

pytestmark = pytest.mark.feature("C38")


@pytest.mark.db
def test_a_lane_is_first_in_first_out(runtime: Runtime) -> None:
    first, second, third = (
        promise(runtime, "testing.note", {"word": n}, lane="import/5") for n in (1, 2, 3)
    )
    assert perform(runtime, third) is False
    assert perform(runtime, second) is False
    assert perform(runtime, first) is True
    assert perform(runtime, third) is False
    perform_due(runtime)
    assert DONE == [1, 2, 3]


def test_a_job_that_waits_for_its_retry_holds_its_lane_and_no_other(runtime: Runtime) -> None:
    promise(runtime, "testing.fail", lane="a")
    promise(runtime, "testing.note", {"word": "behind"}, lane="a")
    promise(runtime, "testing.note", {"word": "beside"}, lane="b")
    perform_due(runtime)
    assert DONE == [1, "beside"]


def test_a_dead_job_does_not_block_its_lane(runtime: Runtime) -> None:
    promise(runtime, "testing.give_up", lane="a")
    promise(runtime, "testing.note", {"word": "next"}, lane="a")
    perform_due(runtime)
    assert DONE == ["next"]


@pytest.mark.db
def test_two_claims_in_one_lane_at_once_never_both_run(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = 0
    most = 0
    guard = threading.Lock()

    def watch(ctx: JobContext) -> None:
        nonlocal running, most
        with guard:
            running += 1
            most = max(most, running)
        with ctx.reading() as db:
            db.execute(select(Job.id))
        with guard:
            running -= 1

    ACTS["watch"] = watch
    ids = [promise(runtime, "testing.act", {"act": "watch"}, lane="one") for _ in range(8)]
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        for _ in range(12):
            for job_id in ids:
                perform(runtime, job_id)

    together(4, work)
    with clock.travel(timedelta(seconds=10)):
        perform_due(runtime)
    assert most == 1
    assert {stored(runtime, job_id).state for job_id in ids} == {JobState.DONE}


def test_the_next_of_a_lane_is_woken_as_soon_as_the_lane_is_free(runtime: Runtime) -> None:
    first = promise(runtime, "testing.note", {"word": 1}, lane="a")
    second = promise(runtime, "testing.note", {"word": 2}, lane="a")
    runtime.queue.huey.storage.flush_queue()
    perform(runtime, first)
    (message,) = runtime.queue.huey.storage.enqueued_items()
    assert f"[{second}]".encode() in message


def test_the_sweep_finds_rows_whose_message_was_lost(runtime: Runtime) -> None:
    job_id = promise(runtime, "testing.note", {"word": "found"})
    runtime.queue.huey.storage.flush_queue()  # kill -9 between taking the message and the row
    assert Sweeper(runtime).sweep() == 1
    assert Sweeper(runtime).sweep() == 0  # it waits in the queue now
    (message,) = runtime.queue.huey.storage.enqueued_items()
    assert f"[{job_id}]".encode() in message


def test_the_sweep_leaves_what_is_not_due(runtime: Runtime) -> None:
    promise(runtime, "testing.note", {"word": "later"}, delay=timedelta(minutes=5))
    assert runtime.queue.waiting() == 0
    assert Sweeper(runtime).sweep() == 0
    with clock.travel(timedelta(minutes=6)):
        assert Sweeper(runtime).sweep() == 1


@pytest.mark.db
def test_a_backlog_of_messages_does_not_hide_retries_expired_leases_and_lost_messages(
    runtime: Runtime,
) -> None:
    plain = promise(runtime, "testing.note", {"word": "has its message"})
    failed = promise(runtime, "testing.fail")
    perform(runtime, failed)
    stuck = promise(runtime, "testing.note", {"word": "x"})
    assert runner._claim(runtime, stuck) is not None
    delayed = promise(runtime, "testing.note", {"word": "y"}, delay=timedelta(seconds=30))
    sweeper = Sweeper(runtime)
    before = runtime.queue.waiting()

    def told() -> list[int]:
        count = runtime.queue.waiting()
        sweeper.sweep()
        found = runtime.queue.huey.storage.enqueued_items()[count:]
        return sorted(json.loads(message)["args"][0] for message in found)

    assert told() == []
    with clock.travel(timedelta(minutes=3)):
        assert told() == [failed, stuck, delayed]
        assert told() == []  # told already
    with clock.travel(timedelta(minutes=14)):
        assert told() == [plain, failed, stuck, delayed]
    assert before == 3


@pytest.fixture
def nightly() -> Any:
    @periodic("testing.nightly", daily_at="02:30")
    def nightly(ctx: JobContext) -> None:
        DONE.append(ctx.payload["slot"])

    @periodic("testing.often", every=timedelta(minutes=10))
    def often(ctx: JobContext) -> None:
        DONE.append("often")

    yield
    for name in ("testing.nightly", "testing.often"):
        del KINDS[name], PERIODIC[name]


@pytest.mark.db
@pytest.mark.usefixtures("nightly")
def test_each_turn_of_a_periodic_task_is_taken_once_by_however_many_workers(
    runtime: Runtime,
) -> None:
    started: list[str] = []
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        started.extend(Clockwork(runtime).tick())

    night = clock.now().replace(hour=2, minute=45)
    with clock.travel(night):
        together(4, work)
        assert sorted(n for n in started if n.startswith("testing")) == [
            "testing.nightly",
            "testing.often",
        ]
        started.clear()
        assert not [n for n in Clockwork(runtime).tick() if n.startswith("testing")]
    with clock.travel(night + timedelta(minutes=10)):
        assert "testing.often" in Clockwork(runtime).tick()
    with clock.travel(night + timedelta(days=1)):
        assert "testing.nightly" in Clockwork(runtime).tick()


@pytest.mark.usefixtures("nightly")
def test_a_daily_task_waits_for_its_hour_in_the_institutions_zone(
    database: Database, tmp_path: Path
) -> None:
    settings = make_settings(tmp_path, queue_url="memory:", time_zone="Asia/Kolkata")
    runtime = attach(database, settings)
    with clock.travel(clock.now().replace(hour=20, minute=30)):  # 02:00 in Kolkata
        assert "testing.nightly" not in Clockwork(runtime).tick()
    with clock.travel(clock.now().replace(hour=21, minute=30)):  # 03:00
        assert "testing.nightly" in Clockwork(runtime).tick()


def test_old_finished_jobs_are_cleared_away_and_waiting_ones_stay(runtime: Runtime) -> None:
    finished = promise(runtime, "testing.note", {"word": "old"})
    perform_due(runtime)
    waiting = promise(runtime, "testing.note", {"word": "x"}, delay=timedelta(days=400))
    with clock.travel(timedelta(days=30)):
        promise(runtime, "jobs.prune")
        perform_due(runtime)
    with runtime.database.reading() as db:
        left = set(db.scalars(select(Job.id)))
    assert finished not in left
    assert waiting in left
