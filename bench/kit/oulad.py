"""The Open University's dataset as a college for the benchmarks: imported as `quad import oulad` does it.

The dataset has students and offerings, but nobody who administers or teaches. One of each is added; the teacher gets
the offering whose roster is nearest to 300 students who did not withdraw (AAA 2014J has 299). The student with most
enrolments gets an e-mail address, without which nobody comes in.
"""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bench.kit.college import LECTURE, College, settings_for
from quad.academics.importers.oulad.run import run_folder
from quad.academics.models.people import Student
from quad.academics.models.teaching import Enrolment, EnrolmentStatus, Offering
from quad.app import load_modules
from quad.core.config import Settings
from quad.core.db import migration
from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.core.files import Files
from quad.core.policy import SYSTEM
from quad.identity.models.accounts import User
from quad.identity.service.sessions import open_session
from tests.factories import academics as make
from tests.factories.people import person

CHECKOUT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("QUAD_OULAD_DIR", CHECKOUT.parent / "shared" / "data" / "oulad"))
ADMINISTRATOR = "administrator@bench.example"
STUDENT = "student@bench.example"


def enrol(folder: Path, source: Path, database_url: str = "") -> College:
    """Return the dataset's college; a database that holds it already and has today's tables is not filled again."""
    folder.mkdir(parents=True, exist_ok=True)
    load_modules()
    settings = settings_for(folder, database_url)
    database = Database(settings.database)
    if not _there(database):
        migration.reset(database)
        _import(database, settings, source)
    with database.writer() as db, unit(db):
        offering = _nearest(db, LECTURE)
        who = {
            "admin": db.scalars(select(User.id).where(User.email == ADMINISTRATOR)).one(),
            "faculty": offering.faculty_id or 0,
            "student": db.scalars(select(User.id).where(User.email == STUDENT)).one(),
        }
        cookies = {role: open_session(db, user_id).key for role, user_id in who.items()}
        students = db.scalar(select(func.count()).select_from(Student)) or 0
        number = offering.id
    return College(students, database, settings, cookies, number, number)


def _there(database: Database) -> bool:
    """Tell whether the database is filled, to the end, with tables as they are today."""
    state = migration.current(database)
    if state.current != state.newest or migration.differences(database):
        return False
    with database.reading() as db:
        return db.scalar(select(User.id).where(User.email == ADMINISTRATOR)) is not None


def _import(database: Database, settings: Settings, source: Path) -> None:
    report = run_folder(
        database, Files.from_settings(settings), source, SYSTEM, tell=lambda *_: None
    )
    if report.state != "done":
        raise SystemExit(f"the dataset was not imported: {report.problem or report.problems[:3]}")
    with database.writer() as db, unit(db):
        _nearest(db, LECTURE).faculty_id = make.teacher(db).user_id
        pupil = db.get_one(User, _oldest_hand(db))
        pupil.email = pupil.email_as_typed = STUDENT
        person(db, role="admin", email=ADMINISTRATOR)
    with database.writer() as db:
        db.execute(text("ANALYZE"))
        db.commit()


def _nearest(db: Session, size: int) -> Offering:
    """Return the offering with a roster nearest to `size`."""
    enrolled = (
        select(Enrolment.offering_id, func.abs(func.count() - size).label("away"))
        .where(Enrolment.status == EnrolmentStatus.ENROLLED)
        .group_by(Enrolment.offering_id)
        .subquery()
    )
    wanted = select(Offering).join(enrolled, enrolled.c.offering_id == Offering.id)
    return db.scalars(wanted.order_by(enrolled.c.away, Offering.id).limit(1)).one()


def _oldest_hand(db: Session) -> int:
    """Return the student with most enrolments."""
    return db.scalars(
        select(Student.user_id)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .group_by(Student.user_id)
        .order_by(func.count().desc(), Student.user_id)
        .limit(1)
    ).one()
