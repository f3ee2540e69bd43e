"""What is exported goes in again: a whole college leaves one installation and arrives in another."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from quad.academics.models.people import Student
from quad.academics.models.results import EnrolmentResult
from quad.academics.models.teaching import Course, Enrolment, Offering
from quad.cli.demo.command import fill
from quad.core.config import Settings
from quad.core.facts import unit
from quad.core.jobs.runtime import attach
from tests.cli.conftest import Installation, install
from tests.databases import build_schema
from tests.factories import academics

pytestmark = [pytest.mark.slow, pytest.mark.feature("C30")]

SMALL = 3


@pytest.fixture
def college(tmp_path: Path, settings: Settings) -> Installation:
    """An installation with a small demo college."""
    site = _empty(tmp_path / "college")
    with site.database() as database:
        attach(database, settings)
        fill(database, settings, SMALL)
    return site


def _empty(folder: Path) -> Installation:
    site = install(folder)
    build_schema(f"sqlite:///{folder / 'quad.db'}")
    return site


def _results(site: Installation) -> set[tuple[Any, ...]]:
    """Return every derived result with its student's averages, without the numbers of rows."""
    with site.reading() as db:
        columns = (
            Student.register_number,
            Student.cgpa,
            Student.credits_earned,
            Course.code,
            Offering.section,
            Enrolment.attempt,
            EnrolmentResult.letter,
            EnrolmentResult.points,
            EnrolmentResult.percentage,
            EnrolmentResult.counts,
        )
        rows = db.execute(
            select(*columns)
            .join(Enrolment, Enrolment.id == EnrolmentResult.enrolment_id)
            .join(Student, Student.id == Enrolment.student_id)
            .join(Offering, Offering.id == Enrolment.offering_id)
            .join(Course, Course.id == Offering.course_id)
        )
        return {tuple(row) for row in rows}


def _lines(folder: Path) -> dict[str, list[list[str]]]:
    """Return each file's lines, without their order: rows are numbered anew where they arrive."""
    found = {}
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as stream:
            head, *lines = csv.reader(stream)
        found[file.name] = [head, *sorted(lines)]
    return found


def test_an_exported_college_imported_into_an_empty_quad_is_the_same_college(
    college: Installation, tmp_path: Path
) -> None:
    away, back = tmp_path / "away", tmp_path / "back"
    assert college.quad("export", "all", str(away)).code == 0
    other = _empty(tmp_path / "other")
    brought = other.quad("import", "all", str(away))
    assert brought.code == 0, brought.out + brought.err
    assert other.quad("export", "all", str(back)).code == 0
    assert _lines(back) == _lines(away)
    assert len(_lines(away)["80-jobs.csv"]) > 1
    assert _results(other) == _results(college)
    again = other.quad("import", "all", str(away), "--json")
    assert again.code == 0, again.out + again.err
    assert not re.findall(r'"(?:new|changed|errors)": [1-9]', again.out)


def test_an_export_of_nothing_known_or_to_no_table_file_is_refused(site: Installation) -> None:
    with site.database() as database, database.writer() as db, unit(db):
        academics.college(db)
    unknown = site.quad("export", "dreams", "dreams.csv")
    assert unknown.code == 1
    assert "There are: grading-schemes" in unknown.err
    assert "neither a .csv nor an .xlsx" in site.quad("export", "terms", "terms.doc").err
    assert site.quad("export", "terms", "terms.xlsx").code == 0
    assert site.quad("import", "terms", "terms.xlsx").code == 0
