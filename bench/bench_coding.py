"""What the answers of coding cost over their floor, how many statements they take, and how they grow with the college.

Every student has one account and twenty approved snapshots, a week apart: 20,000,000 with 1,000,000 students. They go
into a PostgreSQL database of the bench's own by COPY (bench/kit/coders.py); the kept numbers are made by `quad rebuild
coding`, whose time and memory are printed as well. Then a real server answers over loopback for each college, in turns.

Printed for each answer: statements; 50 and 95 % on the clock; processor time of application and database together, the
same of its floor (bench/kit/costs.py), the ratio of the two and that of the times on the clock; growth from the
smallest college; and, where there is one, the processor time that CodeLens spends on the same answer with 5,003
students and 421,434 snapshots on another machine, and the factor. Lists are asked for at `?page=1` with 50 rows; their
whole form is compared with its own floor only, in the smallest college.

Run: python -m bench.bench_coding [--sizes 5000,100000] [--rounds N] [--server URL] [--keep] [--without-rebuild]. With
`--keep` the databases stay and are used again. It ends by itself. The exit code is 1 when an answer takes more
statements than it may.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select, text

from bench.bench_pages import MOST_GROWTH, MOST_RATIO, Hot, Statement, Visitor, over, serving
from bench.kit.coders import college as filled
from bench.kit.college import College
from bench.kit.costs import PERCENT_95, TRANSACTION, Costs, Meter, Replay, noted
from bench.kit.databases import own_database
from bench.kit.server import STORED
from quad.app import create_app
from quad.coding.models.figures import Figure, RankCount
from quad.coding.models.snapshots import Snapshot, Status
from quad.coding.service import totals
from quad.core.db.engine import Database
from quad.web.security import SESSION_COOKIE
from tests.databases import SERVERS

ROUNDS = 40
FEWEST_ROUNDS = 8
SECONDS_PER_ANSWER = 20.0
WARM = 5
MOST_STATEMENTS = 8
MOST_TO_APPROVE = 10
MILLISECONDS = 1_000
API = "/api/v1/analytics"
COUNSELLOR = "/api/v1/counsellor"


@dataclass(frozen=True)
class Asked(Hot):
    """An answer; `known` is what CodeLens spends on it, in milliseconds of processor time."""

    known: float = 0
    whole: bool = False


ANSWERS = (
    Asked("my summary", "student", f"{API}/my-summary", 4.3),
    Asked("institution summary", "admin", f"{API}/institution-summary", 392),
    Asked("department performance", "admin", f"{API}/department-performance?page=1&size=50"),
    Asked("top performers, 50", "admin", f"{API}/top-performers?limit=50"),
    Asked("leaderboard, page 1", "student", f"{API}/leaderboard?page=1&size=50"),
    Asked("leaderboard, page 40", "student", f"{API}/leaderboard?page=40&size=50"),
    Asked(
        "department leaderboard",
        "admin",
        f"{API}/department/{{department}}/leaderboard?page=1&size=50",
        1_593,
    ),
    Asked("my neighbours", "student", "/coding/leaderboard/me"),
    Asked("at risk", "admin", f"{API}/at-risk?page=1&size=50", 8_630),
    Asked("pending", "counsellor", f"{COUNSELLOR}/pending-snapshots?page=1&size=50"),
    Asked("page: own coding", "student", "/coding"),
    Asked("page: leaderboard", "student", "/coding/leaderboard"),
    Asked("page: review", "counsellor", "/coding/review"),
    Asked("page: students", "counsellor", "/coding/students"),
    Asked("page: analytics", "admin", "/coding/analytics"),
    Asked("whole: at risk", "admin", f"{API}/at-risk", whole=True),
    Asked(
        "whole: department board",
        "admin",
        f"{API}/department/{{department}}/leaderboard",
        whole=True,
    ),
    Asked("whole: pending", "counsellor", f"{COUNSELLOR}/pending-snapshots", whole=True),
)
PAGE_WITH_TOKEN = "/coding/review"
APPROVE = Asked("approve", "counsellor", f"{COUNSELLOR}/snapshots/{{snapshot}}/approve")


def address(college: College, asked: Asked) -> str:
    """Return where the answer is in this college."""
    return asked.path.format(department=college.offering_id)


def rebuild(college: College) -> str:
    """Make everybody's numbers by the product's own command, in a process of its own; say what that took."""
    settings = college.settings
    environment = {key: value for key, value in os.environ.items() if not key.startswith("QUAD_")}
    environment |= {
        "QUAD_DATA_DIR": str(settings.data_dir),
        "QUAD_SECRET_KEY": settings.secret,
        "QUAD_MAIL_URL": settings.mail,
        "QUAD_DATABASE_URL": settings.database,
    }
    command = [sys.executable, "-m", "quad.cli.main", "rebuild", "coding", "--json"]
    began = time.perf_counter()
    child = subprocess.Popen(
        command, cwd=Path(__file__).parents[1], env=environment, stdout=subprocess.DEVNULL
    )
    _pid, status, used = os.wait4(child.pid, 0)
    took = time.perf_counter() - began
    if status:
        raise SystemExit(f"the rebuild failed: {status}")
    processor = used.ru_utime + used.ru_stime
    return (
        f"rebuilt in {took:,.0f} s ({college.students / took:,.0f} students a second), "
        f"{processor:,.0f} s of processor in the command, {used.ru_maxrss // 1024} MB at most"
    )


def describe(college: College) -> str:
    """Say how much there is, and check that the shared counts are equal to a count."""
    with college.database.writer() as db:
        snapshots = db.scalar(select(func.count()).select_from(Snapshot)) or 0
        cells = db.scalar(select(func.count()).select_from(RankCount)) or 0
        figures = db.scalar(select(func.count()).select_from(Figure)) or 0
        wrong = totals.recount_parts(db, totals.parts(db))
        db.rollback()
    return f"{snapshots:,} snapshots, {figures:,} figures, {cells:,} cells of ranks, {wrong} off"


def statements_of(college: College, asked: Asked, path: str) -> list[Statement]:
    """Ask in this process, keeping nothing, and return what was sent to the driver."""
    app = create_app(college.settings, college.database)
    client = app.test_client()
    client.set_cookie(SESSION_COOKIE, college.cookies[asked.role])
    headers = {"X-CSRFToken": _token(client.get(PAGE_WITH_TOKEN).text)} if asked is APPROVE else {}
    method = "PUT" if asked is APPROVE else "GET"
    found: list[Statement] = []
    for _try in range(2):  # the first one fills the copies that live for seconds
        with noted(college.database.engine) as seen:
            answer = client.open(path, method=method, headers=headers)
            found = list(seen)
        if answer.status_code != 200:
            raise SystemExit(f"{asked.name}: {answer.status_code} instead of 200: {answer.text}")
    return [each for each in found if not each.sql.startswith(TRANSACTION)]


def _token(page: str) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    if found is None:
        raise SystemExit(f"{PAGE_WITH_TOKEN} holds no token")
    return found[1]


class Measured:
    """One answer of one college in turns with its floor."""

    def __init__(self, college: College, meter: Meter, asked: Asked) -> None:
        self.costs = Costs()
        self._meter = meter
        self._path = address(college, asked)
        self.statements = statements_of(college, asked, self._path)
        self._visitor = Visitor(college, f"{SESSION_COOKIE}={college.cookies[asked.role]}")
        self._stranger = Visitor(college)
        self._driver = Replay(college.database)
        self._size = 0
        for _try in range(WARM):
            self._size = self._visitor.ask(self._path)[1]
        meter.look()

    def round(self) -> None:
        """Measure all three once."""
        with self._meter.watching(self.costs.answer):
            self._visitor.ask(self._path)
        with self._meter.watching(self.costs.stored):
            self._stranger.ask(f"{STORED}/{self._size}")
        with self._meter.watching(self.costs.driver, driver=True):
            self._driver.run(self.statements)
        self._driver.undo()

    def close(self) -> None:
        """Give the connection back."""
        self._driver.close()


class Approving:
    """Approving in turns with its floor: each round decides on one more snapshot that waits.

    The floor is taken before the decision: the same statements, with what they write taken back. What a commit costs on
    the clock is in the answer alone.
    """

    def __init__(self, college: College, meter: Meter, rounds: int) -> None:
        self.costs = Costs()
        self._college, self._meter = college, meter
        waiting = select(Snapshot.id).where(Snapshot.status == Status.PENDING)
        with college.database.reading() as db:
            self._waiting = list(db.scalars(waiting.order_by(Snapshot.id).limit(rounds + WARM)))
        self._connection = http.client.HTTPConnection("127.0.0.1", college.port, timeout=30)
        self._headers = {"Cookie": f"{SESSION_COOKIE}={college.cookies[APPROVE.role]}"}
        self._connection.request("GET", PAGE_WITH_TOKEN, headers=self._headers)
        page = self._connection.getresponse()
        given = (page.getheader("Set-Cookie") or "").partition(";")[0]
        self._headers["Cookie"] += f"; {given}"
        self._headers["X-CSRFToken"] = _token(page.read().decode())
        self._stranger = Visitor(college)
        self._driver = Replay(college.database)
        self.statements: list[Statement] = []
        self._size = 0
        for _try in range(WARM):
            self._approve(self._waiting.pop())
        meter.look()

    def round(self) -> None:
        """Approve one; nothing when none waits any more."""
        if not self._waiting:
            return
        number = self._waiting.pop()
        path = APPROVE.path.format(snapshot=number)
        self.statements = statements_of(self._college, APPROVE, path)
        with self._meter.watching(self.costs.driver, driver=True):
            self._driver.run(self.statements)
        self._driver.undo()
        with self._meter.watching(self.costs.answer):
            self._approve(number)
        with self._meter.watching(self.costs.stored):
            self._stranger.ask(f"{STORED}/{self._size}")

    def _approve(self, number: int) -> None:
        path = APPROVE.path.format(snapshot=number)
        self._connection.request("PUT", path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}: {body.decode()}")
        self._size = len(body)

    def close(self) -> None:
        """Give the connection back."""
        self._driver.close()


def in_turns(measured: Sequence[Measured] | Sequence[Approving], rounds: int) -> None:
    """Measure in all colleges in turns, for a while at most."""
    begun = time.perf_counter()
    for number in range(rounds):
        for each in measured:
            each.round()
        if number >= FEWEST_ROUNDS and time.perf_counter() - begun > SECONDS_PER_ANSWER:
            break
    for each in measured:
        each.close()


HEAD = (
    f"{'answer':24}{'students':>10}{'queries':>8}{'p50 ms':>8}{'p95 ms':>8}"
    f"{'cpu ms':>8}{'app':>7}{'db':>7}{'floor':>7}{'ratio':>7} {'clock':>6} {'growth':>7} {'CodeLens':>9}{'factor':>9}"
)


def report(
    asked: Asked,
    colleges: Sequence[College],
    measured: Sequence[Measured] | Sequence[Approving],
) -> int:
    """Print one line for each college; return the most statements."""
    smallest = measured[0].costs.median(measured[0].costs.answer, "processor")
    limit = MOST_TO_APPROVE if asked is APPROVE else MOST_STATEMENTS
    most = 0
    for college, each in zip(colleges, measured, strict=True):
        costs, count = each.costs, len(each.statements)
        spent = costs.median(costs.answer, "processor")
        growth = spent / smallest
        parts = (costs.median(costs.answer, name) for name in ("application", "database"))
        shown = "".join(f"{part * MILLISECONDS:7.2f}" for part in parts)
        ratio = costs.ratio("processor")
        line = (
            f"{asked.name:24}{college.students:>10,}{count:7}{over(count, limit)}"
            f"{costs.clock_at(0.5) * MILLISECONDS:8.1f}{costs.clock_at(PERCENT_95) * MILLISECONDS:8.1f}"
            f"{spent * MILLISECONDS:8.2f}{shown}{costs.floor('processor') * MILLISECONDS:7.2f}"
            f"{ratio:7.2f}{over(ratio, MOST_RATIO)}{costs.ratio('clock'):6.2f} {growth:7.2f}{over(growth, MOST_GROWTH)}"
        )
        if asked.known:
            line += f"{asked.known:9,.1f}{asked.known / (spent * MILLISECONDS):8,.1f}x"
        print(line, flush=True)
        most = max(most, count - limit)
    return most


def show(statements: Sequence[Statement]) -> None:
    """Print what was sent, each statement shortened to one line."""
    for each in statements:
        print("   ", " ".join(each.sql.split())[:150])


def main() -> int:
    """Fill, rebuild, serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="5000", help="numbers of students, the smallest first")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--server", default=SERVERS["postgresql"])
    parser.add_argument("--keep", action="store_true", help="keep the databases and use them again")
    parser.add_argument("--only", default="", help="answers whose name holds this")
    parser.add_argument("--verbose", action="store_true", help="show the statements")
    parser.add_argument("--without-rebuild", action="store_true", help="the numbers are there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        colleges = list(_colleges(Path(name), options, stack))
        for college in colleges:
            stack.enter_context(serving(college))
        meters = [Meter(college) for college in colleges]
        print(f"load {os.getloadavg()[0]:.1f}; processor times; ! is over the limit")
        print(HEAD)
        most = 0
        for asked in (one for one in ANSWERS if options.only in one.name):
            some = slice(1) if asked.whole else slice(None)
            pairs = zip(colleges[some], meters[some], strict=True)
            measured = [Measured(college, meter, asked) for college, meter in pairs]
            in_turns(measured, options.rounds)
            most = max(most, report(asked, colleges[some], measured))
            if options.verbose:
                show(measured[0].statements)
        approving = [
            Approving(college, meter, options.rounds)
            for college, meter in zip(colleges, meters, strict=True)
        ]
        in_turns(approving, options.rounds)
        most = max(most, report(APPROVE, colleges, approving))
        if options.verbose:
            show(approving[0].statements)
        print(f"load {os.getloadavg()[0]:.1f}")
    return 0 if most <= 0 else 1


def _colleges(folder: Path, options: argparse.Namespace, stack: ExitStack) -> Iterator[College]:
    for size in map(int, options.sizes.split(",")):
        began = time.perf_counter()
        name = f"quad_bench_coding_{size}"
        url = stack.enter_context(own_database(options.server, name, keep=options.keep))
        college = filled(folder / str(size), size, url)
        stack.callback(college.database.dispose)
        print(f"{size:,} students there after {time.perf_counter() - began:.0f} s", flush=True)
        if not options.without_rebuild:
            print(rebuild(college), flush=True)
            _analyse(college.database)
            print(describe(college), flush=True)
        yield college


def _analyse(database: Database) -> None:
    with database.writer() as db:
        db.execute(text("ANALYZE"))
        db.commit()


if __name__ == "__main__":
    sys.exit(main())
