"""What previewing and applying a promotion of 5,000 students costs, against the aggregates it rests on.

Run: python bench/bench_promotion.py [--students N] [--courses N] [--database URL-TEMPLATE with {name}] [--processor]
The aggregates are backlogs, open results, dues and earlier promotions of the whole batch, fetched by the driver. A
preview reads them, judges everybody and keeps what was seen: at most 3 times as long. `--processor` takes this
process's processor time, right for SQLite, instead of the time on the clock.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

import quad.app  # noqa: F401 - all tables and listeners
from quad.academics.forms.promotion import NewPromotion, UndoPromotion
from quad.academics.models.people import Student
from quad.academics.models.results import EnrolmentResult, Standing
from quad.academics.models.teaching import Enrolment, Offering, ResultState
from quad.academics.service.promotion import applying, figures, previews, undoing
from quad.core import clock
from quad.core.db import migration
from quad.core.db.bulk import insert_rows
from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.core.policy import SYSTEM
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.institution.models import RetakeRule
from tests.factories import academics as make

LIMIT = 3.0
ROUNDS = 9
FAILED = 0.03


def fill(db: Session, students: int, courses: int) -> tuple[int, int]:
    """Fill an empty database with a batch of many students, each with so many results; return batch and term."""
    chance = Random(1)
    programme = make.programme(db)
    batch = make.batch(db, programme)
    term = make.term(db, starts_on=date(2026, 1, 5))
    term.ends_on = date(2026, 6, 5)
    moment = clock.now()
    offerings = [
        Offering(
            course_id=make.course(db).id,
            term_id=term.id,
            section="A",
            state=ResultState.LOCKED,
            published_at=moment,
        )
        for _ in range(courses)
    ]
    db.add_all(offerings)
    db.flush()
    ids = range(1_001, 1_001 + students)
    insert_rows(
        db,
        User,
        ("id", "full_name", "sort_name", "email", "email_as_typed"),
        ((n, f"Asha {n}", f"{n}, asha", f"{n}@x.example", f"{n}@x.example") for n in ids),
    )
    insert_rows(
        db,
        RoleGrant,
        ("user_id", "role"),
        ((n, Role.STUDENT.value) for n in ids),
    )
    insert_rows(
        db,
        Student,
        (
            "id",
            "user_id",
            "register_number",
            "register_key",
            "sort_name",
            "programme_id",
            "batch_id",
            "admission_year",
            "semester",
            "cgpa",
            "cgpa_order",
            "credits_earned",
        ),
        (
            (
                n,
                n,
                f"R{n}",
                f"r{n}",
                f"{n}, asha",
                programme.id,
                batch.id,
                2024,
                4 + 4 * (n % 2),
                Decimal(8),
                Decimal(8),
                Decimal(160),
            )
            for n in ids
        ),
    )
    places = [(n, offering.id) for n in ids for offering in offerings]
    insert_rows(db, Enrolment, ("student_id", "offering_id"), places)
    course_of = {offering.id: offering.course_id for offering in offerings}
    enrolments = db.execute(select(Enrolment.id, Enrolment.student_id, Enrolment.offering_id))
    insert_rows(
        db,
        EnrolmentResult,
        (
            "enrolment_id",
            "student_id",
            "offering_id",
            "course_id",
            "term_id",
            "attempt",
            "credits",
            "total",
            "passed",
            "complete",
            "standing",
            "counts",
        ),
        [
            (
                row.id,
                row.student_id,
                row.offering_id,
                course_of[row.offering_id],
                term.id,
                1,
                Decimal(4),
                Decimal(60),
                chance.random() > FAILED,
                True,
                Standing.FINAL,
                True,
            )
            for row in enrolments
        ],
    )
    return batch.id, term.id


class Statements:
    """Counts what is sent to a database."""

    def __init__(self, database: Database) -> None:
        self.count = 0
        event.listen(database.engine, "before_cursor_execute", self._note)

    def _note(self, *_args: Any) -> None:
        self.count += 1


def timed(act: Callable[[], object], read: Callable[[], float]) -> float:
    begun = read()
    act()
    return read() - begun


def measure(database: Database, batch_id: int, term_id: int, read: Callable[[], float]) -> float:
    """Measure aggregates and preview in turns; print and return the ratio of their medians."""
    statement = figures._statement(batch_id, term_id, RetakeRule.BEST)
    text = str(statement.compile(database.engine, compile_kwargs={"literal_binds": True}))
    form = NewPromotion(batch_id=batch_id, term_id=term_id)
    statements = Statements(database)

    def aggregate() -> None:
        with database.writer() as db:
            raw: Any = db.connection().connection.cursor()
            raw.execute(text)
            raw.fetchall()
            raw.close()

    def look() -> None:
        with database.writer() as db, unit(db):
            previews.preview(db, SYSTEM, form)

    aggregate(), look()
    low, high = [], []
    for _ in range(ROUNDS):
        low.append(timed(aggregate, read))
        statements.count = 0
        high.append(timed(look, read))
    ratio = statistics.median(high) / statistics.median(low)
    print(
        f"preview    {ratio:5.2f} × the aggregates (at most {LIMIT}), {statements.count} statements"
    )
    return ratio


def move(database: Database, batch_id: int, term_id: int, read: Callable[[], float]) -> None:
    """Apply and undo once; print what they cost against a preview."""
    form = NewPromotion(batch_id=batch_id, term_id=term_id)
    statements = Statements(database)
    run: dict[str, int] = {}

    def look() -> None:
        with database.writer() as db, unit(db):
            row = previews.preview(db, SYSTEM, form)
            run.update(id=row.id, version=row.version, up=row.promoted, out=row.graduated)

    def apply() -> None:
        with database.writer() as db, unit(db):
            row = applying.policy.PROMOTION_RUN.get(db, SYSTEM, run["id"], lock=True)
            applying.perform(db, SYSTEM, row)

    def undo() -> None:
        with database.writer() as db, unit(db):
            undoing.undo(db, SYSTEM, run["id"], UndoPromotion(reason="A bench"))

    seen = timed(look, read)
    for name, act in (("apply", apply), ("undo", undo)):
        statements.count = 0
        ratio = timed(act, read) / seen
        print(
            f"{name:<10} {ratio:5.2f} × a preview, {statements.count} statements"
            f" ({run['up']} up, {run['out']} graduated)"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=5_000)
    parser.add_argument("--courses", type=int, default=40)
    parser.add_argument("--database", default="")
    parser.add_argument("--processor", action="store_true")
    options = parser.parse_args()
    read = time.process_time if options.processor else time.perf_counter
    with tempfile.TemporaryDirectory() as folder:
        address = options.database or f"sqlite:///{Path(folder) / '{name}.db'}"
        database = Database(address.format(name="promotion"))
        migration.upgrade(database)
        with database.writer() as db, unit(db):
            batch_id, term_id = fill(db, options.students, options.courses)
        print(
            f"{options.students} students with {options.courses} results each, {database.dialect}"
        )
        ratio = measure(database, batch_id, term_id, read)
        move(database, batch_id, term_id, read)
        database.dispose()
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    raise SystemExit(main())
