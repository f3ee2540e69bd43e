"""The Open University's dataset through `quad import oulad`, against the driver's own bulk insert of the same rows.

"The same rows" are all that the import leaves behind, in every table it fills (accounts, roles, students, search words,
enrolments, marks, results, averages). They are read back and written by the driver's `executemany`, 5,000 at a time, in
one transaction, into an empty database with the same tables and connection settings, with nothing read, checked,
looked up or worked out. Each import and each bulk insert is a process of its own, in turns; the best of the rounds
counts. Two ratios are printed, of the clock and of the processor time of the process (on SQLite the database works in
it), and the highest memory the import ever held (VmHWM).

Run: python bench/bench_oulad.py [FOLDER] [--rounds N] [--on DIALECT] …; a server that is down is left out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from quad.academics.importers.oulad.run import run_folder
from quad.app import load_modules
from quad.core.config import Settings
from quad.core.db.engine import Database
from quad.core.db.model import Model
from quad.core.files import Files
from quad.core.policy import SYSTEM
from tests.databases import DIALECTS, Workshop, build_schema, server_problem

CHECKOUT = Path(__file__).parents[1]
FOLDER = Path(os.environ.get("QUAD_OULAD_DIR", CHECKOUT.parent / "shared" / "data" / "oulad"))
# Written by the batch, whatever is in it.
BOOKKEEPING = {"core_import", "core_file", "core_job", "core_slot", "audit_entry"}
PIECE = 5_000


def peak() -> int:
    """Return the most memory this process ever held, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) // 1024
    raise RuntimeError("this system does not tell VmHWM")


def import_once(url: str, folder: Path, data: Path) -> dict[str, Any]:
    database = Database(url)
    files = Files.from_settings(Settings(mode="test", data_dir=data, _env_file=None))
    clock, processor = time.perf_counter(), time.process_time()
    report = run_folder(database, files, folder, SYSTEM, tell=lambda *_: None)
    taken = time.perf_counter() - clock, time.process_time() - processor
    database.dispose()
    assert report.state == "done", report
    return {"wall": taken[0], "cpu": taken[1], "peak": peak(), "new": report.counts.total("new")}


def insert_once(url: str, source: str) -> dict[str, Any]:
    """Write what the database at `source` holds into the one at `url`."""
    reading, writing = Database(source), Database(url)
    wall = cpu = rows = 0.0
    with reading.engine.connect() as there, writing.engine.connect() as here:
        here.begin()
        own: Any = here.connection.driver_connection
        cursor = own.cursor()
        for table in Model.metadata.sorted_tables:
            if table.name in BOOKKEEPING:
                continue
            names = [column.name for column in table.columns if column.computed is None]
            quote = reading.engine.dialect.identifier_preparer.quote
            listed = ", ".join(map(quote, names))
            mark = "?" if reading.dialect == "sqlite" else "%s"
            marks = ", ".join([mark] * len(names))
            statement = f"INSERT INTO {quote(table.name)} ({listed}) VALUES ({marks})"
            found = there.exec_driver_sql(f"SELECT {listed} FROM {quote(table.name)}")
            while piece := [tuple(row) for row in found.fetchmany(PIECE)]:
                rows += len(piece)
                clock, processor = time.perf_counter(), time.process_time()
                cursor.executemany(statement, piece)
                wall += time.perf_counter() - clock
                cpu += time.process_time() - processor
        clock, processor = time.perf_counter(), time.process_time()
        here.commit()
        wall += time.perf_counter() - clock
        cpu += time.process_time() - processor
    return {"wall": wall, "cpu": cpu, "rows": int(rows)}


def in_process(*arguments: str) -> dict[str, Any]:
    """Do one of the two in a process of its own."""
    ended = subprocess.run(
        [sys.executable, __file__, *arguments],
        cwd=CHECKOUT,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise RuntimeError(ended.stderr)
    told: dict[str, Any] = json.loads(ended.stdout)
    return told


@contextmanager
def empty(workshop: Workshop, dialect: str) -> Iterator[str]:
    """Make a database with all tables; give its address."""
    with workshop.bare(dialect) as database:
        url = database.url.render_as_string(hide_password=False)
        database.dispose()
        build_schema(url)
        yield url


def compare(dialect: str, folder: Path, rounds: int, place: Path) -> None:
    workshop = Workshop(place, "oulad")
    ours, raw = [], []
    for number in range(rounds):
        data = place / f"{dialect}-{number}"
        data.mkdir()
        with empty(workshop, dialect) as full:
            ours.append(in_process("--import", full, str(folder), str(data)))
            with empty(workshop, dialect) as url:
                raw.append(in_process("--insert", url, full))
    workshop.close()
    wall, cpu = (
        min(one[name] for one in ours) / min(one[name] for one in raw) for name in ("wall", "cpu")
    )
    seconds = min(one["wall"] for one in ours), min(one["wall"] for one in raw)
    print(
        f"{dialect:12}{raw[0]['rows']:>10,} rows {wall:6.2f} x by the clock {cpu:6.2f} x of processor time"
        f" {max(one['peak'] for one in ours):5} MB   ({seconds[0]:.1f} s / {seconds[1]:.1f} s)"
    )


def arguments() -> Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--on", action="append", choices=DIALECTS)
    return parser.parse_args()


def main() -> None:
    given = arguments()
    if not given.folder.is_dir():
        print(f"The dataset is not in {given.folder}; QUAD_OULAD_DIR names its folder.")
        return
    with tempfile.TemporaryDirectory() as name:
        for dialect in given.on or DIALECTS:
            problem = server_problem(dialect)
            if problem:
                print(f"{dialect}: {problem}")
            else:
                compare(dialect, given.folder, given.rounds, Path(name))


if __name__ == "__main__":
    load_modules()
    if sys.argv[1:2] == ["--import"]:
        print(json.dumps(import_once(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))))
    elif sys.argv[1:2] == ["--insert"]:
        print(json.dumps(insert_once(sys.argv[2], sys.argv[3])))
    else:
        main()
