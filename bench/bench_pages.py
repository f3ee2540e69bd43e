"""What a page costs over its floor, how many statements it takes, and how it grows with the college.

The floor is the raw driver time of the page's own statements, session and permissions included, plus serving as many
bytes that are stored already, through the same server. There are two ways to serve them, and both floors are printed:

- `÷ file floor`: the process shell answers with a piece of a static file. No thread, no Flask: the harder one.
- `÷ page floor`: a view of the same application returns the bytes, so threads, Flask and our headers are in the floor,
  and what is measured is what a page costs for being put together.

The real server answers over loopback, one per size of college; colleges, page and both floors are measured in turns, so
that whatever else the machine does meets all of them.

Run: python bench/bench_pages.py [--students N] [--large N] [--rounds N] [--verbose] [--database postgresql];
`--large 0` leaves growth out. `--database-url URL` measures a database that is filled already, `--folder` the
installation in that data folder. On a machine that others use, `--processor` (Linux) takes the processor time of the
server and of the driver instead of the time on the clock. It ends by itself within about five minutes. The number of
departments is the same in both colleges: a page is compared with one that shows the same. The exit code is 1 when a
page takes more statements than it may.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bench.kit.college import College, build, leave, visit
from bench.kit.databases import own_database
from bench.kit.server import STORED
from quad.app import create_app
from quad.web.assets import DIST
from quad.web.security import SESSION_COOKIE
from tests.databases import SERVERS

MOST_STATEMENTS = 8
MOST_RATIO = 2.5
MOST_GROWTH = 1.5
ROUNDS = 100
FEWEST_ROUNDS = 8
SECONDS_PER_PAGE = 10.0
SECONDS_TO_FILL = 75.0
TRANSACTION = ("BEGIN", "SAVEPOINT", "RELEASE")
WARM = 5
SETTLED = 0.002


@dataclass(frozen=True)
class Statement:
    """One statement as the driver got it."""

    sql: str
    parameters: Any


@dataclass(frozen=True)
class Hot:
    """A page that is asked for all the time, and the role that asks."""

    name: str
    role: str
    path: str


@dataclass
class Times:
    """What one page of one college took, round by round."""

    page: list[float] = field(default_factory=list)
    file: list[float] = field(default_factory=list)
    stored: list[float] = field(default_factory=list)
    driver: list[float] = field(default_factory=list)

    def over(self, served: list[float]) -> float:
        """Return the page's time over the floor that serves its bytes in the time of `served`."""
        floor = statistics.median(served) + statistics.median(self.driver)
        return statistics.median(self.page) / floor


PAGES = (
    Hot("student home", "student", "/"),
    Hot("record", "student", "/record"),
    Hot("faculty home", "faculty", "/"),
    Hot("marks form, 60 students", "faculty", "/offerings/{offering}/marks"),
    Hot("marks form, 300 students", "admin", "/offerings/{lecture}/marks"),
    Hot("roster, 60 students", "faculty", "/offerings/{offering}"),
    Hot("admin home", "admin", "/"),
    Hot("students, first page", "admin", "/students"),
    Hot("students, search", "admin", "/students?q=hana"),
    Hot("people, first page", "admin", "/users"),
    Hot("API students", "admin", "/api/v1/students"),
)


def address(college: College, hot: Hot) -> str:
    """Return the address of a page in this college."""
    return hot.path.format(offering=college.offering_id, lecture=college.lecture_id)


def statements_of(college: College, pages: Sequence[Hot]) -> dict[str, list[Statement]]:
    """Ask for each page in this process and return what it sent to the driver."""
    app = create_app(college.settings, college.database)
    seen: list[Statement] = []

    def note(_c: Any, _cursor: Any, sql: str, parameters: Any, *_rest: Any) -> None:
        seen.append(Statement(sql, parameters))

    event.listen(college.database.reading_engine, "before_cursor_execute", note)
    found = {}
    for hot in pages:
        client = app.test_client()
        client.set_cookie(SESSION_COOKIE, college.cookies[hot.role])
        for _try in range(2):  # the first one fills the copies that live for seconds
            seen.clear()
            answer = client.get(address(college, hot))
            if answer.status_code != 200:
                raise SystemExit(f"{hot.name}: {answer.status_code} instead of 200")
        found[hot.name] = list(seen)
    event.remove(college.database.reading_engine, "before_cursor_execute", note)
    return found


@contextmanager
def serving(college: College) -> Iterator[None]:
    """Run the server on a free port of loopback; it ends with the block."""
    folder = college.settings.data_dir
    environment = {key: value for key, value in os.environ.items() if not key.startswith("QUAD_")}
    environment |= {
        "QUAD_DATA_DIR": str(folder),
        "QUAD_SECRET_KEY": college.settings.secret,
        "QUAD_MAIL_URL": college.settings.mail,
        "QUAD_DATABASE_URL": college.settings.database,
        "QUAD_REDIS_URL": college.settings.redis,
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    command = [sys.executable, "-m", "bench.kit.server"]
    said = folder / "server.log"
    with said.open("w") as log:
        child = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            college.port, college.pid = wait_for_port(child, said), child.pid
            yield
        finally:
            child.terminate()
            child.wait(30)


def wait_for_port(child: subprocess.Popen[bytes], said: Path) -> int:
    """Return the port the server says it listens on."""
    end = time.monotonic() + 60
    while time.monotonic() < end and child.poll() is None:
        found = re.search(r"http://127\.0\.0\.1:(\d+)", said.read_text())
        if found:
            return int(found[1])
        time.sleep(0.1)
    raise SystemExit(f"the server did not start:\n{said.read_text()}")


def processor_seconds(pid: int) -> float:
    """Return how long the threads of a process have been on a processor."""
    parts = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(part.read_text().split()[0]) for part in parts) / 1e9


class Visitor:
    """One kept-alive connection of one person."""

    def __init__(self, college: College, cookie: str = "", *, processor: bool = False) -> None:
        self._pid = college.pid if processor else 0
        self._connection = http.client.HTTPConnection("127.0.0.1", college.port, timeout=30)
        self._headers = {"Cookie": cookie} if cookie else {}

    def keep_cookie(self, path: str) -> None:
        """Ask once and send from now on what the page gave, as a browser does."""
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        answer.read()
        given = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        if given:
            self._headers["Cookie"] += f"; {given}"

    def _clock(self) -> float:
        if not self._pid:
            return time.perf_counter()
        time.sleep(SETTLED)  # what the server does after its answer belongs to the request
        return processor_seconds(self._pid)

    def ask(self, path: str, **headers: str) -> tuple[float, int]:
        """Return the seconds one request took and the bytes it brought."""
        began = self._clock()
        self._connection.request("GET", path, headers=self._headers | headers)
        answer = self._connection.getresponse()
        size = len(answer.read())
        took = self._clock() - began
        if answer.status not in (200, 206):
            raise SystemExit(f"{path}: {answer.status}")
        return took, size


class Measured:
    """One page of one college: the page, as many stored bytes in two ways, and its statements on the driver."""

    def __init__(
        self, college: College, hot: Hot, statements: Sequence[Statement], processor: bool
    ) -> None:
        self.times = Times()
        self._now = time.thread_time if processor else time.perf_counter
        self._path = address(college, hot)
        cookie = f"{SESSION_COOKIE}={college.cookies[hot.role]}"
        self._visitor = Visitor(college, cookie, processor=processor)
        self._visitor.keep_cookie(self._path)
        self._stranger = Visitor(college, processor=processor)
        self._statements = statements
        self._pooled = college.database.reading_engine.raw_connection()
        self._driver: Any = self._pooled.dbapi_connection
        largest = max(DIST.iterdir(), key=lambda path: path.stat().st_size)
        self._static = f"/static/{DIST.name}/{largest.name}"
        for _try in range(WARM):
            self._size = self._visitor.ask(self._path)[1]

    def round(self) -> None:
        """Measure all four once."""
        self.times.page.append(self._visitor.ask(self._path)[0])
        took, size = self._visitor.ask(self._static, Range=f"bytes=0-{self._size - 1}")
        if size != self._size:
            raise SystemExit(f"{self._static} gave {size} bytes instead of {self._size}")
        self.times.file.append(took)
        took, size = self._stranger.ask(f"{STORED}/{self._size}")
        if size != self._size:
            raise SystemExit(f"the stored page gave {size} bytes instead of {self._size}")
        self.times.stored.append(took)
        self.times.driver.append(self._replay())

    def _replay(self) -> float:
        began = self._now()
        cursor = self._driver.cursor()
        for statement in self._statements:
            cursor.execute(statement.sql, statement.parameters)
            cursor.fetchall()
        cursor.close()
        self._driver.rollback()
        return self._now() - began

    def close(self) -> None:
        """Give the connection back."""
        self._pooled.close()


def measure(
    colleges: Sequence[College],
    hot: Hot,
    statements: Sequence[dict[str, list[Statement]]],
    rounds: int,
    processor: bool,
) -> list[Times]:
    """Measure one page in all colleges, in turns."""
    measured = [
        Measured(college, hot, found[hot.name], processor)
        for college, found in zip(colleges, statements, strict=True)
    ]
    begun = time.perf_counter()
    for number in range(rounds):
        for each in measured:
            each.round()
        if number >= FEWEST_ROUNDS and time.perf_counter() - begun > SECONDS_PER_PAGE:
            break
    for each in measured:
        each.close()
    return [each.times for each in measured]


def over(value: float, limit: float) -> str:
    """Return the mark of a figure beyond its limit."""
    return "!" if value > limit else " "


def report(hot: Hot, count: int, times: Sequence[Times], verbose: bool) -> None:
    """Print the figures of one page."""
    line = f"{hot.name:26}{count:9}{over(count, MOST_STATEMENTS)}"
    for each in times:
        for ratio in (each.over(each.stored), each.over(each.file)):
            line += f"{ratio:14.2f}{over(ratio, MOST_RATIO)}"
    if len(times) > 1:
        small, large = (statistics.median(each.page) for each in times)
        line += f"{large / small:8.2f}{over(large / small, MOST_GROWTH)}"
    print(line, flush=True)
    if verbose:
        for each in times:
            parts = {
                "page": each.page,
                "stored page": each.stored,
                "file": each.file,
                "driver": each.driver,
            }
            shown = ", ".join(f"{k} {statistics.median(v) * 1000:.2f}" for k, v in parts.items())
            print(f"    milliseconds: {shown}; {len(each.page)} rounds")


def main() -> int:
    """Fill, serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=5_000)
    parser.add_argument("--large", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds-to-fill", type=float, default=SECONDS_TO_FILL)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument(
        "--server", default=SERVERS["postgresql"], help="where --database postgresql makes its own"
    )
    parser.add_argument("--database-url", default="", help="measure this database, which is filled")
    parser.add_argument("--folder", type=Path, help="measure the installation in this data folder")
    parser.add_argument("--processor", action="store_true", help="measure processor time")
    parser.add_argument("--verbose", action="store_true", help="show milliseconds as well")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        colleges = list(_colleges(Path(name), options, stack))
        most = compare(colleges, PAGES, options.rounds, options.processor, options.verbose)
    return 0 if most <= MOST_STATEMENTS else 1


def compare(
    colleges: Sequence[College], pages: Sequence[Hot], rounds: int, processor: bool, verbose: bool
) -> int:
    """Serve the colleges, measure and print every page; return the most statements one of them took."""
    statements = [statements_of(college, pages) for college in colleges]
    most = 0
    with ExitStack() as stack:
        for college in colleges:
            stack.enter_context(serving(college))
        heads = "".join(f"{'÷ page floor':>15}{'÷ file floor':>15}" for _each in colleges)
        sizes = " and ".join(f"{each.students:,}" for each in colleges)
        print(f"{sizes} students, {colleges[0].database.dialect}; load {os.getloadavg()[0]:.1f}")
        print(f"{'page':26}{'queries':>9} {heads}{'growth':>9}  (! is over the limit)")
        for hot in pages:
            found = statements[-1][hot.name]
            count = sum(not each.sql.startswith(TRANSACTION) for each in found)
            most = max(most, count)
            report(hot, count, measure(colleges, hot, statements, rounds, processor), verbose)
        print(f"load {os.getloadavg()[0]:.1f}")
    return most


def _colleges(folder: Path, options: argparse.Namespace, stack: ExitStack) -> Iterator[College]:
    """Give the colleges to measure: one that is there, or two of our own making."""
    if options.folder or options.database_url:
        college = visit(options.folder or folder, options.database_url)
        stack.callback(college.database.dispose)
        stack.callback(leave, college)
        yield college
        return
    for size in (options.students, options.large):
        if not size:
            continue
        url = ""
        if options.database == "postgresql":
            url = stack.enter_context(own_database(options.server, f"quad_bench_pages_{size}"))
        college = build(folder / str(size), size, options.seconds_to_fill, url)
        stack.callback(college.database.dispose)
        yield college


if __name__ == "__main__":
    sys.exit(main())
