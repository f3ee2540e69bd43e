"""Do 200 slow uploads and 200 slow downloads at once leave /healthz within 2 × its idle time?

Run `python -m bench.bench_uploads`. It starts the real server with a database, a worker-less process of its own, on
loopback, loads it from a second process, measures from a third, prints ratios and stops everything (within a minute).
The exit code is 1 when the middle round is above the limit.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, Response, request
from sqlalchemy import text

from quad.asgi.limits import Limits
from quad.asgi.serve import serve
from quad.asgi.shell import Parts, Shell
from quad.core.config import Settings, load_settings
from quad.core.db.engine import Database
from quad.core.logs import configure_logs

ALLOWED = 2.0
PATHS = ("/healthz", "/page")
MEASUREMENTS = 250
ROUNDS = 5
SETTLE_SECONDS = 2.0
FILE_SIZE = 40_000_000
STEP_SECONDS = 0.25
UPLOAD_STEP = 2_000
DOWNLOAD_STEP = 20_000
LONGEST = 120


def build_shell(settings: Settings) -> Shell:
    """A server with one page, one upload and one download, and the real health check."""
    configure_logs(settings)
    app = Flask("bench", static_folder=None)
    database = Database(settings.database)

    @app.post("/upload")
    def upload() -> str:
        return str(len(request.get_data()))

    @app.get("/download")
    def download() -> Response:
        return Response(headers={"X-Quad-File": "film.bin", "Content-Type": "video/mp4"})

    @app.get("/page")
    def page() -> str:
        return "a page"

    def health() -> tuple[int, dict[str, object]]:
        with database.reading() as db:
            db.execute(text("SELECT 1"))
        return 200, {"status": "ok", "db": "ok"}

    return Shell(
        Parts(wsgi=app, limits=Limits.of(settings), files=settings.data_dir, health=health)
    )


def run_server() -> int:
    """Serve; called in the server's process."""
    return serve(
        host="127.0.0.1",
        port=0,
        workers=1,
        with_worker=False,
        settings=load_settings(),
        shell="bench.bench_uploads:build_shell",
    )


async def upload_slowly(port: int) -> None:
    """Send a large body in small steps, for as long as it takes to be cancelled."""
    _reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n")
    while True:
        writer.write(b"u" * UPLOAD_STEP)
        await writer.drain()
        await asyncio.sleep(STEP_SECONDS)


async def download_slowly(port: int) -> None:
    """Read a large file in small steps."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=DOWNLOAD_STEP)
    writer.write(b"GET /download HTTP/1.1\r\nHost: x\r\n\r\n")
    while await reader.read(DOWNLOAD_STEP):
        await asyncio.sleep(STEP_SECONDS)


def say_alive(clients: list[asyncio.Task[None]]) -> None:
    """Tell how many slow clients are still at it."""
    sys.stdout.write(f"{sum(not client.done() for client in clients)}\n")
    sys.stdout.flush()


async def load(port: int, uploads: int, downloads: int) -> None:
    """Keep the slow clients going until standard input ends."""
    clients = [asyncio.create_task(upload_slowly(port)) for _ in range(uploads)]
    clients += [asyncio.create_task(download_slowly(port)) for _ in range(downloads)]
    await asyncio.sleep(2)
    say_alive(clients)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LONGEST):
            await asyncio.to_thread(sys.stdin.read)
    say_alive(clients)
    for client in clients:
        client.cancel()


@contextmanager
def process(*arguments: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run this file in another process, which ends with the block."""
    environment = {**os.environ, "QUAD_MODE": "test", "QUAD_DATA_DIR": str(folder)}
    environment |= {"QUAD_LOG_LEVEL": "WARNING", "QUAD_DATABASE_URL": ""}
    child = subprocess.Popen(
        [sys.executable, "-m", "bench.bench_uploads", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )
    try:
        yield child
    finally:
        child.terminate()
        child.communicate(timeout=30)


def first_line(child: subprocess.Popen[str]) -> str:
    """Return the first line a process writes."""
    assert child.stdout is not None
    return child.stdout.readline()


def measure(port: int, path: str) -> list[float]:
    """Return the time of each of many requests on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    times = []
    for _ in range(MEASUREMENTS):
        began = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - began)
        assert answer.status == 200, answer.status
        time.sleep(0.001)
    connection.close()
    return times


def compare(uploads: int, downloads: int) -> float:
    """Measure idle and loaded in turns, print the ratios, and return the one in the middle."""
    ratios: dict[str, list[float]] = {path: [] for path in PATHS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "film.bin").write_bytes(os.urandom(1000) * (FILE_SIZE // 1000))
        with process("--server", folder=folder) as server:
            found = re.search(r":(\d+) ", first_line(server))
            assert found, "the server did not start"
            port = int(found[1])
            measure(port, "/healthz")
            for _round in range(ROUNDS):
                time.sleep(SETTLE_SECONDS)  # the clients of the round before are being cleared away
                idle = {path: measure(port, path) for path in PATHS}
                wanted = ("--load", str(port), str(uploads), str(downloads))
                with process(*wanted, folder=folder) as loader:
                    assert int(first_line(loader)) == uploads + downloads, "slow clients broke off"
                    for path in PATHS:
                        busy = measure(port, path)
                        ratios[path].append(statistics.median(busy) / statistics.median(idle[path]))
                    assert loader.stdin is not None
                    loader.stdin.close()
                    assert int(first_line(loader)) == uploads + downloads, "slow clients broke off"
                    loader.stdin = None
    for path, found_ratios in ratios.items():
        rounds = ", ".join(f"{ratio:.2f}" for ratio in found_ratios)
        print(f"{path:10} median loaded / median idle, by round: {rounds}")
    return statistics.median(ratios["/healthz"])


def main() -> int:
    """Measure, or be one of the helpers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--load", nargs=3, type=int, help=argparse.SUPPRESS)
    parser.add_argument("--uploads", type=int, default=200)
    parser.add_argument("--downloads", type=int, default=200)
    options = parser.parse_args()
    if options.server:
        return run_server()
    if options.load:
        asyncio.run(load(*options.load))
        return 0
    ratio = compare(options.uploads, options.downloads)
    print(
        f"{options.uploads} slow uploads and {options.downloads} slow downloads: "
        f"/healthz takes {ratio:.2f} × its idle time (at most {ALLOWED:g} ×)"
    )
    return 0 if ratio <= ALLOWED else 1


if __name__ == "__main__":
    sys.exit(main())
