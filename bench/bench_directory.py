"""What the directory of alumni costs over its floor, with many of them and every kind of visibility.

The floor is that of `bench/bench_pages.py`: the raw driver time of the page's own statements plus serving as many
stored bytes through the same server. The reader is a student with a department and connections, so that every clause is
asked.

Run: python bench/bench_directory.py [--alumni N] [--rounds N] [--verbose] [--processor] [--database sqlite]. The exit
code is 1 when a page takes more statements than it may.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.bench_lists import people
from bench.bench_pages import MOST_STATEMENTS, ROUNDS, Hot, compare
from bench.kit.college import College, settings_for
from bench.kit.databases import own_database
from quad.alumni.models.members import Member, MemberStanding, Seen
from quad.alumni.policy.audience import TIERS
from quad.alumni.service import members
from quad.core import clock
from quad.core.db import migration
from quad.core.db.bulk import insert_rows
from quad.core.db.engine import Database
from quad.core.db.types import normalised
from quad.core.facts import unit
from quad.core.search.models import SearchTerm
from quad.core.search.words import terms
from quad.identity.models.accounts import User
from quad.identity.service.sessions import open_session
from quad.relations.models import Follow
from tests.databases import SERVERS
from tests.factories import academics as make

FIRST_ID = 1_000
BATCH = 5_000
DEPARTMENTS = 8
CONNECTIONS = 150
COMPANIES, CITIES = 4_000, 300
# One in so many shows work to the department, to connections, to nobody; all others to everyone.
RARE = {7: Seen.DEPARTMENT, 11: Seen.CONNECTIONS, 13: Seen.HIDDEN}
MEMBER = (
    *("id", "user_id", "sort_name", "is_alumnus", "standing", "graduation_year", "department_id"),
    *("programme_id", "company", "company_key", "city", "city_key", "title", "mentoring"),
    *("register_number", "register_key", "work_seen"),
)

PAGES = (
    Hot("alumni, first page", "student", "/alumni/table"),
    Hot("alumni, as cards", "student", "/alumni"),
    Hot("search by a name", "student", "/alumni/table?q=hana"),
    Hot("search by a company", "student", "/alumni/table?q=company17"),
    Hot("search, two words", "student", "/alumni/table?q=hana+city3"),
    Hot("filter by a company", "student", "/alumni/table?company=company17"),
    Hot("filter by city, mentoring", "student", "/alumni/table?city=city7&open=mentoring"),
    Hot("API search", "student", "/api/v1/alumni?q=hana"),
)


def build(folder: Path, count: int, database_url: str) -> College:
    """Make a network of `count` graduates in an empty database."""
    folder.mkdir()
    settings = settings_for(folder, database_url)
    database = Database(settings.database)
    migration.upgrade(database)
    with database.writer() as db, unit(db):
        homes = [make.department(db, f"B{number}") for number in range(DEPARTMENTS)]
        studies = make.programme(db, homes[0], make.scheme(db, default=True))
        reader = make.student(db, on=studies)
        members.follow(db, [reader.user_id])
        for batch in _batches(count):
            _fill(db, batch, [home.id for home in homes], studies.id)
        _connect(db, reader.user_id, count)
        cookies = {"student": open_session(db, reader.user_id).key}
    with database.writer() as db:
        db.execute(text("ANALYZE"))
        db.commit()
    return College(count, database, settings, cookies, 0, 0)


def _batches(count: int) -> Iterator[list[tuple[int, str, str]]]:
    batch = []
    for item in people(count):
        batch.append(item)
        if len(batch) == BATCH or item[0] == count:
            yield batch
            batch = []


def _fill(
    db: Session, batch: Sequence[tuple[int, str, str]], homes: Sequence[int], programme_id: int
) -> None:
    users, rows = [], []
    words: list[tuple[Any, ...]] = []
    for number, name, _register in batch:
        row_id = FIRST_ID + number
        sort_name = normalised(name)
        mail = f"{number}@college.example"
        company, city = f"Company{number * 7919 % COMPANIES}", f"City{number % CITIES}"
        seen = next((seen for every, seen in RARE.items() if number % every == 0), Seen.NETWORK)
        users.append((row_id, name, sort_name, mail, mail))
        rows.append(
            (
                *(row_id, row_id, sort_name, True, MemberStanding.INSTITUTION),
                *(1980 + number % 45, homes[number % len(homes)], programme_id),
                *(company, normalised(company), city, normalised(city), "Engineer"),
                *(number % 3 == 0, "", "", int(seen)),
            )
        )
        words += _words(row_id, sort_name, name, company, city, seen)
    insert_rows(db, User, ("id", "full_name", "sort_name", "email", "email_as_typed"), users)
    insert_rows(db, Member, MEMBER, rows)
    insert_rows(db, SearchTerm, ("subject_type", "term", "subject_id", "place"), sorted(words))


def _words(
    row_id: int, place: str, name: str, company: str, city: str, seen: Seen
) -> Iterator[tuple[Any, ...]]:
    for word in terms(name, city):
        yield TIERS[Seen.NETWORK], word, row_id, place
    if seen in TIERS:
        for word in set(terms(company, "Engineer")) - set(terms(name, city)):
            yield TIERS[seen], word, row_id, place


def _connect(db: Session, reader_id: int, count: int) -> None:
    others = [FIRST_ID + 1 + number * 31 % count for number in range(CONNECTIONS)]
    pairs = [(reader_id, other) for other in dict.fromkeys(others)]
    both = [*pairs, *((other, mine) for mine, other in pairs)]
    insert_rows(db, Follow, ("follower_id", "followed_id"), both)


def main() -> int:
    """Fill, serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alumni", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--server", default=SERVERS["postgresql"])
    parser.add_argument("--processor", action="store_true", help="measure processor time")
    parser.add_argument("--verbose", action="store_true", help="show milliseconds as well")
    options = parser.parse_args()
    begun = clock.now()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        url = ""
        if options.database == "postgresql":
            url = stack.enter_context(own_database(options.server, "quad_bench_directory"))
        college = build(Path(name) / "network", options.alumni, url)
        stack.callback(college.database.dispose)
        print(f"filled in {(clock.now() - begun).seconds} s", flush=True)
        most = compare([college], PAGES, options.rounds, options.processor, options.verbose)
    return 0 if most <= MOST_STATEMENTS else 1


if __name__ == "__main__":
    sys.exit(main())
