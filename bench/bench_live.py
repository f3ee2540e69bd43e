"""Thousands of open pages in one process: does everything arrive, in order, how fast, and what do pages cost meanwhile?

Every client is a student with a session of its own who holds `/live` on the real server. A sender, which is a process
of its own, writes so many events a second, each for one person and each in a unit of its own, as a message is. Every
event carries its number and the moment before it was written; this process takes the time when it is there. In turns
with silence the student's home page is asked for. Memory is the growth of the server's resident set by the streams.

Run: python bench/bench_live.py [--clients N,N] [--rate N] [--seconds N] [--database postgresql] [--redis URL]. Without
Redis the server looks for what another process wrote by itself, with it it is woken. It ends by itself after about a
minute for each number of clients. The exit code is 1 when an event is missing, twice or out of order.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

import orjson
from pydantic import SecretStr
from sqlalchemy import insert
from sqlalchemy.orm import Session

from bench.bench_pages import Visitor, serving
from bench.kit.college import FIRST_ID, College, build
from bench.kit.databases import own_database
from quad.core import clock
from quad.core.db.engine import Database
from quad.core.facts import run, unit
from quad.core.live import WAKE, publish
from quad.core.live_redis import RedisWakeUp
from quad.identity.models.accounts import UserSession
from quad.identity.service.secrets import fingerprint, new_key
from quad.web.security import SESSION_COOKIE
from tests.databases import SERVERS

AT_ONCE = 100
PAGES = 150
PAUSE = 0.03
SETTLE = 3.0
FILES_BESIDE = 500
KIND = "bench"


@dataclass
class Heard:
    """What the streams were told: seconds on the way, and the numbers by client in the order they came."""

    delays: list[float] = field(default_factory=list)
    numbers: dict[int, list[int]] = field(default_factory=dict)


def sessions(db: Session, clients: int) -> list[str]:
    """Open a session for each of the first students; return the keys."""
    keys = [new_key() for _client in range(clients)]
    now = clock.now()
    db.execute(
        insert(UserSession),
        [
            {
                "user_id": FIRST_ID + 1 + client,
                "key_hash": fingerprint(key),
                "last_seen_at": now,
                "expires_at": now + timedelta(hours=1),
            }
            for client, key in enumerate(keys)
        ],
    )
    return keys


async def listen(port: int, client: int, key: str, heard: Heard, ready: asyncio.Semaphore) -> None:
    """Hold one stream until cancelled. `ready` is freed when the server has answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    ask = f"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {SESSION_COOKIE}={key}\r\n\r\n"
    try:
        writer.write(ask.encode())
        first = await reader.readline()
        if b"200" not in first:
            raise SystemExit(f"a stream was refused: {first.decode().strip()}")
        while not (await reader.readline()).startswith(b"id:"):
            pass
        ready.release()
        numbers = heard.numbers.setdefault(client, [])
        while line := await reader.readline():
            if line.startswith(b"data:") and b'"sent"' in line:
                told = orjson.loads(line[5:])
                heard.delays.append(time.monotonic() - told["sent"])
                numbers.append(told["number"])
    finally:
        writer.close()


async def open_streams(port: int, keys: Sequence[str], heard: Heard) -> list[asyncio.Task[None]]:
    """Open a stream for each session, some at once; return when all have been answered."""
    streams = []
    ready = asyncio.Semaphore(AT_ONCE)
    for client, key in enumerate(keys):
        await ready.acquire()
        streams.append(asyncio.create_task(listen(port, client, key, heard, ready)))
    for _stream in range(AT_ONCE):
        await ready.acquire()
    return streams


def send_all(url: str, redis: str, clients: int, rate: int, seconds: int) -> None:
    """Write the events, evenly spread; called in a process of its own. With `redis` it wakes the server."""
    database = Database(url)
    waking = RedisWakeUp(redis, WAKE) if redis else None
    if waking is not None:
        waking.start()
    chosen, counts = Random(1), [0] * clients
    began = time.monotonic()
    for number in range(rate * seconds):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        client = chosen.randrange(clients)
        counts[client] += 1
        told = {"number": counts[client], "sent": time.monotonic()}
        audience = f"user:{FIRST_ID + 1 + client}"
        run(database.writer, lambda db, a=audience, t=told: publish(db, a, KIND, **t))  # type: ignore[misc]
    print(f"{rate * seconds / (time.monotonic() - began):.0f}", flush=True)
    if waking is not None:
        waking.stop()


def ask_pages(college: College) -> list[float]:
    """Ask for the student's home page again and again; return the seconds."""
    visitor = Visitor(college, f"{SESSION_COOKIE}={college.cookies['student']}")
    took = []
    for _page in range(PAGES):
        took.append(visitor.ask("/")[0])
        time.sleep(PAUSE)
    return took


def resident(pid: int) -> int:
    """Return the bytes of memory a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def p95(values: Sequence[float]) -> float:
    """Return the value that 95 of 100 stay below."""
    return statistics.quantiles(values, n=20)[18]


async def measure(college: College, clients: int, rate: int, seconds: int) -> int:
    """Measure with so many clients and print; return how many events are missing, twice or out of order."""
    with college.database.writer() as db, unit(db):
        keys = sessions(db, clients)
    await asyncio.to_thread(ask_pages, college)
    idle = await asyncio.to_thread(ask_pages, college)
    before = resident(college.pid)
    heard = Heard()
    began = time.monotonic()
    streams = await open_streams(college.port, keys, heard)
    opened = time.monotonic() - began
    await asyncio.sleep(SETTLE)
    memory = (resident(college.pid) - before) / clients
    quiet = await asyncio.to_thread(ask_pages, college)
    command = [sys.executable, __file__, "--send", college.settings.database]
    command += ["--redis", college.settings.redis]
    command += ["--clients", str(clients), "--rate", str(rate), "--seconds", str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=_paths(), text=True) as sender:
        busy = await asyncio.to_thread(ask_pages, college)
        said = await asyncio.to_thread(sender.communicate)
    await asyncio.sleep(SETTLE)
    for stream in streams:
        stream.cancel()
    await asyncio.gather(*streams, return_exceptions=True)
    wrong = _report_delivery(heard, rate * seconds)
    print(
        f"    {float(said[0]):.0f} a second written; all streams open after {opened:.1f} s,"
        f" {memory / 1024:.0f} KiB each"
    )
    for words, pages in (("silent streams", quiet), ("events", busy)):
        times = statistics.median(pages) / statistics.median(idle)
        print(
            f"    home page beside {words}: median {times:.2f} x, p95 {p95(pages) / p95(idle):.2f} x idle"
        )
    return wrong


def _report_delivery(heard: Heard, sent: int) -> int:
    disorder = sum(
        numbers != list(range(1, len(numbers) + 1)) for numbers in heard.numbers.values()
    )
    came = len(heard.delays)
    delays = [delay * 1000 for delay in heard.delays]
    print(
        f"    {came:,} of {sent:,} events arrived, {disorder} streams out of order;"
        f" median {statistics.median(delays):.0f} ms, p95 {p95(delays):.0f} ms, longest {max(delays):.0f} ms",
    )
    return abs(sent - came) + disorder


def _paths() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}


def allow_files(wanted: int) -> None:
    """Let this process and its children hold so many connections. Raises ValueError where that is not allowed."""
    _soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(wanted, most)))


def main() -> int:
    """Fill, serve, listen, send, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", default="2000,5000")
    parser.add_argument("--rate", type=int, default=100, help="events a second")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--redis", default="", help="the address of a Redis that wakes the server")
    parser.add_argument("--send", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    numbers = [int(number) for number in options.clients.split(",")]
    if options.send:
        send_all(options.send, options.redis, numbers[0], options.rate, options.seconds)
        return 0
    allow_files(max(numbers) + FILES_BESIDE)
    wrong = 0
    for clients in numbers:
        with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
            url = ""
            if options.database == "postgresql":
                server = SERVERS["postgresql"]
                url = stack.enter_context(own_database(server, "quad_bench_live"))
            college = build(Path(name) / "data", clients + 1, 120.0, url)
            stack.callback(college.database.dispose)
            college.settings = college.settings.model_copy(
                update={"redis_url": SecretStr(options.redis)}
            )
            stack.enter_context(serving(college))
            print(
                f"{clients:,} clients, {options.database}; load {os.getloadavg()[0]:.1f}",
                flush=True,
            )
            wrong += asyncio.run(measure(college, clients, options.rate, options.seconds))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
