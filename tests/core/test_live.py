"""Ids are not cursors: numbering, reading and waking."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.db.engine import Database
from quad.core.facts import run, unit
from quad.core.live import (
    WAKE,
    Event,
    Follower,
    LiveEvent,
    Missed,
    WakeUp,
    head,
    missed,
    number,
    number_all,
    prepare,
    prune,
    publish,
    read_after,
)
from quad.core.live_redis import RedisWakeUp
from tests.core.live_writer import WRITERS

PROCESSES, EACH = 3, 20
REDIS = os.environ.get("QUAD_TEST_REDIS_URL", "redis://127.0.0.1:6379/9")


def say(database: Database, *texts: str, audience: str = "user:1") -> None:
    """Publish events, each in its own unit, and number them."""
    for text in texts:
        run(database.writer, lambda db, text=text: publish(db, audience, "said", text=text))  # type: ignore[misc]
    number_all(database, LiveEvent)


def publish_and_fail(db: Session) -> None:
    publish(db, "user:1", "said", text="never")
    db.flush()
    raise ZeroDivisionError


def texts(events: Sequence[Event]) -> list[str]:
    return [event.data["text"] for event in events]


@pytest.fixture
def live(database: Database) -> Database:
    """A database whose lock row is there."""
    prepare(database, LiveEvent)
    prepare(database, LiveEvent)
    return database


@pytest.mark.db
def test_no_event_is_lost_or_doubled_with_many_writers_and_publishers(live: Database) -> None:
    url = live.url.render_as_string(hide_password=False)
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.core.live_writer", url, f"p{process}", str(EACH)],
            stderr=subprocess.PIPE,
        )
        for process in range(PROCESSES)
    ]
    found: list[Event] = []
    while True:
        over = all(writer.poll() is not None for writer in writers)
        number_all(live, LiveEvent)
        with live.reading() as db:
            page = read_after(db, found[-1].seq if found else 0)
        found += page
        if over and not page:
            break
    for writer in writers:
        _out, errors = writer.communicate()
        assert writer.returncode == 0, errors.decode()
    assert [event.seq for event in found] == list(range(1, PROCESSES * WRITERS * EACH + 1))
    assert len({event.data["name"] for event in found}) == len(found)


@pytest.mark.db
def test_a_row_that_is_committed_late_is_read_late_and_not_missed(
    live: Database, dialect: str
) -> None:
    if dialect == "sqlite":
        pytest.skip("SQLite has one writer at a time, so no commit overtakes another there")
    with live.writer() as early, unit(early):
        publish(early, "user:1", "said", text="first id, last commit")
        early.flush()
        say(live, "second id, first commit")
        with live.reading() as db:
            seen = read_after(db, 0)
        assert texts(seen) == ["second id, first commit"]
    number_all(live, LiveEvent)
    with live.reading() as db:
        assert texts(read_after(db, seen[-1].seq)) == ["first id, last commit"]


@pytest.mark.db
def test_only_one_publisher_acts_at_a_time(live: Database, dialect: str) -> None:
    if dialect == "sqlite":
        pytest.skip("SQLite's own write lock sees to it")
    run(live.writer, lambda db: publish(db, "user:1", "said", text="a"))
    with live.writer() as first, live.writer() as second, unit(first):
        assert number(first, LiveEvent) == 1
        with unit(second):
            assert number(second, LiveEvent) == 0
    with live.writer() as third, unit(third):
        assert number(third, LiveEvent) == 0


@pytest.mark.db
def test_what_is_rolled_back_is_never_told_and_leaves_no_gap(live: Database) -> None:
    say(live, "a")
    with pytest.raises(ZeroDivisionError):
        run(live.writer, publish_and_fail)
    say(live, "b")
    with live.reading() as db:
        assert [(event.seq, event.data["text"]) for event in read_after(db, 0)] == [
            (1, "a"),
            (2, "b"),
        ]


@pytest.mark.db
def test_old_events_go_and_numbers_go_on(live: Database) -> None:
    say(live, "a", "b")
    with clock.travel(timedelta(hours=25)):
        assert run(live.writer, prune) == 2
    assert run(live.writer, prune) == 0
    say(live, "c")
    with live.reading() as db:
        assert [event.seq for event in read_after(db, 0)] == [3]
        assert head(db) == 3


@pytest.mark.db
def test_an_id_is_never_given_twice(live: Database) -> None:
    say(live, "a")
    with live.reading() as db:
        before = db.scalars(select(LiveEvent.id)).one()
    with clock.travel(timedelta(hours=25)):
        run(live.writer, prune)
    say(live, "b")
    with live.reading() as db:
        assert db.scalars(select(LiveEvent.id)).one() > before


def test_who_was_away_gets_exactly_what_was_missed(live: Database) -> None:
    say(live, "a", "b")
    say(live, "not mine", audience="user:2")
    say(live, "c")
    mine = frozenset({"user:1"})
    with live.reading() as db:
        assert texts(missed(db, mine, 1, 4).events) == ["b", "c"]
        assert missed(db, mine, 4, 4) == Missed()
        assert texts(missed(db, mine, 0, 1).events) == ["a"]
        # Another process was quicker than this one.
        assert missed(db, mine, 4, 2) == Missed()
        # No such number: the database is another one, or was put back.
        assert missed(db, mine, 5, 4).reset
        assert missed(db, mine, 0, 4, limit=2).reset


def test_who_was_away_too_long_is_told_to_start_again(live: Database) -> None:
    say(live, "a", "b")
    with clock.travel(timedelta(hours=25)):
        say(live, "c")
        run(live.writer, prune)
        with live.reading() as db:
            assert missed(db, frozenset({"user:1"}), 1, 3).reset
            assert texts(missed(db, frozenset({"user:1"}), 2, 3).events) == ["c"]
    with clock.travel(timedelta(hours=50)):
        run(live.writer, prune)
        with live.reading() as db:
            assert missed(db, frozenset({"user:1"}), 2, 3).reset
            assert missed(db, frozenset({"user:1"}), 3, 3) == Missed()


class Heard:
    """Collects what a follower hands on."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._more = threading.Condition()

    def __call__(self, events: Sequence[Event]) -> None:
        with self._more:
            self.events += events
            self._more.notify_all()

    def wait_for(self, count: int) -> None:
        with self._more:
            assert self._more.wait_for(lambda: len(self.events) >= count, timeout=20)


@pytest.fixture
def heard(live: Database) -> Iterator[Heard]:
    """What a follower hears that looks only when it is woken."""
    heard = Heard()
    follower = Follower(live, heard, interval=3600)
    follower.begin()
    follower.start()
    yield heard
    follower.stop()


def test_a_commit_wakes_the_follower_and_it_tells_each_event_once(
    live: Database, heard: Heard
) -> None:
    for text in "abc":
        with live.writer() as db, unit(db):
            publish(db, "user:1", "said", text=text)
            publish(db, "user:2", "said", text=text)
    heard.wait_for(6)
    assert texts(heard.events) == list("aabbcc")
    assert [event.seq for event in heard.events] == [1, 2, 3, 4, 5, 6]


def test_a_unit_wakes_once_however_much_it_tells(live: Database) -> None:
    woken: list[int] = []
    deaf = WAKE.listen(lambda: woken.append(1))
    with live.writer() as db, unit(db):
        publish(db, "user:1", "said", text="a")
        publish(db, "user:1", "said", text="b")
    with pytest.raises(ZeroDivisionError):
        run(live.writer, publish_and_fail)
    deaf()
    assert woken == [1]


def test_a_follower_finds_out_by_itself_what_another_process_told(live: Database) -> None:
    heard = Heard()
    follower = Follower(live, heard, interval=0.05)
    follower.begin()
    follower.start()
    with live.writer() as db, unit(db):
        db.add(LiveEvent(audience="user:1", kind="said", data={"text": "unheard"}))
    heard.wait_for(1)
    follower.stop()
    assert texts(heard.events) == ["unheard"]


def test_a_follower_survives_a_database_that_is_away(live: Database) -> None:
    problems: list[Exception] = []
    heard = Heard()

    def broken_once(events: Sequence[Event]) -> None:
        if not problems:
            raise OSError("away")
        heard(events)

    follower = Follower(live, broken_once, interval=0.05)
    follower.on_error = problems.append
    follower.begin()
    follower.start()
    say(live, "a")
    heard.wait_for(1)
    follower.stop()
    assert texts(heard.events) == ["a"]
    assert str(problems[0]) == "away"


def redis_answers() -> bool:
    try:
        with Redis.from_url(REDIS, socket_connect_timeout=1) as redis:
            return bool(redis.ping())
    except RedisError:
        return False


def test_redis_carries_the_wake_up_to_other_processes() -> None:
    if not redis_answers():
        pytest.skip("Redis does not answer here")
    here, there = WakeUp(), WakeUp()
    woken = threading.Event()
    there.listen(woken.set)
    ends = [RedisWakeUp(REDIS, here), RedisWakeUp(REDIS, there)]
    for end in ends:
        end.start()
    for _try in range(100):
        here.everywhere()
        if woken.wait(0.1):
            break
    for end in ends:
        end.stop()
    assert woken.is_set()


def test_a_redis_that_is_away_stops_nobody() -> None:
    wake = WakeUp()
    woken: list[int] = []
    wake.listen(lambda: woken.append(1))
    end = RedisWakeUp("redis://127.0.0.1:1/0", wake)
    end.start()
    wake.everywhere()
    end.stop()
    assert woken == [1]
