"""Several processes on one database: one is killed, Redis goes away, and what is told arrives all the same."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from quad.core.db.engine import Database
from quad.core.facts import run
from quad.core.live import WAKE, publish_many
from quad.core.live_redis import RedisWakeUp
from quad.web.security import SESSION_COOKIE
from tests.asgi.running import until
from tests.asgi.whole import PATIENCE, Browser, Process, cookies, own_redis, processes
from tests.databases import Workshop, server_problem

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

TOTAL = 60
BROWSERS = 4
SIGN_IN = "/api/v1/auth/login"
SIGN_INS = 30  # a minute
WRONG = {"email": "nobody@college.example", "password": "wrong horse"}


@pytest.fixture
def shared(workshop: Workshop, dialect: str) -> Iterator[Database]:
    """An empty database with all tables, which belongs to this test."""
    problem = server_problem(dialect)
    if problem:
        pytest.skip(problem)
    with workshop.database(dialect) as database:
        yield database


def tell(database: Database, people: list[int], numbers: range) -> None:
    """Tell everybody one number after another, each in a unit of its own."""
    for number in numbers:
        told = [(f"user:{user_id}", {"number": number}) for user_id in people]
        run(database.writer, lambda db, t=told: publish_many(db, "toast", t))  # type: ignore[misc]


def addresses(serving: list[Process], browser: int) -> list[str]:
    """Return where a browser asks: half of them begin at the first process, half at the last."""
    turn = browser % len(serving)
    return [each.url for each in (*serving[turn:], *serving[:turn])]


@pytest.mark.db
def test_a_killed_process_leaves_its_readers_no_gap_and_nothing_twice(
    shared: Database, dialect: str, tmp_path: Path
) -> None:
    kill_one(shared, dialect, tmp_path, with_redis=False)


@pytest.mark.db("postgresql")
def test_a_killed_process_beside_redis_leaves_its_readers_no_gap_and_nothing_twice(
    shared: Database, dialect: str, tmp_path: Path
) -> None:
    kill_one(shared, dialect, tmp_path, with_redis=True)


def kill_one(shared: Database, dialect: str, tmp_path: Path, *, with_redis: bool) -> None:
    with ExitStack() as stack:
        redis = stack.enter_context(own_redis(tmp_path)).url if with_redis else ""
        count = 1 if dialect == "sqlite" else 2
        serving = stack.enter_context(processes(count, shared, tmp_path, redis))
        if redis:
            wake = RedisWakeUp(redis, WAKE)
            wake.start()
            stack.callback(wake.stop)
        readers = [
            Browser(user_id, cookie, addresses(serving, number), TOTAL)
            for number, (user_id, cookie) in enumerate(cookies(shared, BROWSERS))
        ]
        people = [reader.user_id for reader in readers]
        tell(shared, people, range(TOTAL // 3))
        until(lambda: all(len(reader.told) >= TOTAL // 6 for reader in readers), PATIENCE)
        sender = threading.Thread(target=tell, args=(shared, people, range(TOTAL // 3, TOTAL)))
        sender.start()
        serving[0].kill()
        if count == 1:
            serving[0].start()
        sender.join()
        for reader in readers:
            assert reader.numbers() == list(range(TOTAL))
        assert [reader.broken > 0 for reader in readers] == [
            n % count == 0 for n in range(BROWSERS)
        ]


@pytest.mark.db("sqlite", "postgresql")
def test_redis_that_dies_takes_nothing_with_it(
    shared: Database, dialect: str, tmp_path: Path
) -> None:
    """Live news come from the table, sign-in stays limited, reading stays open."""
    with own_redis(tmp_path) as redis:
        count = 1 if dialect == "sqlite" else 2
        with processes(count, shared, tmp_path, redis.url) as serving:
            readers = [
                Browser(user_id, cookie, addresses(serving, number), TOTAL)
                for number, (user_id, cookie) in enumerate(cookies(shared, BROWSERS))
            ]
            people = [reader.user_id for reader in readers]
            assert httpx.post(f"{serving[0].url}{SIGN_IN}", json=WRONG).status_code == 401
            tell(shared, people, range(TOTAL // 2))
            redis.process.kill()
            redis.process.wait()
            tell(shared, people, range(TOTAL // 2, TOTAL))
            for reader in readers:
                assert reader.numbers() == list(range(TOTAL))
                assert reader.broken == 0, "no stream was broken"
            check_doors(serving, readers[0].cookie)


def test_redis_that_hangs_holds_nobody_up(shared: Database, tmp_path: Path) -> None:
    with own_redis(tmp_path) as redis, processes(1, shared, tmp_path, redis.url) as serving:
        ((user_id, cookie),) = cookies(shared, 1)
        reader = Browser(user_id, cookie, [serving[0].url], TOTAL)
        assert httpx.post(f"{serving[0].url}{SIGN_IN}", json=WRONG).status_code == 401
        redis.process.send_signal(signal.SIGSTOP)
        tell(shared, [user_id], range(TOTAL))
        assert reader.numbers() == list(range(TOTAL))
        check_doors(serving, cookie)


def check_doors(serving: list[Process], cookie: str) -> None:
    """Each process counts by itself now: it lets so many try to sign in, and everybody read."""
    for process in serving:
        with httpx.Client(base_url=process.url, timeout=30) as client:
            tries: list[int] = []
            while 429 not in tries and len(tries) <= 3 * SIGN_INS:  # a minute may end among them
                tries.append(client.post(SIGN_IN, json=WRONG).status_code)
            assert set(tries) == {401, 429}
            client.cookies.set(SESSION_COOKIE, cookie)
            for place in ("/", "/messages", "/community", "/healthz", "/api/v1/conversations"):
                assert client.get(place).status_code == 200, place
