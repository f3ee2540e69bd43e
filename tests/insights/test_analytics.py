"""Analytics: numbers that equal an independent count, lists behind them, and nobody beyond the own department."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quad.academics.models.people import Student, StudentStatus
from quad.academics.models.results import EnrolmentResult
from quad.academics.models.teaching import Offering, ResultState
from quad.academics.service import rollups
from quad.core import cubes
from quad.core.db.engine import Database
from quad.core.facts import unit
from tests.factories import academics as make

SignIn = Callable[..., FlaskClient]
pytestmark = pytest.mark.feature("C25", "L37", "L38", "L39")


class College:
    """Two departments with four students each in two terms; `marks` are the second term's by department."""

    marks = ((92, 75, 41, 20), (88, 30, 55, 66))

    def __init__(self, db: Session) -> None:
        scheme = make.scheme(db, default=True)
        self.homes = [make.department(db, "CS", "Computing"), make.department(db, "ME", "Machines")]
        self.terms = [
            make.term(db, starts_on=date(2025, 1, 10)),
            make.term(db, starts_on=date(2025, 8, 1)),
            make.term(db, starts_on=date(2026, 1, 10)),
        ]
        self.students: list[list[int]] = []
        self.offerings: list[int] = []
        for home, row in zip(self.homes, self.marks, strict=True):
            studies = make.programme(db, home, scheme)
            pupils = [
                make.student(db, on=studies, admission_year=2024 + place % 2)
                for place in range(len(row))
            ]
            self.students.append([pupil.id for pupil in pupils])
            taught = make.course(db, of=home, credits=4)
            lecturer = make.teacher(db, of=home)
            for term, values in ((self.terms[0], (50,) * len(row)), (self.terms[1], row)):
                offering = make.offering(db, taught=taught, during=term, by=lecturer)
                part = make.component(db, offering)
                for pupil, value in zip(pupils, values, strict=True):
                    attempt = 1 if term is self.terms[0] else 2
                    make.mark(db, make.enrolment(db, pupil, offering, attempt=attempt), part, value)
                offering.state = ResultState.PUBLISHED
                self.offerings.append(offering.id)
            db.flush()
            rollups.rebuild_rollups(db, self.students[-1])
        db.get_one(Student, self.students[1][0]).status = StudentStatus.GRADUATED


@pytest.fixture
def college(database: Database) -> College:
    with database.writer() as db, unit(db):
        return College(db)


def asked(client: FlaskClient, name: str = "overview", **question: Any) -> dict[str, Any]:
    answer = client.get(f"/api/v1/analytics/reports/{name}", query_string=question)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.get_json()["data"]
    return data


def figures(data: dict[str, Any]) -> dict[str, str]:
    return {one["label"]: one["value"] for one in data["figures"]}


def table(data: dict[str, Any], name: str) -> dict[str, list[Any]]:
    found = next(one for one in data["tables"] if one["name"] == name)
    return {row[0]["value"]: [cell["value"] for cell in row[1:]] for row in found["rows"]}


@pytest.mark.db
def test_the_overview_says_what_an_independent_count_says(
    college: College, as_role: SignIn, database: Database
) -> None:
    with database.reading() as db:
        studying = db.execute(
            select(Student.cgpa).where(Student.status == StudentStatus.ACTIVE)
        ).scalars()
        averages = [value for value in studying if value is not None]
        results = db.execute(
            select(EnrolmentResult.passed, EnrolmentResult.letter).where(
                EnrolmentResult.term_id == college.terms[1].id
            )
        ).all()
        assert cubes.check(db) == []
    data = asked(as_role("admin"))
    shown = figures(data)
    assert shown["Students"] == "7"
    assert shown["Teachers"] == "2"
    assert Decimal(shown["Average CGPA"]) == (sum(averages, Decimal(0)) / 7).quantize(
        Decimal("0.01")
    )
    assert shown["At risk"] == str(sum(value < 5 for value in averages))
    passed = sum(row.passed for row in results)
    assert shown["Results passed"] == f"{passed * 100 / len(results):.1f} %"
    grades = table(data, "grades")
    assert {letter: row[0] for letter, row in grades.items()} == {
        letter: sum(row.letter == letter for row in results) for letter in grades
    }
    departments = table(data, "departments")
    assert departments["Computing"][0] == 4
    assert departments["Computing"][2:4] == [75.0, 1]
    assert departments["Machines"][0] == 3
    trend = table(data, "terms")
    assert [row[1] for row in trend.values()] == [8, 8]
    assert [row[0] for row in trend.values()] == [100.0, 75.0]
    histogram = table(data, "cgpa")
    assert sum(row[0] for row in histogram.values()) == 7


def test_every_number_is_the_length_of_the_list_behind_it(
    college: College, as_role: SignIn
) -> None:
    admin = as_role("admin")
    seen = 0
    for name in ("overview", "results", "students"):
        for one in asked(admin, name)["tables"]:
            for row in one["rows"]:
                for column, cell in zip(one["columns"], row, strict=True):
                    if not cell["href"] or not isinstance(cell["value"], int):
                        continue
                    listed = admin.get("/api/v1" + _in_the_api(cell["href"])).get_json()
                    assert listed["page"]["total"] == cell["value"], (one["name"], column, cell)
                    seen += 1
    assert seen > 40


def _in_the_api(href: str) -> str:
    return href.replace("/results", "/academics/results", 1)


def test_a_head_sees_the_own_department_and_no_other(college: College, as_role: SignIn) -> None:
    home, other = college.homes
    hod = as_role("hod", home.id)
    data = asked(hod)
    assert figures(data)["Students"] == "4"
    assert list(table(data, "departments")) == ["Computing"]
    assert hod.get(f"/analytics?department={other.id}").status_code == 404
    assert "Machines" not in hod.get("/analytics").text
    for role in ("faculty", "advisor", "student", "placement"):
        assert as_role(role).get("/api/v1/analytics/reports/overview").status_code == 403


def test_a_term_a_period_and_a_department_narrow_the_numbers(
    college: College, as_role: SignIn
) -> None:
    admin = as_role("admin")
    first, second, _empty = college.terms
    assert figures(asked(admin, "results", term=first.id))["Results passed"] == "100.0 %"
    early = asked(admin, "results", until="2025-07-01")
    assert list(table(early, "terms")) == [first.name]
    assert figures(early)["Results"] == "8"
    machines = asked(admin, "results", department=college.homes[1].id, term=second.id)
    assert figures(machines)["Results"] == "4"
    empty = asked(admin, "results", since="2026-01-01")
    assert figures(empty)["Results"] == "0"
    assert figures(empty)["Results passed"] == "–"


def test_what_cannot_be_asked_is_said_in_a_sentence(college: College, as_role: SignIn) -> None:
    admin = as_role("admin")
    page = admin.get("/analytics?since=2026-05-01&until=2026-01-01&unknown=1")
    assert page.status_code == 422
    assert "The period ends before it begins." in page.text
    assert admin.get("/analytics?since=yesterday").status_code == 422
    assert admin.get("/analytics?term=999999").status_code == 404
    assert admin.get("/analytics/nothing").status_code == 404
    assert admin.get("/analytics/results/file?format=doc").status_code == 422
    assert admin.get("/analytics/results/file?format=csv&table=nothing").status_code == 404


def test_an_empty_institution_has_pages_too(as_role: SignIn) -> None:
    admin = as_role("admin")
    for name in ("", "/results", "/students"):
        page = admin.get(f"/analytics{name}")
        assert page.status_code == 200
    assert "Nothing to count yet." in admin.get("/analytics/results").text


def test_the_pages_take_at_most_eight_queries(
    college: College, as_role: SignIn, queries: list[str]
) -> None:
    admin = as_role("admin")
    admin.get("/analytics")
    for name in ("", "/results", "/students"):
        queries.clear()
        assert admin.get(f"/analytics{name}").status_code == 200
        assert len(queries) <= 8, queries


def test_a_page_can_be_had_as_a_file(college: College, as_role: SignIn) -> None:
    admin = as_role("admin")
    sheet = admin.get("/analytics/overview/file?format=csv&table=departments")
    lines = sheet.get_data(as_text=True).splitlines()
    assert lines[0].startswith("Department,Students,Average CGPA,Passed (%)")
    assert lines[1].startswith("Computing,4,")
    file = io.BytesIO(admin.get("/analytics/overview/file?format=xlsx").data)
    book = CalamineWorkbook.from_filelike(file)
    assert "Departments compared" in book.sheet_names
    rows = book.get_sheet_by_name("Departments compared").to_python()
    assert rows[1][:2] == ["Computing", 4.0]
    paper = admin.get("/api/v1/analytics/reports/results/file?format=pdf")
    assert paper.data.startswith(b"%PDF")
    assert paper.mimetype == "application/pdf"


@pytest.mark.db
def test_the_numbers_follow_students_who_move_leave_or_come_back(
    college: College, database: Database, as_role: SignIn
) -> None:
    other = college.homes[1]
    mover, leaver = college.students[0][:2]
    with database.writer() as db, unit(db):
        db.execute(update(Student).where(Student.id == mover).values(department_id=other.id))
        db.get_one(Student, leaver).deleted_at = db.get_one(Offering, 1).created_at
        db.flush()
        assert cubes.check(db) == []
        rollups.rebuild_rollups(db, college.students[0])
        assert cubes.check(db) == []
    departments = table(asked(as_role("admin"), "results"), "departments")
    assert [row[0] for row in departments.values()] == [2, 4]
    with database.writer() as db, unit(db):
        db.get_one(Student, leaver).deleted_at = None
        db.get_one(Student, mover).admission_year = 2020
        db.flush()
        assert cubes.check(db) == []
    data = asked(as_role("admin"), "results")
    assert figures(data)["Results"] == "8"
    assert table(data, "cohort-results")["2020"][1] == 1


def test_results_are_listed_for_who_may_see_them(college: College, as_role: SignIn) -> None:
    hod = as_role("hod", college.homes[0].id)
    listed = hod.get("/api/v1/academics/results?passed=0").get_json()
    assert [row["percentage"] for row in listed["data"]] == [20.0]
    assert as_role("student").get("/results").status_code == 403
    assert as_role("faculty").get("/api/v1/academics/results").get_json()["data"] == []
    assert "Failed" in hod.get("/results?passed=0").text


@pytest.mark.feature("C28")
def test_the_limit_of_risk_is_a_setting_in_half_points(college: College, as_role: SignIn) -> None:
    admin = as_role("admin")
    wrong = admin.post("/settings", data={"academics.risk_cgpa": "5.3"})
    assert "Use a multiple of 0.5 from 0 to 100." in wrong.text
    assert figures(asked(admin))["At risk"] == "0"
    assert admin.post("/settings", data={"academics.risk_cgpa": "10"}).status_code == 303
    # Everybody studying but the one whose CGPA is 10.
    assert figures(asked(admin))["At risk"] == "6"
