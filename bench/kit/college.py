"""A filled college for the benchmarks: many students set-wise, one class with marks, one student with past terms."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.orm import Session

from bench.bench_lists import people
from quad.academics.models.people import Student
from quad.academics.models.results import Mark
from quad.academics.models.teaching import Enrolment, Offering, ResultState
from quad.academics.service import findable, rollups
from quad.core import clock
from quad.core.config import Mode, Settings
from quad.core.db import migration
from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.core.search.index import index_many
from quad.core.search.searchable import Document
from quad.identity.models.accounts import Role, RoleGrant, User, UserSession
from quad.identity.service.secrets import fingerprint
from quad.identity.service.sessions import open_session
from quad.institution.models import Department, Programme
from tests.factories import academics as make
from tests.factories.people import person

BATCH = 5_000
FIRST_ID = 1_000  # the numbers below belong to those whom the factories add
DEPARTMENTS = 8
CLASS = 60
LECTURE = 300
TERMS = 5
COURSES_PER_TERM = 6


@dataclass
class College:
    """A filled database, who signs in to it, and the server in front of it."""

    students: int
    database: Database
    settings: Settings
    cookies: dict[str, str]
    offering_id: int
    lecture_id: int
    port: int = 0
    pid: int = 0
    term_id: int = 0


def settings_for(folder: Path, database: str = "") -> Settings:
    """Return the settings of a real installation, so that nothing made for developers is measured.

    Without an address the database is a SQLite file in `folder`.
    """
    return Settings(
        mode=Mode.PRODUCTION,
        data_dir=folder,
        database_url=SecretStr(database),
        secret_key=SecretStr("bench-" + os.urandom(24).hex()),
        mail_url="smtp://127.0.0.1:1",
        _env_file=None,
    )


def build(folder: Path, count: int, seconds: float, database_url: str = "") -> College:
    """Make a college of `count` students, or of as many as the time allows, in an empty database."""
    folder.mkdir()
    settings = settings_for(folder, database_url)
    database = Database(settings.database)
    migration.upgrade(database)
    with database.writer() as db, unit(db):
        people_at_work = {"admin": person(db, role="admin").id}
        homes = [make.department(db, f"B{number}") for number in range(DEPARTMENTS)]
        studies = make.programme(db, homes[0], make.scheme(db, default=True))
        lecturer = make.teacher(db, of=homes[0])
        people_at_work["faculty"] = lecturer.user_id
        filled = fill(db, count, homes, studies, time.perf_counter() + seconds)
        offering_id = teach(db, homes[0], lecturer, min(CLASS, filled))
        lecture_id = lecture(db, homes[0], min(LECTURE, filled))
        people_at_work["student"] = FIRST_ID + 1
        cookies = {role: open_session(db, who).key for role, who in people_at_work.items()}
    with database.writer() as db:
        db.execute(text("ANALYZE"))
        db.commit()
    return College(filled, database, settings, cookies, offering_id, lecture_id)


def visit(folder: Path, database_url: str) -> College:
    """Return a college that is filled already, with new sessions for three of its people.

    They are an administrator, the teacher of the largest offering whose teacher may sign in, and the student with most
    enrolments. `leave` ends the sessions.
    """
    settings = settings_for(folder, database_url)
    database = Database(settings.database)
    with database.writer() as db, unit(db):
        offering_id, teacher = _largest(db, with_teacher=True)
        people_at_work = {
            "admin": db.scalars(
                select(RoleGrant.user_id).where(RoleGrant.role == Role.ADMIN)
            ).first(),
            "faculty": teacher,
            "student": db.scalar(
                select(Student.user_id)
                .join(Enrolment, Enrolment.student_id == Student.id)
                .group_by(Student.user_id)
                .order_by(func.count().desc())
                .limit(1)
            ),
        }
        missing = [role for role, who in people_at_work.items() if who is None]
        if missing:
            raise SystemExit(f"this database has nobody who is {' or '.join(missing)}")
        cookies = {role: open_session(db, who or 0).key for role, who in people_at_work.items()}
        lecture_id, _teacher = _largest(db, with_teacher=False)
        students = db.scalar(select(func.count()).select_from(Student)) or 0
    return College(students, database, settings, cookies, offering_id, lecture_id)


def _largest(db: Session, *, with_teacher: bool) -> tuple[int, int | None]:
    """Return the offering with most students, and its teacher."""
    wanted = (
        select(Offering.id, Offering.faculty_id)
        .join(Enrolment, Enrolment.offering_id == Offering.id)
        .group_by(Offering.id, Offering.faculty_id)
        .order_by(func.count().desc())
        .limit(1)
    )
    if with_teacher:
        wanted = wanted.join(RoleGrant, RoleGrant.user_id == Offering.faculty_id)
        wanted = wanted.where(RoleGrant.role == Role.FACULTY)
    row = db.execute(wanted).first()
    if row is None:
        raise SystemExit(
            "this database has no offering with students and a teacher who may sign in"
        )
    return row.id, row.faculty_id


def leave(college: College) -> None:
    """End the sessions that `visit` opened."""
    with college.database.writer() as db, unit(db):
        keys = [fingerprint(key) for key in college.cookies.values()]
        db.execute(delete(UserSession).where(UserSession.key_hash.in_(keys)))


def fill(
    db: Session, count: int, homes: Sequence[Department], studies: Programme, deadline: float
) -> int:
    """Insert students set-wise and make them findable; return how many there was time for."""
    batch: list[tuple[int, str, str]] = []
    done = 0
    for item in people(count):
        batch.append(item)
        if len(batch) == BATCH or item[0] == count:
            fill_batch(db, batch, [home.id for home in homes], studies.id)
            done, batch = item[0], []
            if time.perf_counter() > deadline:
                break
    return done


def fill_batch(
    db: Session, batch: Sequence[tuple[int, str, str]], homes: Sequence[int], studies: int
) -> None:
    """Insert accounts, roles, students and their search words."""
    stamps = {"created_at": clock.now(), "updated_at": clock.now()}
    users, grants, students, documents = [], [], [], []
    for number, name, register in batch:
        row = FIRST_ID + number
        home = homes[number % len(homes)]
        who = {"id": row, "full_name": name, "sort_name": name.casefold()}
        mail = {"email": f"{number}@college.example", "email_as_typed": f"{number}@college.example"}
        users.append(who | mail | stamps)
        grants.append({"user_id": row, "role": Role.STUDENT, "department_id": home} | stamps)
        students.append(
            {
                "id": row,
                "user_id": row,
                "register_number": register,
                "register_key": register,
                "sort_name": name.casefold(),
                "department_id": home,
                "programme_id": studies,
                "admission_year": 2020 + number % 5,
                "semester": 1 + number % 8,
            }
            | stamps
        )
        documents.append(
            Document(
                row,
                name,
                f"/students/{row}",
                sub=register,
                terms=(mail["email"],),
                place=name.casefold(),
            )
        )
    for model, rows in ((User, users), (RoleGrant, grants), (Student, students)):
        db.execute(insert(model), rows)
    index_many(db, findable.STUDENTS, documents, new=True)


def teach(db: Session, home: Department, lecturer: Any, size: int) -> int:
    """Give the first student five terms of results, and the teacher a class with marks; return the class's offering."""
    pupil = FIRST_ID + 1
    for number in range(TERMS):
        term = make.term(db, starts_on=date(2020 + number, 1, 1))
        for _course in range(COURSES_PER_TERM):
            taught = make.offering(db, taught=make.course(db, of=home), during=term, by=lecturer)
            mark_class(db, taught, [pupil])
            taught.state = ResultState.PUBLISHED
            db.flush()
    now = make.term(db, starts_on=date(2026, 1, 1), current=True)
    offering = make.offering(db, taught=make.course(db, of=home), during=now, by=lecturer)
    mark_class(db, offering, range(FIRST_ID + 1, FIRST_ID + 1 + size))
    rollups.rebuild_rollups(db, [pupil])
    return offering.id


def lecture(db: Session, home: Department, size: int) -> int:
    """Give another teacher a class as large as they come; return its offering."""
    during = make.term(db, starts_on=date(2025, 7, 1))
    taught = make.course(db, of=home)
    offering = make.offering(db, taught=taught, during=during, by=make.teacher(db, of=home))
    mark_class(db, offering, range(FIRST_ID + 1, FIRST_ID + 1 + size))
    return offering.id


def mark_class(db: Session, offering: Offering, students: Sequence[int]) -> None:
    """Enrol `students` and mark them in two components that are published."""
    parts = [
        make.component(db, offering, name=name, maximum=50, weight=50)
        for name in ("Internal", "Exam")
    ]
    for part in parts:
        part.published_at = datetime(2026, 1, 2, tzinfo=UTC)
    places = [
        Enrolment(student_id=student, offering_id=offering.id, enrolled_on=date(2026, 1, 1))
        for student in students
    ]
    db.add_all(places)
    db.flush()
    db.add_all(
        Mark(
            enrolment_id=place.id,
            component_id=part.id,
            value=Decimal(20 + (place.id + part.id) % 30),
        )
        for place in places
        for part in parts
    )
    db.flush()
    rollups.refresh(db, [place.id for place in places])
