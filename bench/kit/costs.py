"""What one answer costs: time on the clock and processor time, of the application and of the database apart.

The floor of an answer is the raw driver's time for the answer's own statements, session and permissions included, plus
a view of the same server that returns as many stored bytes. Answer, stored bytes and driver are measured in turns.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from bench.bench_pages import SETTLED, Statement, processor_seconds
from bench.kit.college import College
from quad.core.db.engine import Database

TRANSACTION = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT", "ROLLBACK")
PERCENT_95 = 0.95


@dataclass(frozen=True)
class Cost:
    """Seconds: on the clock, and on processors in the application and in the database."""

    clock: float
    application: float
    database: float

    @property
    def processor(self) -> float:
        """Processor time in both."""
        return self.application + self.database


@dataclass
class Costs:
    """What one answer of one college took, and both parts of its floor, round by round."""

    answer: list[Cost] = field(default_factory=list)
    stored: list[Cost] = field(default_factory=list)
    driver: list[Cost] = field(default_factory=list)

    def median(self, costs: Sequence[Cost], name: str) -> float:
        """Return the median of one kind of seconds."""
        return statistics.median(getattr(each, name) for each in costs)

    def floor(self, name: str) -> float:
        """Return the floor in one kind of seconds."""
        return self.median(self.stored, name) + self.median(self.driver, name)

    def ratio(self, name: str) -> float:
        """Return the answer over its floor."""
        return self.median(self.answer, name) / self.floor(name)

    def clock_at(self, share: float) -> float:
        """Return the time on the clock that a `share` of the answers did not exceed."""
        ordered = sorted(each.clock for each in self.answer)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


class Meter:
    """Reads the processor time of a server process and of all connections of its database."""

    def __init__(self, college: College) -> None:
        self._college = college
        self._backends: list[Path] = []

    def look(self) -> None:
        """Find out which processes serve the connections; those of parallel questions are not among them."""
        query = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        with self._college.database.reading() as db:
            self._backends = [Path(f"/proc/{pid}/schedstat") for pid in db.scalars(query)]

    def _database(self) -> float:
        return sum(int(one.read_text().split()[0]) for one in self._backends if one.exists()) / 1e9

    @contextmanager
    def watching(self, costs: list[Cost], *, driver: bool = False) -> Iterator[None]:
        """Add what happens inside to `costs`; with `driver` the application is this thread."""
        database = self._database()
        application = self._application(driver)
        clock = time.perf_counter()
        yield
        took = time.perf_counter() - clock
        if not driver:
            time.sleep(SETTLED)  # what the server does after its answer belongs to the request
        spent = self._application(driver) - application
        costs.append(Cost(took, spent, self._database() - database))

    def _application(self, driver: bool) -> float:
        return time.thread_time() if driver else processor_seconds(self._college.pid)


class Replay:
    """The raw driver on a connection of its own; what is written is taken back."""

    def __init__(self, database: Database) -> None:
        self._pooled = database.engine.raw_connection()
        self._driver: Any = self._pooled.dbapi_connection

    def run(self, statements: Sequence[Statement]) -> None:
        """Send the statements and fetch what they bring."""
        cursor = self._driver.cursor()
        # Rows of this unit refer to rows whose numbers were given to the first sending, so keys are not looked up; that
        # makes the floor of writing a little lower than it is.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for each in statements:
            if each.sql.startswith(TRANSACTION):
                continue
            if isinstance(each.parameters, list):
                cursor.executemany(each.sql, each.parameters)
            else:
                cursor.execute(each.sql, each.parameters)
                if cursor.description is not None:
                    cursor.fetchall()
        cursor.close()

    def undo(self) -> None:
        """Take back what was written."""
        self._driver.rollback()

    def close(self) -> None:
        """Give the connection back."""
        self._pooled.close()


@contextmanager
def noted(engine: Engine) -> Iterator[list[Statement]]:
    """Note what is sent to the driver inside; nothing of it is kept by the database."""
    seen: list[Statement] = []

    def note(_c: Any, _cursor: Any, sql: str, parameters: Any, *_rest: Any) -> None:
        seen.append(Statement(sql, parameters))

    def take_back(connection: Any) -> None:
        connection.connection.dbapi_connection.rollback()

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", take_back)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
        event.remove(engine, "commit", take_back)
