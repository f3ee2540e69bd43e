"""What pages cost over their floor with the Open University's dataset: 28,785 students, on SQLite and PostgreSQL.

Floors and measuring are those of bench_pages.py. The marks sheet and the roster are those of the offering with nearly
300 students; the student is the one with most enrolments.

Run: python bench/bench_oulad_pages.py [FOLDER] [--on DIALECT] … [--keep FOLDER] [--rounds N] [--processor] [--verbose].
`--keep` names a folder in which the filled SQLite database stays for the next run (on the PostgreSQL server one called
`quad_bench_oulad` does); tables that changed meanwhile are filled again. A server that is down is left out. The exit
code is 1 when a page takes more statements than it may.
"""

from __future__ import annotations

import sys
import tempfile
from argparse import ArgumentParser, Namespace
from contextlib import ExitStack
from pathlib import Path

from bench.bench_pages import MOST_STATEMENTS, ROUNDS, Hot, compare
from bench.kit.college import leave
from bench.kit.databases import own_database
from bench.kit.oulad import FOLDER, enrol
from tests.databases import SERVERS, server_problem

DIALECTS = ("sqlite", "postgresql")
PAGES = (
    Hot("student home", "student", "/"),
    Hot("record", "student", "/record"),
    Hot("faculty home", "faculty", "/"),
    Hot("roster", "faculty", "/offerings/{offering}"),
    Hot("marks sheet, 300 rows", "faculty", "/offerings/{offering}/marks"),
    Hot("people, first page", "admin", "/users"),
    Hot("students, first page", "admin", "/students"),
    Hot("students, search", "admin", "/students?q=1139"),
)


def measured(dialect: str, folder: Path, options: Namespace) -> int:
    """Fill (or find filled) one database and measure its pages; return the most statements one of them took."""
    with ExitStack() as stack:
        url = ""
        if dialect == "postgresql":
            keep = options.keep is not None
            url = stack.enter_context(own_database(SERVERS[dialect], "quad_bench_oulad", keep=keep))
        college = enrol(folder / dialect, options.folder, url)
        stack.callback(college.database.dispose)
        stack.callback(leave, college)
        return compare([college], PAGES, options.rounds, options.processor, options.verbose)


def main() -> int:
    """Measure on each database that answers."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--on", action="append", choices=DIALECTS)
    parser.add_argument("--keep", type=Path, help="keep the filled databases for the next run")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--processor", action="store_true", help="measure processor time")
    parser.add_argument("--verbose", action="store_true", help="show milliseconds as well")
    options = parser.parse_args()
    if not options.folder.is_dir():
        print(f"The dataset is not in {options.folder}; QUAD_OULAD_DIR names its folder.")
        return 0
    most = 0
    with tempfile.TemporaryDirectory() as name:
        for dialect in options.on or DIALECTS:
            problem = server_problem(dialect)
            if problem:
                print(f"{dialect}: {problem}")
            else:
                most = max(most, measured(dialect, options.keep or Path(name), options))
    return 0 if most <= MOST_STATEMENTS else 1


if __name__ == "__main__":
    sys.exit(main())
