"""How a list page grows: the same questions to 5,000 and to 200,000 students, as ratios.

Run: python bench/bench_lists.py [--small N] [--large N] [--database URL-TEMPLATE with {name}] [--processor]
What a page shows is all it may cost: from the small to the large college at most 1.5 times as much. The colleges are
asked in turns. `--processor` takes processor time instead of the time on the clock, for machines that others use.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

import quad.app  # noqa: F401 - all tables
from quad.academics.models.people import Student, StudentStatus
from quad.core import clock
from quad.core.db.engine import Database
from quad.core.db.model import Model
from quad.core.listing.arguments import ask
from quad.core.listing.page import Builder, Page
from quad.core.search.index import index_many
from quad.core.search.searchable import Document
from quad.identity.models.accounts import User
from quad.institution.models import Department
from tests.core.listing_college import ADMIN, STUDENTS, SUBJECT, head

LIMIT = 1.5
ROUNDS = 15
WARM = 2
BATCH = 5_000
SECONDS = 90
ANALYZE = {"mysql": "ANALYZE TABLE academics_student, identity_user, core_search_term"}

FIRST = [
    "Aarav",
    "Amina",
    "Anselm",
    "Bui",
    "Charlotte",
    "Deepika",
    "Fatima",
    "Farhan",
    "Gayathri",
    "Hana",
    "Ishaan",
    "Jose",
    "Li",
    "Meera",
    "Noor",
    "Olga",
]
LAST = [
    "Kapoor",
    "Diallo",
    "Pereira",
    "Thanh",
    "Shetty",
    "Qureshi",
    "Subramanian",
    "Yoshida",
    "Wu",
    "Brown",
    "Silva",
    "Okafor",
    "Novak",
    "Weber",
]

QUESTIONS: dict[str, dict[str, str]] = {
    "first page": {},
    "by CGPA, highest first": {"sort": "-cgpa"},
    "one department": {"department": "1"},
    "one department by CGPA": {"department": "1", "sort": "-cgpa"},
    "page 50": {"page": "50"},
    "search one person": {"q": "4NV0000042"},
    "search two words": {"q": "hana weber42"},
    "search a common name": {"q": "hana"},
    "search what all have": {"q": "4nv"},
    "search and filter": {"q": "hana", "department": "1", "sort": "-cgpa"},
}


def people(count: int) -> Iterator[tuple[int, str, str]]:
    for number in range(1, count + 1):
        first, last = FIRST[number % len(FIRST)], LAST[number // len(FIRST) % len(LAST)]
        yield number, f"{first} {last}{number}", f"4NV{number:07d}"


def fill(db: Session, count: int) -> int:
    """Fill an empty database with `count` students, or with as many as the time allows; return how many."""
    stamps: dict[str, object] = {"created_at": clock.now(), "updated_at": clock.now()}
    departments = max(8, count // 1_000)
    db.execute(
        insert(Department),
        [
            {
                "id": n,
                "code": f"D{n}",
                "code_key": f"D{n}",
                "name": f"Dep {n}",
                "sort_name": f"dep {n}",
            }
            | stamps
            for n in range(1, departments + 1)
        ],
    )
    begun, batch = time.perf_counter(), []
    for item in people(count):
        batch.append(item)
        if len(batch) == BATCH or item[0] == count:
            _fill_batch(db, batch, departments, stamps)
            batch = []
            if time.perf_counter() - begun > SECONDS:
                count = item[0]
                break
    db.commit()
    return count


def _fill_batch(
    db: Session, batch: list[tuple[int, str, str]], departments: int, stamps: dict[str, object]
) -> None:
    users = [
        {
            "id": n,
            "full_name": name,
            "sort_name": name,
            "email": f"{n}@x",
            "email_as_typed": f"{n}@x",
        }
        | stamps
        for n, name, _register in batch
    ]
    students = [
        {
            "id": n,
            "user_id": n,
            "register_number": register,
            "register_key": register,
            "sort_name": name.casefold(),
            "department_id": 1 + n % departments,
            "admission_year": 2020 + n % 5,
            "semester": 1 + n % 8,
            "status": StudentStatus.ACTIVE,
            "cgpa": None,
            "cgpa_order": _cgpa(n),
        }
        | stamps
        for n, name, register in batch
    ]
    db.execute(insert(User), users)
    db.execute(insert(Student), students)
    documents = (
        Document(number, name, f"/students/{number}", sub=register, place=name.casefold())
        for number, name, register in batch
    )
    index_many(db, SUBJECT, documents, new=True)


def _cgpa(number: int) -> str:
    value = number * 7919 % 1000
    return f"{value // 100}.{value % 100:02d}"


def build(db: Session, arguments: dict[str, list[str]], actor: object = ADMIN) -> Page:
    return Builder(
        db,
        actor,  # type: ignore[arg-type]
        STUDENTS,
        ask(STUDENTS, arguments),
        path="/students",
        place=str,
        columns=STUDENTS.columns,
    ).build()


def asked_of(db: Session) -> dict[str, tuple[dict[str, list[str]], object]]:
    """Return every question, and who asks it."""
    questions: dict[str, tuple[dict[str, list[str]], object]] = {
        name: ({key: [value] for key, value in q.items()}, ADMIN) for name, q in QUESTIONS.items()
    }
    deep = build(db, {"page": ["50"]}).next_href
    if deep:
        for _ in range(40):
            following = build(db, parse_qs(urlsplit(deep).query)).next_href
            deep = following or deep
        questions["far past page 50"] = parse_qs(urlsplit(deep).query), ADMIN
    questions["head of one department"] = {}, head(1)
    questions["head of two departments, search"] = {"q": ["hana"]}, head(1, 2)
    return questions


def measure(databases: Sequence[Database], now: Callable[[], float]) -> dict[str, list[float]]:
    """Ask all colleges in turns; return for each question the median seconds in each."""
    with ExitStack() as stack:
        sessions = [stack.enter_context(database.reading()) for database in databases]
        asked = [asked_of(db) for db in sessions]
        found = {}
        for name in asked[-1]:
            if any(name not in questions for questions in asked):
                continue  # a small college has no page so far down
            times: list[list[float]] = [[] for _db in sessions]
            for number in range(WARM + ROUNDS):
                for db, questions, taken in zip(sessions, asked, times, strict=True):
                    began = now()
                    build(db, *questions[name])
                    if number >= WARM:
                        taken.append(now() - began)
            found[name] = [statistics.median(taken) for taken in times]
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=5_000)
    parser.add_argument("--large", type=int, default=200_000)
    parser.add_argument("--database", default="")
    parser.add_argument("--processor", action="store_true", help="measure processor time (SQLite)")
    options = parser.parse_args()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        databases = []
        for count in (options.small, options.large):
            url = (
                options.database.format(name=f"quad_bench_{count}")
                or f"sqlite:///{Path(folder) / f'{count}.db'}"
            )
            database = Database(url)
            stack.callback(database.dispose)
            if options.database:
                stack.callback(Model.metadata.drop_all, database.engine)
            Model.metadata.create_all(database.engine)
            begun = time.perf_counter()
            with database.writer() as db:
                filled = fill(db, count)
                db.execute(text(ANALYZE.get(database.dialect, "ANALYZE")))
                db.commit()
            print(f"{filled:>9,} students in {time.perf_counter() - begun:.0f} s")
            databases.append(database)
        found = measure(databases, time.thread_time if options.processor else time.perf_counter)
    print(f"\n{'question':34}{'small ms':>10}{'large ms':>10}{'ratio':>8}")
    for name, (before, after) in found.items():
        ratio = after / before
        mark = "" if ratio <= LIMIT else "  over the limit"
        print(f"{name:34}{before * 1000:10.2f}{after * 1000:10.2f}{ratio:8.2f}{mark}")
    print(f"\n{time.perf_counter() - started:.0f} s in all; filling stops after {SECONDS} s")


if __name__ == "__main__":
    main()
