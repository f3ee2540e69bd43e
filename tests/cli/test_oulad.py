"""`quad import oulad`: the dataset's shape in small files, what is refused, and that a second time changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from quad.academics.importers.oulad.run import Report, run_folder
from quad.academics.models.people import Student
from quad.academics.models.results import Award, EnrolmentResult, Mark, Standing, TermStanding
from quad.academics.models.teaching import (
    Component,
    Course,
    Enrolment,
    EnrolmentStatus,
    Offering,
    ResultState,
)
from quad.academics.service import rollups
from quad.audit.models import AuditEntry
from quad.core.config import Settings
from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.core.files import Files, StoredFile
from quad.core.importing.models import Import
from quad.core.policy import SYSTEM
from quad.identity.models.accounts import RoleGrant, User
from quad.institution.models import Term
from tests.cli.conftest import Installation

pytestmark = pytest.mark.feature("L55", "C31")

COURSES = """code_module,code_presentation,module_presentation_length
AAA,2013J,268
AAA,2014J,269
BBB,2013B,240
"""
ASSESSMENTS = """code_module,code_presentation,id_assessment,assessment_type,date,weight
AAA,2013J,1752,TMA,19,40.0
AAA,2013J,1753,CMA,54,60.0
AAA,2013J,1757,Exam,,100.0
AAA,2014J,1758,TMA,19,100.0
BBB,2013B,14984,TMA,19,12.5
"""
STUDENTS = """code_module,code_presentation,id_student,gender,region,highest_education,imd_band,age_band,\
num_of_prev_attempts,studied_credits,disability,final_result
AAA,2013J,11391,M,East Anglian Region,HE Qualification,90-100%,55<=,0,240,False,Pass
AAA,2013J,28400,F,Scotland,HE Qualification,20-30%,35-55,0,60,False,Fail
AAA,2013J,30268,F,Wales,A Level or Equivalent,,35-55,0,60,True,Withdrawn
AAA,2014J,28400,F,Scotland,HE Qualification,20-30%,35-55,1,60,False,Distinction
BBB,2013B,30268,F,Wales,A Level or Equivalent,30-40%,35-55,2,30,True,Withdrawn
"""
REGISTRATIONS = """code_module,code_presentation,id_student,date_registration,date_unregistration
AAA,2013J,11391,-159,
AAA,2013J,28400,,100
AAA,2013J,30268,-92,12
AAA,2014J,28400,-50,
BBB,2013B,30268,-20,
"""
RESULTS = """id_assessment,id_student,date_submitted,is_banked,score
1752,11391,18,False,78
1753,11391,60,False,
1752,28400,22,True,70
1758,28400,-1,True,100
14984,30268,22,False,0
"""
FILES = {
    "course.csv": COURSES,
    "assessment.csv": ASSESSMENTS,
    "student.csv": STUDENTS,
    "student_registration.csv": REGISTRATIONS,
    "student_assessment.csv": RESULTS,
}
PUBLIC_NAMES = {
    "course.csv": "courses.csv",
    "assessment.csv": "assessments.csv",
    "student.csv": "studentInfo.csv",
    "student_registration.csv": "studentRegistration.csv",
    "student_assessment.csv": "studentAssessment.csv",
}
SORTS = (User, RoleGrant, Student, Course, Offering, Component, Enrolment, Mark, Award, Import)
KEPT = (*SORTS, EnrolmentResult, TermStanding, AuditEntry)

Run = Callable[..., Report]


def write(folder: Path, **changed: str) -> Path:
    """Write the dataset's files, some of them changed: `student="…"` is student.csv."""
    folder.mkdir(exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(changed.get(name.removesuffix(".csv"), text))
    return folder


def counts(db: Session) -> dict[str, int]:
    return {
        kind.__tablename__: db.scalar(select(func.count()).select_from(kind)) or 0 for kind in KEPT
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "oulad")


@pytest.fixture
def run(database: Database, settings: Settings) -> Run:
    def again(folder: Path, **options: Any) -> Report:
        files = Files.from_settings(settings)
        return run_folder(database, files, folder, SYSTEM, tell=lambda *_: None, **options)

    return again


def places(db: Session) -> dict[tuple[str, str, str], Any]:
    """Return enrolments with their results, by course, term and register number."""
    rows = db.execute(
        select(
            Course.code,
            Term.code,
            Student.register_number,
            Enrolment.attempt,
            Enrolment.status,
            Enrolment.enrolled_on,
            Enrolment.withdrawn_on,
            EnrolmentResult.letter,
            EnrolmentResult.standing,
            EnrolmentResult.passed,
            Offering.state,
        )
        .select_from(Enrolment)
        .join(Offering, Offering.id == Enrolment.offering_id)
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .join(Student, Student.id == Enrolment.student_id)
        .join(EnrolmentResult, EnrolmentResult.enrolment_id == Enrolment.id)
    )
    return {(row[0], row[1], row[2]): row for row in rows}


@pytest.mark.db
def test_everything_comes_in_as_it_is_given(run: Run, folder: Path, database: Database) -> None:
    report = run(folder)
    assert (report.state, report.errors) == ("done", 0)
    with database.reading() as db:
        terms = {row.code: (row.starts_on, row.ends_on) for row in db.scalars(select(Term))}
        assert terms["2013J"] == (date(2013, 10, 1), date(2014, 6, 26))
        assert terms["2013B"] == (date(2013, 2, 1), date(2013, 9, 29))
        found = places(db)
        passed = found["AAA", "2013J", "11391"]
        assert (passed.letter, passed.passed, passed.standing) == ("Pass", True, Standing.FINAL)
        assert (passed.enrolled_on, passed.state) == (date(2013, 4, 25), ResultState.LOCKED)
        failed = found["AAA", "2013J", "28400"]
        assert (failed.letter, failed.passed) == ("Fail", False)
        # Registered without a date, and gone from the register without having withdrawn.
        assert (failed.enrolled_on, failed.withdrawn_on) == (None, None)
        assert failed.status is EnrolmentStatus.ENROLLED
        again = found["AAA", "2014J", "28400"]
        assert (again.attempt, again.letter) == (2, "Distinction")
        left = found["AAA", "2013J", "30268"]
        assert (left.withdrawn_on, left.standing) == (date(2013, 10, 13), Standing.WITHDRAWN)
        assert found["BBB", "2013B", "30268"].withdrawn_on is None
        assert found["BBB", "2013B", "30268"].attempt == 3


@pytest.mark.db
def test_marks_keep_what_they_are(run: Run, folder: Path, database: Database) -> None:
    run(folder)
    with database.reading() as db:
        rows = db.execute(
            select(Component.name, Student.register_number, Mark.value, Mark.carried_over)
            .join(Component, Component.id == Mark.component_id)
            .join(Enrolment, Enrolment.id == Mark.enrolment_id)
            .join(Student, Student.id == Enrolment.student_id)
        )
        marks = {(row.name, row.register_number): tuple(row[2:]) for row in rows}
        kinds = {row.name: row for row in db.scalars(select(Component))}
    assert marks == {
        ("TMA 1752", "11391"): (Decimal(78), False),
        ("CMA 1753", "11391"): (None, False),
        ("TMA 1752", "28400"): (Decimal(70), True),
        ("TMA 1758", "28400"): (Decimal(100), True),
        ("TMA 14984", "30268"): (Decimal(0), False),
    }
    assert (kinds["Exam 1757"].kind.value, kinds["Exam 1757"].due_on) == ("external", None)
    assert (kinds["TMA 1752"].kind.value, kinds["TMA 1752"].due_on) == (
        "assignment",
        date(2013, 10, 20),
    )
    assert kinds["TMA 14984"].weight == Decimal("12.5")
    assert [kinds[name].position for name in ("TMA 1752", "CMA 1753", "Exam 1757")] == [0, 1, 2]


def test_people_have_an_address_that_takes_no_mail_and_no_password(
    run: Run, folder: Path, database: Database
) -> None:
    run(folder)
    with database.reading() as db:
        rows = db.execute(
            select(User.full_name, User.email, User.password_hash, Student.admission_year)
            .join(Student, Student.user_id == User.id)
            .order_by(Student.id)
        )
        people = {tuple(row) for row in rows}
    assert people == {
        ("Student 11391", "s11391@oulad.invalid", None, 2013),
        ("Student 28400", "s28400@oulad.invalid", None, 2013),
        ("Student 30268", "s30268@oulad.invalid", None, 2013),
    }


@pytest.mark.db
def test_importing_again_changes_nothing(run: Run, folder: Path, database: Database) -> None:
    first = run(folder)
    with database.reading() as db:
        before = counts(db)
    again = run(folder)
    assert (again.state, again.counts.total("new"), again.counts.total("changed")) == ("done", 0, 0)
    assert again.counts.total("same") == first.counts.total("new")
    with database.reading() as db:
        after = counts(db)
    assert after.pop("core_import") == before.pop("core_import") + 1
    assert after.pop("audit_entry") == before.pop("audit_entry") + 1
    assert after == before


def test_results_and_averages_are_those_of_a_rebuild(
    run: Run, folder: Path, database: Database
) -> None:
    run(folder)

    def derived(db: Session) -> list[Any]:
        names = rollups.RESULT
        table: Any = EnrolmentResult.__table__
        rows = db.execute(select(*(table.c[name] for name in names)).order_by(table.c.enrolment_id))
        students = db.execute(select(Student.id, Student.cgpa, Student.credits_earned))
        standings: Any = TermStanding.__table__
        terms = db.execute(
            select(*(standings.c[name] for name in rollups.STANDING)).order_by(
                standings.c.student_id, standings.c.term_id
            )
        )
        return [*map(tuple, rows), *map(tuple, students), *map(tuple, terms)]

    with database.reading() as db:
        before = derived(db)
        ids = list(db.scalars(select(Student.id)))
    assert before
    with database.writer() as db, unit(db):
        for model in (EnrolmentResult, TermStanding):
            db.execute(delete(model))
        rollups.rebuild_rollups(db, ids)
    with database.reading() as db:
        assert derived(db) == before


def test_one_audit_entry_stands_for_the_batch_and_names_its_files(
    run: Run, folder: Path, database: Database, settings: Settings
) -> None:
    report = run(folder)
    with database.reading() as db:
        entries = db.scalars(select(AuditEntry)).all()
        assert [(entry.action, entry.changes) for entry in entries] == [("import applied", [])]
        assert entries[0].data == {"import_id": report.id, "kind": "oulad"}
        batch = db.get_one(Import, report.id)
        file = db.get_one(StoredFile, batch.file_id)
        assert (batch.new, batch.errors, file.name) == (report.counts.total("new"), 0, "oulad.zip")
        sha256 = file.sha256
    with Files.from_settings(settings).local(sha256) as path:
        assert path.stat().st_size > 100


def test_the_names_of_the_public_download_are_understood_too(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "public"
    other.mkdir()
    for name, public in PUBLIC_NAMES.items():
        text = (folder / name).read_text()
        # This edition quotes everything and writes an empty cell as a question mark.
        lines = [
            ",".join(f'"{cell or "?"}"' for cell in line.split(",")) for line in text.splitlines()
        ]
        (other / public).write_text("\r\n".join(lines) + "\r\n")
    assert run(other).counts.as_json() == run(folder, dry_run=True).counts.as_json() | {
        name: {"new": count["same"], "changed": 0, "same": 0}
        for name, count in run(folder).counts.as_json().items()
    }


def test_a_preview_counts_and_writes_nothing(run: Run, folder: Path, database: Database) -> None:
    with database.reading() as db:
        before = counts(db)
    report = run(folder, dry_run=True)
    assert (report.state, report.counts.students.new, report.counts.marks.new) == (
        "previewed",
        3,
        5,
    )
    with database.reading() as db:
        assert counts(db) == before


BROKEN = {
    "cut within a line": (
        {"student_assessment": RESULTS[:-3]},
        [("student_assessment.csv", 6, "This line does not have the 5 cells of the first line.")],
    ),
    "cut within a number": (
        {"student_assessment": RESULTS + "1752,30268,3,False,7"},
        [("student_assessment.csv", 7, "cut off")],
    ),
    "a score out of range": (
        {"student_assessment": RESULTS.replace("False,78", "False,178")},
        [("student_assessment.csv", 2, "100")],
    ),
    "an unknown result": (
        {"student": STUDENTS.replace("False,Pass", "False,Passed")},
        [
            ("student.csv", 2, ""),
            ("student_registration.csv", 2, "does not take this presentation"),
            ("student_assessment.csv", 2, "does not take this presentation"),
            ("student_assessment.csv", 3, "does not take this presentation"),
        ],
    ),
    "no registration": (
        {"student_registration": REGISTRATIONS.replace("BBB,2013B,30268,-20,\n", "")},
        [
            ("student.csv", 6, "no good line for this student in student_registration.csv"),
            ("student_assessment.csv", 6, "does not take this presentation"),
        ],
    ),
    "an unknown presentation": (
        {"course": COURSES.replace("BBB,2013B,240\n", "")},
        [
            ("assessment.csv", 6, "There is no presentation BBB 2013B in course.csv."),
            ("student.csv", 6, "There is no presentation BBB 2013B"),
            ("student_registration.csv", 6, "There is no presentation BBB 2013B"),
            ("student_assessment.csv", 6, "There is no assessment 14984 in assessment.csv."),
        ],
    ),
    "the same twice": (
        {"student": STUDENTS + STUDENTS.splitlines()[1] + "\n"},
        [("student.csv", 7, "Line 2 has the same.")],
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_named_line_by_line_and_changes_nothing(
    run: Run, tmp_path: Path, database: Database, name: str
) -> None:
    changed, expected = BROKEN[name]
    with database.reading() as db:
        before = counts(db)
    report = run(write(tmp_path / "broken", **changed))
    found = [(problem.file, problem.line) for problem in report.problems]
    assert found == [(file, line) for file, line, _sentence in expected]
    assert report.errors == len(expected)
    for problem, (_file, _line, sentence) in zip(report.problems, expected, strict=True):
        assert sentence in problem.sentence
    assert report.state == "refused"
    with database.reading() as db:
        assert counts(db) == before


def test_the_good_lines_go_in_when_asked_and_the_rest_later(
    run: Run, tmp_path: Path, database: Database
) -> None:
    broken = write(tmp_path / "broken", student_assessment=RESULTS.replace("False,78", "False,178"))
    report = run(broken, skip_bad=True)
    assert (report.state, report.errors, report.counts.marks.new) == ("done", 1, 4)
    with database.reading() as db:
        # Not locked, so that the corrected file can complete it.
        assert set(db.scalars(select(Offering.state))) == {ResultState.PUBLISHED}
    whole = run(write(tmp_path / "whole"))
    assert (whole.errors, whole.counts.total("new"), whole.counts.total("changed")) == (0, 1, 0)
    with database.reading() as db:
        states = dict(
            db.execute(
                select(Course.code + Term.code, Offering.state)
                .join(Course, Course.id == Offering.course_id)
                .join(Term, Term.id == Offering.term_id)
            ).all()
        )
    assert states["AAA2013J"] is ResultState.LOCKED


def test_locked_results_are_not_changed_by_an_edited_file(
    run: Run, folder: Path, tmp_path: Path, database: Database
) -> None:
    run(folder)
    with database.reading() as db:
        before = counts(db)
    edited = write(
        tmp_path / "edited",
        student_assessment=RESULTS.replace("False,78", "False,80"),
        student=STUDENTS.replace("False,Fail", "False,Pass"),
    )
    report = run(edited)
    assert report.state == "refused"
    assert [(problem.file, problem.line) for problem in report.problems] == [
        ("student_assessment.csv", 2),
        ("student.csv", 3),
    ]
    assert "are locked" in report.problems[0].sentence
    with database.reading() as db:
        assert counts(db) == before


def test_reopened_results_take_the_difference_and_keep_the_old(
    run: Run, folder: Path, tmp_path: Path, database: Database
) -> None:
    run(folder)
    with database.writer() as db, unit(db):
        for offering in db.scalars(select(Offering)):
            offering.state = ResultState.PUBLISHED
    edited = write(
        tmp_path / "edited",
        student_assessment=RESULTS.replace("False,78", "False,80"),
        student=STUDENTS.replace("False,Fail", "False,Pass"),
    )
    report = run(edited)
    assert (report.errors, report.counts.marks.changed, report.counts.results.changed) == (0, 1, 1)
    with database.reading() as db:
        values = db.execute(
            select(Mark.value, Mark.current).where(Mark.value.in_([Decimal(78), Decimal(80)]))
        ).all()
        assert {tuple(row) for row in values} == {(Decimal(78), None), (Decimal(80), 1)}
        assert places(db)["AAA", "2013J", "28400"].letter == "Pass"


def test_a_number_of_the_college_is_not_mixed_up_with_one_of_the_dataset(
    run: Run, folder: Path, database: Database
) -> None:
    with database.writer() as db, unit(db):
        user = User(
            full_name="Asha Rao",
            sort_name="rao, asha",
            email="asha@college.example",
            email_as_typed="asha@college.example",
        )
        db.add(user)
        db.flush()
        db.add(
            Student(
                user_id=user.id,
                register_number="11391",
                register_key="11391",
                sort_name="rao, asha",
                admission_year=2026,
            )
        )
    report = run(folder)
    assert (report.state, [problem.line for problem in report.problems]) == ("refused", [2])
    assert "another student with the number 11391" in report.problems[0].sentence
    good = run(folder, skip_bad=True)
    assert (good.state, good.counts.students.new) == ("done", 2)


def test_the_command_says_what_it_did(site: Installation, folder: Path) -> None:
    told = site.quad("import", "oulad", str(folder))
    assert told.code == 0, told.err
    assert "Students" in told.out
    again = site.quad("import", "oulad", str(folder), "--json")
    assert (again.code, again.json["new"], again.json["changed"]) == (0, 0, 0)
    assert again.json["counts"]["enrolments"] == {"new": 0, "changed": 0, "same": 5}


def test_the_command_names_file_line_and_sentence(site: Installation, tmp_path: Path) -> None:
    broken = write(tmp_path / "broken", course=COURSES.replace("268", "many"))
    told = site.quad("import", "oulad", str(broken))
    assert told.code == 1
    assert "course.csv, line 2, module_presentation_length:" in told.err
    assert "Nothing was written." in told.err
    as_json = site.quad("import", "oulad", str(broken), "--json")
    assert as_json.code == 1
    assert json.loads(as_json.out)["problems"][0]["file"] == "course.csv"


def test_a_folder_without_the_files_is_refused_in_one_sentence(
    site: Installation, folder: Path
) -> None:
    (folder / "student.csv").unlink()
    told = site.quad("import", "oulad", str(folder))
    assert told.code == 1
    assert "has no file student.csv" in told.err
    assert "is no folder" in site.quad("import", "oulad", str(folder / "course.csv")).err
    assert "is a folder" in site.quad("import", "students", str(folder)).err
