"""How many people an audience reaches, told live and with care; and what one asks of oneself, over JSON."""

from __future__ import annotations

from decimal import Decimal

import pytest

from quad.core.facts import unit
from tests.factories import academics as factory
from tests.factories.people import person


@pytest.mark.feature("A32")
def test_counts_are_exact_for_the_office_and_tell_nobody_elses_average(app, database, as_user):
    with database.writer() as db, unit(db):
        home = factory.department(db, "CSE", "Computing")
        for number in range(14):
            row = factory.student(db, of=home)
            row.cgpa = row.cgpa_order = Decimal(9 if number < 12 else 5)
        office, alumnus = (person(db, role=role).id for role in ("placement", "alumnus"))
        student, department = row.user_id, home.id
    alumni, placement = as_user(alumnus), as_user(office)
    plain = f"/audience/reach?for_departments={department}&title=not+looked+at"
    assert "Reaches 14 people." in alumni.get(plain).text
    assert "Reaches about 10 people." in alumni.get(f"{plain}&for_min_cgpa=8").text
    assert "Reaches fewer than 10 people." in alumni.get(f"{plain}&for_min_cgpa=9.5").text
    assert "Reaches 12 people." in placement.get(f"{plain}&for_min_cgpa=8").text
    assert "Reaches nobody." in placement.get(f"{plain}&for_min_cgpa=9.5").text
    assert "Correct the marked fields" in alumni.get(f"{plain}&for_min_cgpa=many").text
    assert "“Alchemy” is not in the list" in alumni.get(f"{plain}&for_skills=Alchemy").text
    asked = {"for_departments": [str(department)], "for_min_cgpa": 8.0}
    told = alumni.post("/api/v1/audiences/reach", json=asked).json["data"]
    assert told == {"count": 10, "exact": False, "sentence": "Reaches about 10 people."}
    unknown = alumni.post("/api/v1/audiences/reach", json={"for_skills": ["Alchemy"]})
    assert (unknown.status_code, list(unknown.json["fields"])) == (422, ["for_skills"])
    assert as_user(student).get("/api/v1/audiences/999").status_code == 404
