"""The demo college: big enough to be lively, the same every time, with somebody in every role."""

from __future__ import annotations

import shutil
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student, StudentStatus
from quad.academics.models.results import Award, AwardKind, EnrolmentResult, Mark, TermStanding
from quad.academics.models.teaching import Component, Enrolment, EnrolmentStatus, Offering
from quad.academics.service import rollups
from quad.cli.demo import plan
from quad.cli.demo.college import TEACHER
from quad.cli.demo.command import fill
from quad.core.config import Settings
from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.core.jobs.runtime import attach
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.identity.models.mentors import MentorAssignment
from quad.institution.models import (
    Batch,
    Campus,
    ClassGroup,
    Degree,
    Department,
    GradingScheme,
    Term,
)
from tests.databases import Workshop

pytestmark = pytest.mark.feature("L55", "C31", "A70")

SMALL = 6
# Everything that tells one filling from another; times and numbers of sessions do not.
COMPARED = (
    (User, ("id", "full_name", "email")),
    (RoleGrant, ("user_id", "role", "department_id")),
    (Student, ("id", "register_number", "class_id", "status", "cgpa", "credits_earned")),
    (Offering, ("id", "course_id", "term_id", "faculty_id", "state")),
    (Enrolment, ("id", "student_id", "offering_id", "attempt", "status", "withdrawn_on")),
    (Component, ("id", "offering_id", "name", "due_on", "weight")),
    (Mark, ("id", "enrolment_id", "component_id", "value", "absent", "current")),
    (EnrolmentResult, ("enrolment_id", "letter", "points", "standing")),
)


def rows(db: Session) -> list[list[tuple[Any, ...]]]:
    found = []
    for kind, names in COMPARED:
        table: Any = kind.__table__
        query = select(*(table.c[name] for name in names)).order_by(table.c[names[0]])
        found.append(sorted(map(repr, map(tuple, db.execute(query)))))
    return found  # type: ignore[return-value]


@pytest.fixture(scope="module")
def college(filled_demo: Path, tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Any:
    """A copy of the demo's database, for all tests here."""
    folder = tmp_path_factory.mktemp("college")
    shutil.copytree(filled_demo / "data", folder, dirs_exist_ok=True)
    database = Database(f"sqlite:///{folder / 'quad.db'}")
    attach(database, settings)
    yield database
    database.dispose()


@pytest.mark.torture
def test_the_same_seed_fills_the_same_rows(tmp_path: Path, settings: Settings) -> None:
    workshop = Workshop(tmp_path, "again")
    with workshop.database("sqlite") as one, workshop.database("sqlite") as other:
        for each in (one, other):
            attach(each, settings)
            fill(each, settings, SMALL)
        with one.reading() as first, other.reading() as second:
            assert rows(first) == rows(second)
    workshop.close()


def test_there_are_six_hundred_students_in_four_departments_and_eight_semesters() -> None:
    assert len(plan.DEPARTMENTS) == len(plan.PROGRAMMES) == 4
    assert len(plan.PROGRAMMES) * len(plan.BATCHES) * plan.STUDENTS == 600
    assert plan.SEMESTERS == 8


def test_every_place_and_every_role_is_there(college: Database) -> None:
    with college.reading() as db:

        def count(kind: Any) -> int:
            return db.scalar(select(func.count()).select_from(kind)) or 0

        assert count(Student) == 600
        assert (count(Campus), count(Degree), count(Department)) == (2, 3, 4)
        assert (count(Batch), count(ClassGroup), count(GradingScheme)) == (20, 40, 5)
        assert set(db.scalars(select(RoleGrant.role))) == set(Role)
        heads = db.scalars(select(RoleGrant.department_id).where(RoleGrant.role == Role.HOD)).all()
        assert len(heads) == len(set(heads)) == 4
        # Whoever signs in as a head or as a teacher has something to teach this term.
        now = select(Offering.faculty_id).join(Term, Term.id == Offering.term_id)
        teaching = set(db.scalars(now.where(Term.is_current)))
        addresses = [f"{mailbox}@{plan.DOMAIN}" for mailbox in ("cse1", "cse2")]
        visited = select(User.id).where(User.email.in_(addresses))
        assert set(db.scalars(visited)) <= teaching
        studying = select(Student.user_id).where(Student.admission_year != min(plan.BATCHES))
        looked_after = db.scalars(select(MentorAssignment.mentee_id)).all()
        assert sorted(looked_after) == sorted([*db.scalars(studying)] * 2)


def test_terms_go_from_locked_to_published_to_open(college: Database) -> None:
    with college.reading() as db:
        found = db.execute(
            select(Term.code, Term.is_current, Offering.state)
            .join(Offering, Offering.term_id == Term.id)
            .distinct()
            .order_by(Term.starts_on)
        ).all()
    states = [(row.code, row.state.value) for row in found]
    assert [state for _code, state in states] == ["locked"] * 7 + ["published", "draft"]
    assert [row.code for row in found if row.is_current] == ["2026-ODD"]


def test_marks_have_what_happens_at_colleges(college: Database) -> None:
    with college.reading() as db:

        def some(kind: Any, *clauses: Any) -> bool:
            return bool(db.scalar(select(func.count()).select_from(kind).where(*clauses)))

        assert some(Mark, Mark.absent)
        assert some(Mark, Mark.current.is_(None))
        assert some(Enrolment, Enrolment.status == EnrolmentStatus.WITHDRAWN)
        assert some(Enrolment, Enrolment.attempt > 1)
        assert some(Award, Award.kind == AwardKind.INCOMPLETE)
        assert some(EnrolmentResult, EnrolmentResult.passed.is_(False))
        assert some(Student, Student.status == StudentStatus.GRADUATED)
        assert some(Student, Student.cgpa.is_not(None))


def test_names_come_from_several_cultures_and_scripts(college: Database) -> None:
    with college.reading() as db:
        names = list(db.scalars(select(User.full_name)))
    # One teacher is there twice, for whoever tries out merging.
    assert len(set(names)) == len(names) - 1
    assert names.count(TEACHER) == 2
    scripts = {
        unicodedata.name(letter).split()[0] for name in names for letter in name if letter.isalpha()
    }
    assert len(scripts) >= 6


def test_what_is_derived_equals_a_rebuild(college: Database) -> None:
    kinds = (EnrolmentResult, TermStanding)

    def derived(db: Session) -> list[list[str]]:
        found = []
        for kind in kinds:
            table: Any = kind.__table__
            names = [column for column in table.columns if column.name != "id"]
            found.append(sorted(repr(tuple(row)) for row in db.execute(select(*names))))
        return found

    with college.reading() as db:
        before = derived(db)
        ids = list(db.scalars(select(Student.id)))
    with college.writer() as db, unit(db):
        for kind in kinds:
            db.execute(delete(kind))
        rollups.rebuild_rollups(db, ids)
    with college.reading() as db:
        assert derived(db) == before
