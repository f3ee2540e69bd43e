"""Jobs: promised in a transaction, performed at least once, retried, given up, never lost."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from quad.core import clock
from quad.core.db.engine import Database
from quad.core.db.model import acting_user, set_acting_user
from quad.core.errors import NotFound, Rejected
from quad.core.facts import unit
from quad.core.jobs import runner
from quad.core.jobs.context import JobContext, LeaseLost
from quad.core.jobs.models import Job, JobState, Slot
from quad.core.jobs.outbox import enqueue, retry
from quad.core.jobs.runner import pause, perform, perform_due
from quad.core.jobs.runtime import Runtime
from quad.core.jobs.upkeep import count_by_state
from tests.core.job_bench import ACTS, DONE, change, promise, stored, together

pytestmark = pytest.mark.feature("C38")


@pytest.mark.db
def test_a_promised_job_is_performed_once_and_marked_done(runtime: Runtime) -> None:
    job_id = promise(runtime, "testing.note", {"word": "hello"})
    assert perform_due(runtime) == 1
    assert perform(runtime, job_id) is False
    row = stored(runtime, job_id)
    assert (DONE, row.state, row.attempts) == (["hello"], JobState.DONE, 1)
    assert row.finished_at is not None
    assert row.lease_token is None


def test_a_rolled_back_promise_leaves_neither_row_nor_message(runtime: Runtime) -> None:
    def refuse() -> None:
        with runtime.database.writer() as db, unit(db):
            enqueue(db, "testing.note", {"word": "never"})
            raise Rejected("no")

    with pytest.raises(Rejected):
        refuse()
    assert perform_due(runtime) == 0
    assert runtime.queue.waiting() == 0


def test_the_queue_carries_only_the_number_of_the_row(runtime: Runtime) -> None:
    job_id = promise(runtime, "testing.note", {"word": "confidential"})
    (message,) = runtime.queue.huey.storage.enqueued_items()
    assert b"confidential" not in message
    assert f'"args":[{job_id}]'.encode() in message


def test_a_queue_that_does_not_answer_does_not_fail_the_caller(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(job_id: int) -> None:
        raise ConnectionError("redis is away")

    monkeypatch.setattr(runtime.queue, "submit", away)
    job_id = promise(runtime, "testing.note", {"word": "kept"})
    assert stored(runtime, job_id).state is JobState.QUEUED


@pytest.mark.db
def test_the_same_key_promises_once(runtime: Runtime) -> None:
    first = promise(runtime, "testing.note", {"word": "a"}, key="report/7")
    assert promise(runtime, "testing.note", {"word": "b"}, key="report/7") == first
    perform_due(runtime)
    assert promise(runtime, "testing.note", {"word": "c"}, key="report/7") == first
    perform_due(runtime)
    assert DONE == ["a"]


@pytest.mark.db
def test_the_same_key_from_many_threads_promises_once(runtime: Runtime) -> None:
    found: list[int] = []
    start = threading.Barrier(6)

    def work() -> None:
        start.wait()
        found.append(promise(runtime, "testing.note", {"word": "x"}, key="same"))

    together(6, work)
    with runtime.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Job)) == 1
    assert len(found) == 6
    assert len(set(found)) == 1


@pytest.mark.db
def test_many_workers_at_once_perform_a_job_once(runtime: Runtime) -> None:
    ids = [promise(runtime, "testing.note", {"word": n}) for n in range(10)]
    start = threading.Barrier(5)

    def work() -> None:
        start.wait()
        for job_id in ids:
            perform(runtime, job_id)

    together(5, work)
    assert sorted(DONE) == list(range(10))


@pytest.mark.db
def test_a_failed_job_is_tried_again_later_and_then_given_up(runtime: Runtime) -> None:
    job_id = promise(runtime, "testing.fail")
    perform_due(runtime)
    row = stored(runtime, job_id)
    assert row.state is JobState.FAILED
    assert row.last_error == "ValueError: the printer is out of paper"
    assert perform_due(runtime) == 0
    for hours in range(2, 12, 2):
        with clock.travel(timedelta(hours=hours)):
            perform_due(runtime)
    row = stored(runtime, job_id)
    assert (row.state, row.attempts, DONE) == (JobState.DEAD, 3, [1, 2, 3])


def test_pauses_double_and_are_never_the_same_twice() -> None:
    for attempts in range(1, 30):
        longest = min(5 * 2 ** (attempts - 1), 3600)
        found = {pause(attempts).total_seconds() for _ in range(20)}
        assert all(longest / 2 <= seconds <= longest for seconds in found)
        assert len(found) > 1


def test_a_handler_that_gives_up_is_not_asked_again(runtime: Runtime) -> None:
    job_id = promise(runtime, "testing.give_up")
    perform_due(runtime)
    row = stored(runtime, job_id)
    assert (row.state, row.last_error) == (JobState.DEAD, "There is no such printer.")


def test_a_dead_job_can_be_given_all_its_tries_again(runtime: Runtime) -> None:
    job_id = promise(runtime, "testing.give_up")
    perform_due(runtime)
    with runtime.database.writer() as db, unit(db):
        retry(db, job_id)
    row = stored(runtime, job_id)
    assert (row.state, row.attempts) == (JobState.QUEUED, 0)
    with runtime.database.writer() as db, pytest.raises(Rejected):
        retry(db, job_id)
    with runtime.database.writer() as db, pytest.raises(NotFound):
        retry(db, job_id + 1000)


def test_an_unknown_kind_is_an_error_on_the_row_not_a_lost_job(runtime: Runtime) -> None:
    job_id = promise(runtime, "testing.from_the_future")
    perform_due(runtime)
    row = stored(runtime, job_id)
    assert row.state is JobState.FAILED
    assert "testing.from_the_future" in row.last_error


@pytest.mark.db
def test_a_job_whose_worker_vanished_goes_to_another_when_its_lease_is_over(
    runtime: Runtime,
) -> None:
    job_id = promise(runtime, "testing.note", {"word": "again"})
    assert runner._claim(runtime, job_id) is not None  # and the worker is gone
    assert perform(runtime, job_id) is False
    with clock.travel(timedelta(minutes=5)):
        assert perform(runtime, job_id) is True
    assert (DONE, stored(runtime, job_id).attempts) == (["again"], 2)


def test_a_job_that_takes_its_worker_down_each_time_is_given_up(runtime: Runtime) -> None:
    job_id = promise(runtime, "testing.note", {"word": "x"})
    change(runtime, job_id, max_attempts=2)
    for hours in (0, 1):
        with clock.travel(timedelta(hours=hours)):
            assert runner._claim(runtime, job_id) is not None
    with clock.travel(timedelta(hours=2)):
        assert perform(runtime, job_id) is False
    row = stored(runtime, job_id)
    assert row.state is JobState.DEAD
    assert "worker stopped" in row.last_error


@pytest.mark.db
def test_a_worker_that_was_believed_dead_can_keep_nothing(runtime: Runtime) -> None:
    job_id = promise(runtime, "testing.act", {"act": "slow"})
    late = runner._claim(runtime, job_id)
    assert late is not None
    with clock.travel(timedelta(hours=1)):
        assert runner._claim(runtime, job_id) is not None

    def write_late() -> None:
        with late.unit() as db:
            db.add(Slot(task="late", slot="1"))

    with pytest.raises(LeaseLost):
        write_late()
    with pytest.raises(LeaseLost):
        late.progress(1, 2)
    with runtime.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Slot)) == 0


def test_every_unit_renews_the_lease(runtime: Runtime) -> None:
    job_id = promise(runtime, "testing.act", {"act": "slow"})

    def slowly(ctx: JobContext) -> None:
        for minutes in range(1, 10):
            with clock.travel(timedelta(minutes=minutes)):
                assert perform(runtime, job_id) is False
                with ctx.unit() as db:
                    db.add(Slot(task="step", slot=str(minutes)))

    ACTS["slow"] = slowly
    perform_due(runtime)
    assert stored(runtime, job_id).state is JobState.DONE


def test_the_last_unit_marks_the_job_done_in_the_same_commit(runtime: Runtime) -> None:
    job_id = promise(runtime, "testing.act", {"act": "finish"})

    def finish(ctx: JobContext) -> None:
        with ctx.unit(last=True) as db:
            db.add(Slot(task="result", slot="1"))
        assert stored(runtime, job_id).state is JobState.DONE

    ACTS["finish"] = finish
    assert perform_due(runtime) == 1
    assert stored(runtime, job_id).attempts == 1


def test_progress_is_seen_while_the_job_runs(runtime: Runtime) -> None:
    job_id = promise(runtime, "testing.act", {"act": "count"})
    seen: list[tuple[int, int, str]] = []

    def count(ctx: JobContext) -> None:
        ctx.progress(3, 10, "Reading row 3")
        row = stored(runtime, job_id)
        seen.append((row.progress_done, row.progress_total, row.progress_note))

    ACTS["count"] = count
    perform_due(runtime)
    assert seen == [(3, 10, "Reading row 3")]


def test_rows_a_job_writes_carry_the_stamp_of_whoever_asked_for_it(runtime: Runtime) -> None:
    set_acting_user(41)
    job_id = promise(runtime, "testing.act", {"act": "stamp"})
    set_acting_user(None)
    stamps: list[int | None] = []
    ACTS["stamp"] = lambda ctx: stamps.append(acting_user())
    perform_due(runtime)
    assert stamps == [41]
    assert acting_user() is None
    assert stored(runtime, job_id).created_by == 41


def test_unfinished_jobs_are_counted_by_state_in_one_question(
    database: Database, queries: list[str]
) -> None:
    with database.writer() as db, unit(db):
        for state in (JobState.QUEUED, JobState.QUEUED, JobState.DEAD, JobState.DONE):
            db.add(Job(kind="k", payload={}, state=state))
    with database.reading() as db:
        before = len(queries)
        counted = count_by_state(db)
        assert len(queries) - before == 1
    assert counted == {
        JobState.QUEUED: 2,
        JobState.RUNNING: 0,
        JobState.FAILED: 0,
        JobState.DEAD: 1,
    }
