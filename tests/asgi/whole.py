"""Whole `quad serve` processes on one database, a Redis of their own, and browsers that come back by themselves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from redis import Redis
from redis.exceptions import RedisError

from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.web.security import SESSION_COOKIE
from tests.asgi.running import until
from tests.asgi.streams import Stream, Told
from tests.conftest import free_port, wait_until_healthy
from tests.factories.people import person, sign_in_token

ROOT = Path(__file__).parents[2]
PATIENCE = 180.0  # a machine may be busy with other things
PAUSE = 0.1


@dataclass
class Process:
    """One `quad serve` without a worker; it can be killed, and started again at its address."""

    port: int
    env: dict[str, str]
    running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        words = [sys.executable, "-m", "quad.cli.main", "serve", "--no-worker"]
        quiet = subprocess.DEVNULL
        self.running = subprocess.Popen(words, env=self.env, stdout=quiet, stderr=quiet)
        wait_until_healthy(self.url, self.running)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.running is not None:
            self.running.kill()
            self.running.wait()


@contextmanager
def processes(
    count: int, database: Database, folder: Path, redis: str = ""
) -> Iterator[list[Process]]:
    """Serve one database by so many processes."""
    made = []
    for _process in range(count):
        port = free_port()
        told = {
            "QUAD_MODE": "test",
            "QUAD_DATA_DIR": str(folder),
            "QUAD_DATABASE_URL": database.url.render_as_string(hide_password=False),
            "QUAD_REDIS_URL": redis,
            "QUAD_QUEUE_URL": "",
            "QUAD_PORT": str(port),
            "QUAD_RATE_LIMITS": "on",
            "QUAD_LOGIN_CODE": "off",
            "QUAD_HASH_MEMORY_KIB": "8",
            "QUAD_HASH_ROUNDS": "1",
            "PYTHONPATH": str(ROOT),
        }
        made.append(Process(port, {**os.environ, **told}))
    try:
        for process in made:
            process.start()
        yield made
    finally:
        for process in made:
            process.kill()


@dataclass
class OwnRedis:
    """A Redis that belongs to the test, so that it may die."""

    url: str
    process: subprocess.Popen[bytes]


@contextmanager
def own_redis(folder: Path) -> Iterator[OwnRedis]:
    """Run a Redis on a free port; skips where none is installed."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("No redis-server is installed here.")
    port = free_port()
    words = [
        program,
        "--bind",
        "127.0.0.1",
        "--port",
        str(port),
        "--save",
        "",
        "--dir",
        str(folder),
    ]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    url = f"redis://127.0.0.1:{port}/0"
    try:
        until(lambda: _answers(url))
        yield OwnRedis(url, process)
    finally:
        process.kill()
        process.wait()


def _answers(url: str) -> bool:
    with suppress(RedisError), Redis.from_url(url, socket_timeout=1) as client:
        return bool(client.ping())
    return False


def cookies(database: Database, count: int) -> list[tuple[int, str]]:
    """Make so many people, each signed in; return their numbers and what their cookies hold."""
    with database.writer() as db, unit(db):
        people = [person(db, role="student").id for _person in range(count)]
        return [(user_id, sign_in_token(db, user_id)) for user_id in people]


@dataclass
class Browser:
    """Holds a stream; when it breaks, comes back where it was, at the next address."""

    user_id: int
    cookie: str
    addresses: Sequence[str]
    wanted: int
    told: list[Told] = field(default_factory=list)
    broken: int = 0
    opened: threading.Event = field(default_factory=threading.Event)
    _place: str = ""

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()
        assert self.opened.wait(PATIENCE), "the stream did not open"

    def _follow(self) -> None:
        end = time.monotonic() + PATIENCE
        while len(self.told) < self.wanted and time.monotonic() < end:
            with suppress(httpx.TransportError):
                self._listen(self.addresses[self.broken % len(self.addresses)])
            if len(self.told) < self.wanted:
                self.broken += 1
                time.sleep(PAUSE)

    def _listen(self, address: str) -> None:
        headers = {"Cookie": f"{SESSION_COOKIE}={self.cookie}"}
        headers |= {"Last-Event-ID": self._place} if self._place else {}
        with httpx.stream("GET", f"{address}/live", headers=headers, timeout=PATIENCE) as answer:
            if answer.status_code != 200:
                return
            stream = Stream(answer)
            for block in stream.blocks():
                self._place = stream.id or self._place
                if self._place:
                    self.opened.set()
                if block.kind:
                    self.told.append(block)
                if len(self.told) >= self.wanted:
                    return

    def numbers(self) -> list[object]:
        """Wait for everything, and return the numbers in the order they came; what is no number is told by its kind."""
        self._thread.join(PATIENCE)
        return [one.data.get("number", one.kind) for one in self.told]
