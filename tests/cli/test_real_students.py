"""A real file of 28,785 students comes in by the documented line, and one of them finds only themself.

The Open University Learning Analytics Dataset is no part of this repository: QUAD_OULAD_DIR names its folder.
"""

from __future__ import annotations

import csv
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from quad.academics.models.people import Student
from quad.core.config import Settings
from quad.core.db.engine import Database
from quad.core.jobs.runtime import attach
from quad.identity.models import Role, RoleGrant, User
from quad.web.site import Site
from tests.cli.conftest import CHECKOUT, Installation

FOLDER = Path(os.environ.get("QUAD_OULAD_DIR", CHECKOUT.parent / "shared" / "data" / "oulad"))
STUDENTS = 28_785
NEW_PASSWORD = "copper lantern drifts 42"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.feature("L33", "L55"),
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        not (FOLDER / "student.csv").is_file(),
        reason=f"the OULAD dataset is not in {FOLDER.name}/; QUAD_OULAD_DIR names its folder",
    ),
]


def documented_line() -> str:
    """Return the line of docs/guide/import.md that reduces the file."""
    guide = (CHECKOUT / "docs" / "guide" / "import.md").read_text()
    lines = [line for line in guide.splitlines() if "student.csv > students.csv" in line]
    assert len(lines) == 1
    return lines[0]


def first_years() -> dict[str, int]:
    """Return the first year of every student, read from the source without the documented line."""
    years: dict[str, int] = {}
    with (FOLDER / "student.csv").open(newline="") as source:
        for row in csv.DictReader(source):
            year = int(row["code_presentation"][:4])
            years[row["id_student"]] = min(year, years.get(row["id_student"], year))
    return years


def test_every_real_student_comes_in_once_with_each_figure_right(
    site: Installation, _site: Site, settings: Settings
) -> None:
    (site.folder / "student.csv").symlink_to(FOLDER / "student.csv")
    subprocess.run(["/bin/sh", "-c", documented_line()], cwd=site.folder, check=True)
    path = str(site.folder / "students.csv")

    preview = site.quad("import", "students", path, "--dry-run", "--json").json
    assert (preview["rows"], preview["new"], preview["errors"]) == (STUDENTS, STUDENTS, 0)
    with site.reading() as db:
        assert db.scalar(select(func.count()).select_from(Student)) == 0

    first = site.quad("import", "students", path, "--json").json
    assert (first["state"], first["new"], first["errors"]) == ("done", STUDENTS, 0)
    again = site.quad("import", "students", path, "--json").json
    assert (again["new"], again["changed"], again["same"], again["errors"]) == (0, 0, STUDENTS, 0)

    expected = first_years()
    assert len(expected) == STUDENTS
    with site.reading() as db:
        rows = db.execute(
            select(
                Student.register_number, Student.admission_year, User.username, User.password_hash
            ).join(User, User.id == Student.user_id)
        ).all()
        roles = db.execute(select(RoleGrant.role, func.count()).group_by(RoleGrant.role)).all()
    assert len(rows) == STUDENTS
    assert {row.register_number: row.admission_year for row in rows} == expected
    assert all(row.username == row.register_number and row.password_hash is None for row in rows)
    assert [tuple(row) for row in roles] == [(Role.STUDENT, STUDENTS)]

    with site.database() as database:
        runtime = _site.extensions["quad"]
        _site.extensions["quad"] = replace(runtime, database=database, settings=settings)
        attach(database, settings)
        own, other = sorted(expected)[0], sorted(expected)[-1]
        see_only_oneself(site, database, _site.test_client(), own, other)
        _site.extensions["quad"] = runtime


def see_only_oneself(
    site: Installation, database: Database, client: FlaskClient, own: str, other: str
) -> None:
    """Sign in with a one-time password and the register number, and look around."""
    told = site.quad("user", "reset", "--email", f"{own}@students.invalid")
    one_time = told.out.removeprefix("One-time password: ").strip()
    # Nobody can mail a code to somebody without an address, so the password alone opens the door.
    assert client.post("/login", data={"email": own, "password": one_time}).location == "/"
    assert client.get("/record").location.startswith("/change-password")
    changed = client.post(
        "/change-password",
        data={"current": one_time, "password": NEW_PASSWORD, "repeat": NEW_PASSWORD},
    )
    assert changed.status_code == 303
    with database.reading() as db:
        found = db.execute(
            select(Student.register_number, Student.id).where(
                Student.register_number.in_([own, other])
            )
        )
        numbers = {row.register_number: row.id for row in found}
    record = client.get("/record")
    assert record.status_code == 200
    assert own in record.get_data(as_text=True)
    assert client.get(f"/students/{numbers[own]}").status_code == 200
    assert client.get(f"/students/{numbers[other]}").status_code == 404
    assert client.get("/students").status_code == 403
    hits = client.get(f"/search?q={other}").get_data(as_text=True)
    assert f"/students/{numbers[other]}" not in hits
    assert client.get("/api/v1/students/all").status_code == 403
    assert client.get(f"/api/v1/students/{numbers[other]}/record").status_code == 404
