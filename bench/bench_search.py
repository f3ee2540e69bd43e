"""What typing into the search box costs over its floor, with a million things to find.

Of the documents two in five are students, two in five posts of about a dozen words, one in five messages; a tenth of
the messages belong to the student who asks. They are made set-wise, as the product indexes them. What is typed grows
letter by letter, as a reader types it; then come numbers, words of texts, mistyped words, words that nobody wrote.

The floor is that of `bench/bench_pages.py`: the raw driver time of the answer's own statements, session and permissions
included, plus a view of the same server that returns as many stored bytes. Answer and floor are measured in turns.

Run: python bench/bench_search.py [--documents N] [--rounds N] [--database sqlite] [--processor] [--verbose]. The
database is its own: made, and dropped in the end. The exit code is 1 when p95 is above 2.5 times that of the floor.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import CTE, ColumnElement, String, case, cast, func, insert, literal, select, text
from sqlalchemy.orm import Session

from bench.bench_lists import FIRST, LAST
from bench.bench_pages import (
    FEWEST_ROUNDS,
    MOST_RATIO,
    TRANSACTION,
    Hot,
    Measured,
    over,
    serving,
    statements_of,
)
from bench.kit.college import DEPARTMENTS, FIRST_ID, College, settings_for
from bench.kit.databases import own_database
from quad.academics.models.people import Student
from quad.academics.service.findable import STUDENTS
from quad.community.kinds import FOUND as POSTS
from quad.community.models.posts import Post
from quad.core import clock
from quad.core.db import migration
from quad.core.db.engine import Database
from quad.core.db.model import Model
from quad.core.facts import unit
from quad.core.search.fulltext import index_words
from quad.core.search.models import SearchDocument, SearchTerm
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.identity.service.sessions import open_session
from quad.messaging.models.conversations import Conversation, Message, Side
from quad.messaging.service.finding import FOUND as MESSAGES
from tests.databases import SERVERS
from tests.factories import academics as make
from tests.factories.people import person

ROUNDS = 60
SECONDS_PER_QUESTION = 20.0
OF_ONE_READER = 10  # each tenth message
IN_A_CONVERSATION = 10
DAY = "22 Nov 2026"
# A text has one word of each head; a word is in each fortieth text.
HEADS = ("bran", "cor", "del", "fen", "gil", "hol", "jun", "kel", "mar", "tor")
TAILS = tuple(f"{first}{last}" for first in ("a", "e", "i", "o") for last in (
    "dam", "lin", "mek", "nor", "pas", "rit", "sun", "tov", "vel", "zar",
))  # fmt: skip
RARE = "quixotic"  # in one post of a thousand

# The words of one of the texts, so that something is found by several of them.
TEXT = 1_200
B, C, D = (
    f"{head}{TAILS[(TEXT // (turn + 1) + TEXT * (2 * turn + 1)) % len(TAILS)]}"
    for turn, head in enumerate(HEADS[:3])
)
QUESTIONS = (
    *(("admin", words) for words in ("h", "ha", "han", "hana", "hana w", "hana weber42", "4nv10000", "4nv1000042")),
    *(("admin", words) for words in (B, f"{B} {C}", RARE, "hanna weber", "nobodyhasthis")),
    *(("student", words) for words in ("b", "br", "bran", B, f"{B} {C} {D}", RARE, f"{B} x", "hana weber")),
)  # fmt: skip


def numbered(count: int) -> tuple[CTE, ColumnElement[int]]:
    """Return the numbers from 1 to `count` as a table, and their column."""
    table = select(literal(1).label("n")).cte("numbers", recursive=True)
    table = table.union_all(select(table.c.n + 1).where(table.c.n < count))
    return table, table.c.n


def one_of(words: Sequence[str], number: ColumnElement[int]) -> ColumnElement[str]:
    """Return the word whose turn it is."""
    return case(dict(enumerate(words)), value=number % len(words))


def said(number: ColumnElement[int]) -> ColumnElement[str]:
    """Return a number as text."""
    return cast(number, String)


def words_of_text(number: ColumnElement[int]) -> list[ColumnElement[str]]:
    """Return the words of one text, in an order of its own for each head."""
    return [
        one_of([f"{head}{tail}" for tail in TAILS], number // (turn + 1) + number * (2 * turn + 1))
        for turn, head in enumerate(HEADS)
    ]


def joined(parts: Sequence[ColumnElement[str]], between: str = " ") -> ColumnElement[str]:
    """Return the parts as one text."""
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + literal(between) + part
    return whole


def marked(number: ColumnElement[int]) -> ColumnElement[str]:
    """Return the words of one text as the index wants them."""
    return joined(
        [
            one_of(
                [index_words(f"{head}{tail}", ()) for tail in TAILS],
                number // (turn + 1) + number * (2 * turn + 1),
            )
            for turn, head in enumerate(HEADS)
        ]
    )


def audience(token: str) -> str:
    """Return the word that stands for an audience in the index."""
    return index_words("a", (token,)).split()[1]


def add(db: Session, model: type[Model], values: dict[str, Any], count: int, table: CTE) -> None:
    """Insert so many rows by one statement; what is not named takes the model's default."""
    names = list(values)
    rows = select(*(_value(values[name]).label(name) for name in names)).select_from(table)
    db.execute(insert(model).from_select(names, rows))
    print(f"    {count:>9,} {model.__tablename__}", flush=True)


def _value(given: Any) -> Any:
    return given if isinstance(given, ColumnElement) else literal(given)


def add_terms(
    db: Session, kind: str, terms: Sequence[Any], subject: Any, place: Any, table: CTE
) -> None:
    """Insert one row a term and subject."""
    for term in terms:
        values = {"subject_type": kind, "term": term, "subject_id": subject, "place": place}
        rows = select(*(_value(each).label(name) for name, each in values.items()))
        db.execute(insert(SearchTerm).from_select(list(values), rows.select_from(table)))


def add_students(db: Session, count: int, homes: Sequence[int], programme: int) -> None:
    """Insert accounts and students with their documents."""
    table, n = numbered(count)
    first, last = one_of(FIRST, n), one_of(LAST, n // len(FIRST)) + said(n)
    name, row = first + literal(" ") + last, n + FIRST_ID
    mail, register = said(n) + literal("@college.example"), literal("4NV") + said(n + 1_000_000)
    who = {"id": row, "full_name": name, "sort_name": func.lower(name)}
    add(db, User, {**who, "email": mail, "email_as_typed": mail}, count, table)
    home = case(dict(enumerate(homes)), value=n % len(homes))
    record = {
        "id": row,
        "user_id": row,
        "register_number": register,
        "register_key": func.lower(register),
        "sort_name": func.lower(name),
        "department_id": home,
        "programme_id": programme,
        "admission_year": 2020 + n % 5,
        "semester": 1 + n % 8,
    }
    add(db, Student, record, count, table)
    url = literal("/students/") + said(row)
    shown = {"subject_type": STUDENTS, "subject_id": row, "title": name, "sub": register}
    add(db, SearchDocument, {**shown, "url": url, "words": ""}, count, table)
    terms = (
        func.lower(first),
        func.lower(last),
        func.lower(register),
        said(n),
        "college",
        "example",
    )
    add_terms(db, STUDENTS, terms, row, func.lower(name), table)


def add_posts(db: Session, count: int, students: int) -> None:
    """Insert posts for everybody with their documents."""
    table, n = numbered(count)
    writer = n % students + 1
    first, last = one_of(FIRST, writer), one_of(LAST, writer // len(FIRST)) + said(writer)
    rare = case((n % 1_000 == 0, literal(RARE)), else_=literal("plain"))
    parts = [*words_of_text(n), rare]
    values = {"id": n, "author_id": writer + FIRST_ID, "text": joined(parts)}
    add(db, Post, values, count, table)
    found = (
        marked(n)
        + literal(" ")
        + case(
            (n % 1_000 == 0, literal(index_words(RARE, ()))),
            else_=literal(index_words("plain", ())),
        )
    )
    shown = {
        "subject_type": POSTS,
        "subject_id": n,
        "title": joined(parts),
        "sub": first + literal(" ") + last + literal(f", {DAY}"),
        "url": literal("/community/posts/") + said(n),
        "words": found + literal(f" {audience('everyone')}"),
    }
    add(db, SearchDocument, shown, count, table)
    names = (func.lower(first), func.lower(last), *DAY.lower().split())
    add_terms(db, POSTS, (*parts, *names), n, literal(None, String), table)


def add_messages(db: Session, count: int, students: int) -> None:
    """Insert conversations of two halves of the students, and messages; the first has each tenth message."""
    most = min(count // IN_A_CONVERSATION, students // 2)
    table, k = numbered(most)
    low, high = k + FIRST_ID, k + FIRST_ID + students // 2
    pair = {"id": k, "low_id": low, "high_id": high, "opener_id": low}
    add(db, Conversation, pair, most, table)
    for person_id, other, number in ((low, high, 2 * k - 1), (high, low, 2 * k)):
        side = {"id": number, "conversation_id": k, "person_id": person_id, "other_id": other}
        add(db, Side, side, most, table)
    table, n = numbered(count)
    where = case((n % OF_ONE_READER == 0, literal(1)), else_=n % most + 1)
    body = {
        "id": n,
        "conversation_id": where,
        "sender_id": where + FIRST_ID,
        "side_id": 2 * where,
        "text": joined(words_of_text(n)),
        "read_at": literal(clock.now(), Message.__table__.c.read_at.type),
    }
    add(db, Message, body, count, table)
    own = literal(" " + audience("user 1")[:-1])
    shown = {
        "subject_type": MESSAGES,
        "subject_id": n,
        "title": joined(words_of_text(n)),
        "url": literal("/messages/") + said(where) + literal("?at=") + said(n),
        "words": marked(n)
        + own
        + said(where + FIRST_ID)
        + own
        + said(where + FIRST_ID + students // 2),
    }
    add(db, SearchDocument, shown, count, table)


def build(folder: Path, count: int, database_url: str) -> College:
    """Make so many documents, and what they are about, in an empty database."""
    folder.mkdir()
    settings = settings_for(folder, database_url)
    database = Database(settings.database)
    migration.upgrade(database)
    students, posts = count * 2 // 5, count * 2 // 5
    with database.writer() as db, unit(db):
        if database.dialect == "postgresql":
            db.execute(text("SET LOCAL session_replication_role = replica"))
        homes = [make.department(db, f"B{number}").id for number in range(DEPARTMENTS)]
        studies = make.programme(db, None, make.scheme(db, default=True)).id
        admin = person(db, role="admin").id
        add_students(db, students, homes, studies)
        db.add(RoleGrant(user_id=FIRST_ID + 1, role=Role.STUDENT, department_id=homes[1]))
        add_posts(db, posts, students)
        add_messages(db, count - students - posts, students)
        people = {"admin": admin, "student": FIRST_ID + 1}
        cookies = {role: open_session(db, who).key for role, who in people.items()}
    with database.writer() as db:
        db.execute(text("ANALYZE"))
        db.commit()
    return College(count, database, settings, cookies, 0, 0)


def p95(values: Sequence[float]) -> float:
    """Return the value that 95 of 100 stay below."""
    return statistics.quantiles(values, n=20)[18]


def ask(
    college: College, hot: Hot, statements: Sequence[Any], options: argparse.Namespace
) -> float:
    """Measure one question and print it; return p95 over that of the floor."""
    measured = Measured(college, hot, statements, options.processor)
    begun = time.perf_counter()
    for number in range(options.rounds):
        measured.round()
        late = time.perf_counter() - begun > SECONDS_PER_QUESTION
        if number >= FEWEST_ROUNDS and late:
            break
    measured.close()
    times = measured.times
    floor = [sum(parts) for parts in zip(times.stored, times.driver, strict=True)]
    count = sum(not each.sql.startswith(TRANSACTION) for each in statements)
    median, high = times.over(times.stored), p95(times.page) / p95(floor)
    line = f"{hot.role:9}{hot.name:26}{count:8}{median:10.2f}{over(median, MOST_RATIO)}"
    print(f"{line}{high:10.2f}{over(high, MOST_RATIO)}", flush=True)
    if options.verbose:
        parts = {"answer": times.page, "stored": times.stored, "driver": times.driver}
        shown = ", ".join(
            f"{name} {statistics.median(each) * 1000:.1f} (p95 {p95(each) * 1000:.1f})"
            for name, each in parts.items()
        )
        print(f"    milliseconds: {shown}; {len(times.page)} rounds")
    return high


def main() -> int:
    """Fill, serve, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--server", default=SERVERS["postgresql"])
    parser.add_argument("--processor", action="store_true", help="measure processor time (SQLite)")
    parser.add_argument("--verbose", action="store_true", help="show milliseconds as well")
    options = parser.parse_args()
    pages = [
        Hot(words, role, f"/search/suggestions?q={words.replace(' ', '+')}")
        for role, words in QUESTIONS
    ]
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        url = ""
        if options.database == "postgresql":
            url = stack.enter_context(own_database(options.server, "quad_bench_search"))
        begun = time.perf_counter()
        college = build(Path(name) / "data", options.documents, url)
        stack.callback(college.database.dispose)
        print(f"{options.documents:,} documents in {time.perf_counter() - begun:.0f} s", flush=True)
        found = {hot: statements_of(college, [hot])[hot.name] for hot in pages}
        stack.enter_context(serving(college))
        print(f"{college.database.dialect}; load {os.getloadavg()[0]:.1f}")
        print(f"{'who':9}{'typed':26}{'queries':>8}{'median':>10}{'p95':>11}  (÷ floor; ! is over)")
        worst = max(ask(college, hot, found[hot], options) for hot in pages)
        print(f"load {os.getloadavg()[0]:.1f}")
    return 0 if worst <= MOST_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
