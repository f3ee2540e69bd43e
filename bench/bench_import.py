"""Importing students against the driver's own bulk insert of the same rows, and how memory grows with the file.

"The same rows" are all that the import leaves behind in every table it fills (accounts, roles, students, search terms),
written by sqlite3's executemany with nothing checked. Ratios are of processor time, since SQLite works inside the
process; the best of two of each. Run: python bench/bench_import.py [ROWS]
"""

from __future__ import annotations

import csv
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from quad.academics.importers.students import STUDENTS
from quad.app import load_modules
from quad.core.config import Settings
from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.core.files import Files
from quad.core.importing.pipeline import run_import
from quad.core.policy import SYSTEM
from quad.institution.forms import DepartmentForm
from quad.institution.service import departments
from tests.databases import build_schema

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
OURS_ONLY = ("core_import", "core_file", "core_slot", "core_job", "sqlite_")
PIECE = 5_000


def write(path: Path, rows: int) -> None:
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(
            ["Register number", "First name", "Last name", "E-mail", "Department", "Semester"]
        )
        writer.writerows(
            (
                f"R{n:07}",
                f"Given{n % 977}",
                f"Family{n % 7919}",
                f"r{n}@college.example",
                "CSE",
                n % 8 + 1,
            )
            for n in range(rows)
        )


def timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def fresh(path: Path) -> Database:
    build_schema(f"sqlite:///{path}")
    database = Database(f"sqlite:///{path}")
    with database.writer() as db, unit(db):
        departments.add(db, SYSTEM, DepartmentForm(code="CSE", name="Computing"))
    return database


def filled(path: Path) -> list[tuple[str, list[str]]]:
    """Name the ordinary tables that have rows, with the columns that can be written."""
    connection = sqlite3.connect(path)
    kinds = connection.execute("PRAGMA table_list").fetchall()
    found = []
    for _schema, name, kind, *_rest in kinds:
        if kind != "table" or name.startswith(OURS_ONLY) or "_staged_" in name:
            continue
        if connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] < 2:
            continue
        columns = connection.execute(f"PRAGMA table_xinfo({name})").fetchall()
        found.append((name, [row[1] for row in columns if row[6] == 0]))
    connection.close()
    return found


def driver(path: Path, source: Path) -> float:
    """Insert into the fresh database at `path` what the import left in `source`."""
    fresh(path).dispose()
    reading = sqlite3.connect(source)
    writing = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = OFF"):
        writing.execute(f"PRAGMA {pragma}")
    writing.execute("BEGIN IMMEDIATE")
    taken = 0.0
    for table, columns in filled(source):
        names = ", ".join(columns)
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})"
        for piece in pieces(reading, f"SELECT {names} FROM {table}"):
            taken += timed(partial(writing.executemany, statement, piece))
    taken += timed(lambda: writing.execute("COMMIT"))
    reading.close()
    writing.close()
    return taken


def pieces(connection: sqlite3.Connection, query: str) -> Iterator[list[tuple[object, ...]]]:
    cursor = connection.execute(query)
    while piece := cursor.fetchmany(PIECE):
        yield piece


def ours(folder: Path, source: Path) -> tuple[float, float]:
    """Import the file, then import it again; return both times."""
    database = fresh(folder / "ours.db")
    files = Files.from_settings(Settings(mode="test", data_dir=folder, _env_file=None))

    def once() -> None:
        report = run_import(database, files, STUDENTS, source, SYSTEM)
        assert report.state == "done", report

    taken = timed(once), timed(once)
    database.dispose()
    return taken


def main() -> None:
    load_modules()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, small = folder / "students.csv", folder / "small.csv"
        write(source, ROWS)
        write(small, max(ROWS // 10, 1))
        ours(Path(tempfile.mkdtemp(dir=name)), small)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        times = []
        for turn in range(2):
            place = folder / str(turn)
            place.mkdir()
            first, again = ours(place, source)
            after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            times.append((first, again, driver(place / "driver.db", place / "ours.db")))
        first, again, raw = (min(column) for column in zip(*times, strict=True))
    print(f"{ROWS:,} students on SQLite")
    print(
        f"import / driver's bulk insert      {first / raw:6.1f} x   ({first:.1f} s / {raw:.1f} s)"
    )
    print(f"the same file again / driver       {again / raw:6.1f} x   ({again:.1f} s)")
    print(f"memory for 10 x the rows           {after / before:6.2f} x   ({after // 1024} MB)")


if __name__ == "__main__":
    main()
