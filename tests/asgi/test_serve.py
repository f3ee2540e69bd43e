"""The process as a whole: starting, stopping, and the worker beside it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.asgi.running import PATIENCE, alive, read_answer, until

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")

ROOT = Path(__file__).parents[2]


class Served:
    """A `serve` process."""

    def __init__(self, folder: Path, workers: int, port: int, database: str) -> None:
        self.folder = folder
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "QUAD_MODE": "test",
            "QUAD_DATA_DIR": str(folder),
            "QUAD_DATABASE_URL": database,
            "QUAD_STOP_TIMEOUT": "15",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.asgi.serving", str(workers), str(folder), str(port)],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.port = 0

    def wait_until_it_listens(self) -> None:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+) ", line)
        assert found, line
        self.port = int(found[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/pid").status_code == 200
        except httpx.TransportError:
            return False

    def mark(self, name: str) -> str:
        until((self.folder / name).exists)
        return (self.folder / name).read_text()

    def worker(self, *, other_than: int = 0) -> int:
        until(lambda: int(self.mark("worker")) != other_than)
        return int(self.mark("worker"))

    def end(self) -> None:
        """Clean up whatever the test left."""
        self.process.kill()
        self.process.communicate(timeout=PATIENCE)


class Starter:
    """Starts `serve` processes that end with the test."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self._stack = stack

    def __call__(self, workers: int = 1, port: int = 0, database: str = "") -> Served:
        served = Served(self.folder, workers, port, database)
        self._stack.callback(served.end)
        return served


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starter]:
    with ExitStack() as stack:
        yield Starter(tmp_path, stack)


@pytest.fixture
def served(start: Starter) -> Served:
    served = start()
    served.wait_until_it_listens()
    until(served.answers)
    return served


def test_a_graceful_stop_finishes_the_running_request_and_the_worker(served: Served) -> None:
    worker = served.worker()
    with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE) as connection:
        connection.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        served.mark("slow-began")
        served.process.send_signal(signal.SIGTERM)
        until(lambda: not served.answers())
        assert served.process.poll() is None
        (served.folder / "go-on").touch()
        assert read_answer(connection)[2] == b"finished"
    assert served.process.wait(PATIENCE) == 0
    assert int(served.mark("worker-stopped")) == worker
    assert not alive(worker)


def test_ctrl_c_stops_as_well(served: Served) -> None:
    served.worker()
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(PATIENCE) == 0


def test_a_worker_that_dies_is_started_again(served: Served) -> None:
    first = served.worker()
    os.kill(first, signal.SIGKILL)
    second = served.worker(other_than=first)
    assert alive(second)
    assert served.answers()


def test_the_worker_ends_with_a_server_that_is_killed(served: Served) -> None:
    worker = served.worker()
    served.process.kill()
    until(lambda: not alive(worker))
    assert int(served.mark("worker-stopped")) == worker


def test_a_port_in_use_is_said_in_a_sentence(served: Served, start: Starter) -> None:
    second = start(port=served.port)
    _out, err = second.process.communicate(timeout=PATIENCE)
    assert second.process.returncode == 1
    assert err == (
        f"Port {served.port} is in use already. Stop what uses it, or choose another with --port.\n"
    )


def test_several_processes_on_sqlite_are_refused_in_a_sentence(start: Starter) -> None:
    refused = start(workers=2)
    _out, err = refused.process.communicate(timeout=PATIENCE)
    assert refused.process.returncode == 1
    assert err.startswith("SQLite is served by one web process: set QUAD_WORKERS=1")


def test_several_processes_serve_one_port_and_a_dead_one_is_replaced(start: Starter) -> None:
    served = start(workers=2, database="postgresql://nobody@127.0.0.1:1/none")
    served.wait_until_it_listens()
    until(served.answers)
    seen: set[int] = set()

    def ask() -> int:
        seen.add(int(httpx.get(f"{served.url}/pid").text))
        return len(seen)

    until(lambda: ask() == 2)
    victim = min(seen)
    os.kill(victim, signal.SIGKILL)
    until(lambda: not alive(victim))
    first_two = set(seen)

    def replaced() -> bool:
        if served.answers():
            ask()
        return bool(seen - first_two)

    until(replaced)
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(PATIENCE) == 0
    until(lambda: not any(map(alive, seen)))
