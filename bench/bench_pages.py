"""What a page costs over its floor, how many statements it takes, and how it grows with the college.

The floor (DESIGN §6) is the raw driver time of the page's own statements, session and permissions included, plus
serving as many bytes of a static file through the same server. A real `quad serve` answers over loopback, one per size
of college; both colleges and both halves of the floor are measured in turns, so that whatever else the machine does
meets all of them.

Run: python bench/bench_pages.py [--students N] [--large N] [--rounds N] [--verbose]; `--large 0` leaves growth out.
It ends by itself within about three minutes. The number of departments is the same in both colleges: a page is
compared with one that shows the same. The exit code is 1 when a page takes more statements than it may.
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

from bench.kit.college import College, build
from quad.app import create_app
from quad.web.assets import DIST
from quad.web.security import SESSION_COOKIE

MOST_STATEMENTS = 8
MOST_RATIO = 2.5
MOST_GROWTH = 1.5
ROUNDS = 100
FEWEST_ROUNDS = 8
SECONDS_PER_PAGE = 9.0
SECONDS_TO_FILL = 75.0
TRANSACTION = ("BEGIN", "SAVEPOINT", "RELEASE")
WARM = 5


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
    static: list[float] = field(default_factory=list)
    driver: list[float] = field(default_factory=list)

    def floor(self) -> float:
        return statistics.median(self.static) + statistics.median(self.driver)

    def ratio(self) -> float:
        return statistics.median(self.page) / self.floor()

    def spread(self) -> str:
        low, _middle, high = statistics.quantiles(self.page, n=4)
        return f"{low / self.floor():.2f} to {high / self.floor():.2f}"


PAGES = (
    Hot("student home", "student", "/"),
    Hot("record", "student", "/record"),
    Hot("faculty home", "faculty", "/"),
    Hot("marks form, 60 students", "faculty", "/offerings/{offering}/marks"),
    Hot("admin home", "admin", "/"),
    Hot("students, first page", "admin", "/students"),
    Hot("students, search", "admin", "/students?q=hana"),
    Hot("API students", "admin", "/api/v1/students"),
)


def address(college: College, hot: Hot) -> str:
    """Return the address of a page in this college."""
    return hot.path.format(offering=college.offering_id)


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
    """Run `quad serve` on a free port of loopback; it ends with the block."""
    folder = college.settings.data_dir
    environment = {key: value for key, value in os.environ.items() if not key.startswith("QUAD_")}
    environment |= {
        "QUAD_DATA_DIR": str(folder),
        "QUAD_SECRET_KEY": college.settings.secret,
        "QUAD_MAIL_URL": college.settings.mail,
    }
    command = [sys.executable, "-m", "quad.cli.main", "serve", "--no-worker"]
    said = folder / "server.log"
    with said.open("w") as log:
        child = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", "0"],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            college.port = wait_for_port(child, said)
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


class Visitor:
    """One kept-alive connection of one person."""

    def __init__(self, college: College, hot: Hot) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", college.port, timeout=30)
        self._headers = {"Cookie": f"{SESSION_COOKIE}={college.cookies[hot.role]}"}

    def ask(self, path: str, **headers: str) -> tuple[float, int]:
        """Return the seconds one request took and the bytes it brought."""
        began = time.perf_counter()
        self._connection.request("GET", path, headers=self._headers | headers)
        answer = self._connection.getresponse()
        size = len(answer.read())
        took = time.perf_counter() - began
        if answer.status not in (200, 206):
            raise SystemExit(f"{path}: {answer.status}")
        return took, size


class Measured:
    """One page of one college: the page, a piece of a static file of its size, and its statements on the driver."""

    def __init__(self, college: College, hot: Hot, statements: Sequence[Statement]) -> None:
        self.times = Times()
        self._path = address(college, hot)
        self._visitor = Visitor(college, hot)
        self._statements = statements
        self._pooled = college.database.reading_engine.raw_connection()
        self._driver: Any = self._pooled.dbapi_connection
        largest = max(DIST.iterdir(), key=lambda path: path.stat().st_size)
        self._static = f"/static/{DIST.name}/{largest.name}"
        for _try in range(WARM):
            self._size = self._visitor.ask(self._path)[1]

    def round(self) -> None:
        """Measure all three once."""
        self.times.page.append(self._visitor.ask(self._path)[0])
        took, size = self._visitor.ask(self._static, Range=f"bytes=0-{self._size - 1}")
        if size != self._size:
            raise SystemExit(f"{self._static} gave {size} bytes instead of {self._size}")
        self.times.static.append(took)
        self.times.driver.append(self._replay())

    def _replay(self) -> float:
        began = time.perf_counter()
        cursor = self._driver.cursor()
        for statement in self._statements:
            cursor.execute(statement.sql, statement.parameters)
            cursor.fetchall()
        self._driver.rollback()
        cursor.close()
        return time.perf_counter() - began

    def close(self) -> None:
        """Give the connection back."""
        self._pooled.close()


def measure(
    colleges: Sequence[College],
    hot: Hot,
    statements: Sequence[dict[str, list[Statement]]],
    rounds: int,
) -> list[Times]:
    """Measure one page in all colleges, in turns."""
    measured = [
        Measured(college, hot, found[hot.name])
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
        ratio = each.ratio()
        line += f"{ratio:8.2f}{over(ratio, MOST_RATIO)} ({each.spread():>14})"
    if len(times) > 1:
        small, large = (statistics.median(each.page) for each in times)
        line += f"{large / small:8.2f}{over(large / small, MOST_GROWTH)}"
    print(line, flush=True)
    if verbose:
        for each in times:
            parts = {"page": each.page, "static": each.static, "driver": each.driver}
            shown = ", ".join(f"{k} {statistics.median(v) * 1000:.2f}" for k, v in parts.items())
            print(f"    milliseconds: {shown}; {len(each.page)} rounds")


def main() -> int:
    """Fill, serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=5_000)
    parser.add_argument("--large", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds-to-fill", type=float, default=SECONDS_TO_FILL)
    parser.add_argument("--verbose", action="store_true", help="show milliseconds as well")
    options = parser.parse_args()
    sizes = [size for size in (options.students, options.large) if size]
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        colleges = []
        for size in sizes:
            college = build(Path(name) / str(size), size, options.seconds_to_fill)
            stack.callback(college.database.dispose)
            colleges.append(college)
        statements = [statements_of(college, PAGES) for college in colleges]
        for college in colleges:
            stack.enter_context(serving(college))
        heads = "".join(f"{f'÷ floor, {each.students:,}':>26}" for each in colleges)
        print(f"{'page':26}{'queries':>9} {heads}{'growth':>9}  (! is over the limit)")
        most = 0
        for hot in PAGES:
            found = statements[-1][hot.name]
            count = sum(not each.sql.startswith(TRANSACTION) for each in found)
            most = max(most, count)
            report(hot, count, measure(colleges, hot, statements, options.rounds), options.verbose)
    return 0 if most <= MOST_STATEMENTS else 1


if __name__ == "__main__":
    sys.exit(main())
