"""The whole real dataset comes in, every figure is exact through the API, and one student finds only themself.

The Open University Learning Analytics Dataset is no part of this repository: QUAD_OULAD_DIR names its folder. The
figures expected here are those its description gives.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from quad.academics.importers.oulad.run import run_folder
from quad.academics.models.people import Student
from quad.academics.models.results import Award, EnrolmentResult, Mark, Standing
from quad.academics.models.teaching import Component, Enrolment, EnrolmentStatus, Offering
from quad.core import behind as late
from quad.core.config import Settings
from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.core.files import Files
from quad.core.jobs.runtime import attach
from quad.core.policy import SYSTEM
from quad.identity.models.accounts import User
from quad.web.site import Site
from tests.cli.conftest import CHECKOUT, Installation

FOLDER = Path(os.environ.get("QUAD_OULAD_DIR", CHECKOUT.parent / "shared" / "data" / "oulad"))
API = "/api/v1"
STUDENTS, ENROLMENTS, MARKS, WITHDRAWN = 28_785, 32_593, 173_912, 10_156
LETTERS = {"Pass": 12_361, "Distinction": 3_024, "Fail": 7_052}
KINDS = {"assignment": 106, "other": 76, "external": 24}
OWN, OTHER = "11391", "28400"
NEW_PASSWORD = "copper lantern drifts 42"

pytestmark = [
    pytest.mark.feature("L33", "L55"),
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        not (FOLDER / "student.csv").is_file(),
        reason=f"the OULAD dataset is not in {FOLDER.name}/; QUAD_OULAD_DIR names its folder",
    ),
]


@contextmanager
def app_on(site: Installation, app: Site, settings: Settings) -> Iterator[Database]:
    """Let the application answer from the installation's database."""
    runtime = app.extensions["quad"]
    with site.database() as database:
        app.extensions["quad"] = replace(runtime, database=database, settings=settings)
        attach(database, settings)
        try:
            yield database
        finally:
            app.extensions["quad"] = runtime
            late.forget(database)


@pytest.mark.slow
def test_the_whole_dataset_is_exact_through_the_api(
    site: Installation, _site: Site, settings: Settings
) -> None:
    told = site.quad("import", "oulad", str(FOLDER), "--json")
    assert told.code == 0, told.err
    new = {name: count["new"] for name, count in told.json["counts"].items()}
    assert new == {
        "terms": 4,
        "courses": 7,
        "offerings": 22,
        "components": 206,
        "students": STUDENTS,
        "enrolments": ENROLMENTS,
        "marks": MARKS,
        "results": sum(LETTERS.values()),
    }
    again = site.quad("import", "oulad", str(FOLDER), "--json").json
    assert (again["new"], again["changed"], again["errors"]) == (0, 0, 0)
    created = ("user", "create", "--email", "reg@college.example", "--name", "Mira", "--role")
    given = f"{NEW_PASSWORD}\n"
    assert site.quad(*created, "admin", "--password-stdin", given=given).code == 0
    token = site.quad("token", "create", "--email", "reg@college.example").out.strip()
    with app_on(site, _site, settings) as database:
        client = _site.test_client()
        count_through_the_api(client, {"Authorization": f"Bearer {token}"})
        see_only_oneself(site, database, _site.test_client())


def count_through_the_api(client: FlaskClient, headers: dict[str, str]) -> None:
    def get(path: str) -> Any:
        answer = client.get(f"{API}{path}", headers=headers)
        assert answer.status_code == 200, answer.get_json()
        return answer.get_json()

    assert get("/students?count=exact")["page"]["total"] == STUDENTS
    courses = get("/academics/courses?count=exact")
    assert courses["page"]["total"] == 7
    offerings = get("/academics/offerings?count=exact&size=50")
    assert offerings["page"]["total"] == len(offerings["data"]) == 22
    seen: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for offering in offerings["data"]:
        path = f"/academics/offerings/{offering['id']}"
        sheet = get(f"{path}/marks")["data"]
        assert sheet["state"] == "locked"
        kinds.update(part["kind"] for part in sheet["components"])
        seen["enrolments"] += len(sheet["rows"])
        for row in sheet["rows"]:
            seen["withdrawn"] += row["withdrawn"]
            seen["marks"] += len(row["marks"])
            seen["without a score"] += sum(not mark["text"] for mark in row["marks"])
            seen["carried over"] += sum(mark["carried_over"] for mark in row["marks"])
        results = get(f"{path}/results")["data"]
        seen.update(row["letter"] for row in results["results"] if row["letter"])
        seen["awarded"] += sum(row["awarded"] for row in results["results"])
    assert kinds == KINDS
    assert seen == {
        "enrolments": ENROLMENTS,
        "withdrawn": WITHDRAWN,
        "marks": MARKS,
        "without a score": 173,
        "carried over": 1_909,
        "awarded": sum(LETTERS.values()),
        **LETTERS,
    }


def see_only_oneself(site: Installation, database: Database, client: FlaskClient) -> None:
    """Sign in with a one-time password and look around."""
    address = f"s{OWN}@oulad.invalid"
    told = site.quad("user", "reset", "--email", address)
    one_time = told.out.removeprefix("One-time password: ").strip()
    # Nobody can mail a code to this address, so the password alone opens the door.
    assert client.post("/login", data={"email": address, "password": one_time}).location == "/"
    assert client.get("/record").location.startswith("/change-password")
    changed = client.post(
        "/change-password",
        data={"current": one_time, "password": NEW_PASSWORD, "repeat": NEW_PASSWORD},
    )
    assert changed.status_code == 303
    assert client.get("/record").location == "/account/first-email"
    # How an address of one's own is confirmed is tested in tests/identity/test_activation.py.
    with database.writer() as db, unit(db):
        user = db.scalars(select(User).where(User.email == address)).one()
        user.email = user.email_as_typed = "one.student@home.example"
    with database.reading() as db:
        found = db.execute(
            select(Student.register_number, Student.id).where(
                Student.register_number.in_([OWN, OTHER])
            )
        )
        numbers = {row.register_number: row.id for row in found}
    record = client.get("/record")
    assert record.status_code == 200
    assert OWN in record.get_data(as_text=True)
    assert client.get(f"/students/{numbers[OWN]}").status_code == 200
    assert client.get(f"/students/{numbers[OTHER]}").status_code == 404
    hits = client.get(f"/search?q={OTHER}").get_data(as_text=True)
    assert f"/students/{numbers[OTHER]}" not in hits
    assert client.get(f"{API}/students/all").status_code == 403
    assert client.get(f"{API}/students/{numbers[OTHER]}/record").status_code == 404


@pytest.mark.torture
@pytest.mark.db
def test_the_whole_dataset_is_exact_on_every_database(
    database: Database, settings: Settings
) -> None:
    files = Files.from_settings(settings)
    report = run_folder(database, files, FOLDER, SYSTEM, tell=lambda *_: None)
    assert (report.state, report.errors) == ("done", 0)
    again = run_folder(database, files, FOLDER, SYSTEM, tell=lambda *_: None)
    assert (again.counts.total("new"), again.counts.total("changed")) == (0, 0)
    with database.reading() as db:

        def count(kind: Any, *clauses: Any) -> int:
            return db.scalar(select(func.count()).select_from(kind).where(*clauses)) or 0

        assert (count(Student), count(Offering), count(Component)) == (STUDENTS, 22, 206)
        assert count(Component, Component.due_on.is_(None)) == 11
        assert (count(Enrolment), count(Enrolment, Enrolment.enrolled_on.is_(None))) == (
            ENROLMENTS,
            45,
        )
        gone = Enrolment.status == EnrolmentStatus.WITHDRAWN
        assert count(Enrolment, gone) == WITHDRAWN
        assert count(Enrolment, gone, Enrolment.withdrawn_on.is_(None)) == 93
        assert (count(Mark), count(Mark, Mark.value.is_(None))) == (MARKS, 173)
        assert count(Mark, Mark.carried_over) == 1_909
        letters = db.execute(select(Award.letter, func.count()).group_by(Award.letter)).all()
        assert {row[0]: row[1] for row in letters} == LETTERS
        assert count(EnrolmentResult, EnrolmentResult.standing == Standing.WITHDRAWN) == WITHDRAWN
