"""Colleges that code, of any size: everybody has one account and twenty approved snapshots, brought in by COPY.

The kept numbers are not part of it: the product's own rebuild makes them. What is found already filled is used as it
is. Snapshots are a week apart; of every thirtieth student they are two months older. A counsellor has 200 students, of
whom each has a snapshot of today that waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import func, insert, literal, select, text
from sqlalchemy.orm import Session

from bench.bench_lists import people
from bench.kit.college import DEPARTMENTS, FIRST_ID, College, settings_for
from bench.kit.copying import constants, copy_rows, without_indexes
from quad.academics.models.people import Student
from quad.coding.models.accounts import CodingAccount
from quad.coding.models.snapshots import HELD, Snapshot, Source, Status
from quad.coding.service import platforms
from quad.core import clock
from quad.core.db import migration
from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.identity.models.mentors import MentorAssignment, MentorKind
from quad.identity.service.sessions import open_session
from quad.institution.models import Department
from tests.factories import academics as make
from tests.factories.people import person

WEEKS = 20
MENTEES = 200
QUIET_EVERY = 30
QUIET = timedelta(days=60)
STAFF = ("admin", "counsellor")
TABLES = (User, RoleGrant, Student, CodingAccount, Snapshot)
STAMPS = ("created_at", "updated_at")


def college(folder: Path, count: int, url: str) -> College:
    """Return a college of `count` students in this database, which is empty or filled already."""
    folder.mkdir()
    settings = settings_for(folder, url)
    database = Database(settings.database)
    migration.upgrade(database)
    with database.writer() as db, unit(db):
        there = db.scalar(select(func.count()).select_from(Student)) or 0
        if there not in (0, count):
            raise SystemExit(f"{url} holds {there:,} students")
        if not there:
            _fill(db, count)
    if not there:
        with database.writer() as db:
            # The cost of a question is to be seen in one process, and statistics do not come by themselves everywhere.
            name = database.url.database
            db.execute(text(f'ALTER DATABASE "{name}" SET max_parallel_workers_per_gather = 0'))
            db.execute(text("ANALYZE"))
            db.commit()
    with database.writer() as db, unit(db):
        held = select(RoleGrant.role, func.min(RoleGrant.user_id)).group_by(RoleGrant.role)
        who = db.execute(held.where(RoleGrant.role.in_(STAFF))).all()
        cookies = {role.value: open_session(db, user_id).key for role, user_id in who}
        cookies["student"] = open_session(db, FIRST_ID + count // 4).key
        home = db.scalar(select(func.min(Department.id))) or 0
    return College(count, database, settings, cookies, home, 0)


def _fill(db: Session, count: int) -> None:
    for role in STAFF:
        person(db, role=role)
    homes = [make.department(db, f"B{number}").id for number in range(DEPARTMENTS)]
    platform_id = platforms.row_of(
        db, next(one for one in platforms.every(db) if one.key == "leetcode")
    )
    db.flush()
    db.execute(text("SET LOCAL session_replication_role = replica"))  # keys need no looking up
    db.execute(text("SET LOCAL synchronous_commit = off"))
    _people(db, count, homes)
    _accounts(db, count, platform_id)
    with without_indexes(db, Snapshot):
        _snapshots(db, count)
    for model in TABLES:
        _go_on_after(db, model)
    db.execute(text("SET LOCAL session_replication_role = origin"))
    _mentees(db, count)


def _go_on_after(db: Session, model: Any) -> None:
    """Let the table's own numbers follow those that were copied."""
    name = model.__tablename__
    db.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"))


def _people(db: Session, count: int, homes: list[int]) -> None:
    def users() -> Iterator[str]:
        for number, name, _register in people(count):
            mail = f"{number}@college.example"
            yield f"{FIRST_ID + number}\t{name}\t{name.casefold()}\t{mail}\t{mail}"

    def grants() -> Iterator[str]:
        for number in range(1, count + 1):
            yield f"{FIRST_ID + number}\t{homes[number % len(homes)]}"

    def students() -> Iterator[str]:
        for number, name, register in people(count):
            row, home = FIRST_ID + number, homes[number % len(homes)]
            year, semester = 2020 + number % 5, 1 + number % 8
            yield (
                f"{row}\t{row}\t{register}\t{register}\t{name.casefold()}\t{home}\t{year}\t{semester}"
            )

    for model, names, lines, given in (
        (User, ("id", "full_name", "sort_name", "email", "email_as_typed"), users(), {}),
        (RoleGrant, ("user_id", "department_id"), grants(), {"role": Role.STUDENT}),
        (
            Student,
            (
                "id",
                "user_id",
                "register_number",
                "register_key",
                "sort_name",
                "department_id",
                "admission_year",
                "semester",
            ),
            students(),
            {},
        ),
    ):
        copy_rows(db, model, names, lines, constants(db, model, names, **given))


def _accounts(db: Session, count: int, platform_id: int) -> None:
    names = ("id", "student_id", "username", "username_key", "linked_on")
    began = (clock.today() - timedelta(weeks=WEEKS + 1)).isoformat()
    lines = (
        f"{number}\t{FIRST_ID + number}\tcoder{number}\tcoder{number}\t{began}"
        for number in range(1, count + 1)
    )
    given = {"platform_id": platform_id, "proof_code": "quad-bench"}
    copy_rows(db, CodingAccount, names, lines, constants(db, CodingAccount, names, **given))


def _snapshots(db: Session, count: int) -> None:
    names = (
        "account_id",
        "student_id",
        "taken_on",
        "total_solved",
        "easy_solved",
        "hard_solved",
        "contest_rating",
    )
    given = {"source": Source.MANUAL, "status": Status.APPROVED, "slot": HELD}
    rest = constants(db, Snapshot, names, **given)
    copy_rows(db, Snapshot, names, _lines(count), rest)


def _lines(count: int) -> Iterator[str]:
    chance, today = Random(7), clock.today()
    days = [today - timedelta(weeks=WEEKS - place, days=1) for place in range(WEEKS)]
    usual, old = ([day.isoformat() for day in days], [(day - QUIET).isoformat() for day in days])
    for number in range(1, count + 1):
        total, pace = int(2_000 * chance.random() ** 3), chance.randrange(18)
        row = FIRST_ID + number
        for day in usual if number % QUIET_EVERY else old:
            total += int(chance.random() * (pace + 1))
            yield f"{number}\t{row}\t{day}\t{total}\t{total // 2}\t{total // 9}\t{1_000 + total}"


def _mentees(db: Session, count: int) -> None:
    counsellor = db.scalar(
        select(func.min(RoleGrant.user_id)).where(RoleGrant.role == Role.COUNSELLOR)
    )
    some = range(FIRST_ID + count - min(MENTEES, count) + 1, FIRST_ID + count + 1)
    kind = MentorKind.COUNSELLOR
    db.execute(
        insert(MentorAssignment),
        [{"mentee_id": one, "mentor_id": counsellor, "kind": kind} for one in some],
    )
    now, today = clock.now(), clock.today()
    latest = (
        select(
            Snapshot.account_id,
            Snapshot.student_id,
            literal(today, Snapshot.taken_on.type),
            func.max(Snapshot.total_solved) + 9,
            literal(Source.MANUAL, Snapshot.source.type),
            literal(Status.PENDING, Snapshot.status.type),
            literal(HELD),
            literal([], Snapshot.flags.type),
            literal(False),
            literal(""),
            literal(now, Snapshot.created_at.type),
            literal(now, Snapshot.created_at.type),
        )
        .where(Snapshot.student_id.in_(some))
        .group_by(Snapshot.account_id, Snapshot.student_id)
    )
    names = (
        "account_id",
        "student_id",
        "taken_on",
        "total_solved",
        "source",
        "status",
        "slot",
        "flags",
        "flagged",
        "note",
        *STAMPS,
    )
    table: Any = Snapshot.__table__
    db.connection().execute(insert(table).from_select(names, latest))
