"""The contract's endpoints about people and departments, and a client written for CodeLens that runs unchanged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import select

from quad.academics.models.people import Student
from quad.core.facts import unit
from quad.core.policy import SYSTEM
from quad.core.settings import change
from quad.identity.models.accounts import User
from tests.coding.conftest import API, days_back
from tests.coding.contract import PENDING, SNAPSHOT, SUMMARY, TEXT, WHOLE, YES_NO, ok, refused
from tests.conftest import make_settings
from tests.factories.people import PASSWORD

USER = {"id": TEXT, "email": TEXT, "full_name": TEXT, "department_id?": TEXT}
LOGIN = {"access_token": TEXT, "refresh_token": TEXT, "user": USER}
PLACE = {
    "id": TEXT,
    "name": TEXT,
    "code": TEXT,
    "hod_id?": TEXT,
    "hod_name?": TEXT,
    "created_at": TEXT,
}
STUDENT = {
    "id": TEXT,
    "full_name": TEXT,
    "email": TEXT,
    "register_number": TEXT,
    "admission_year": WHOLE,
    "department_id?": TEXT,
    "department_name?": TEXT,
    "advisor_name": TEXT,
    "counsellor_name": TEXT,
}
MEMBER = {
    "user_id": TEXT,
    "full_name": TEXT,
    "email": TEXT,
    "role_type": TEXT,
    "department_name": TEXT,
    "created_by": TEXT,
    "created_at": TEXT,
}
SECRET = "copper lantern drifts 42"


@dataclass
class OldClient:
    """What a client of CodeLens does: one base address, one bearer token, JSON in and out."""

    web: Any
    token: str = ""

    def sign_in(self, email: str, password: str = SECRET) -> OldClient:
        given = {"email": email, "password": password}
        found = ok(self.web.post(f"{API}/auth/login", json=given), LOGIN, 200, "Login successful")
        assert isinstance(found["user"]["roles"], list)
        return OldClient(self.web, found["access_token"])

    def send(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.web.open(f"{API}{path}", method=method, headers=headers, json=body)


@pytest.fixture
def old_client(app, settings, world):
    """Its institution keeps what the contract promises: no codes by mail, registration open."""
    fresh = make_settings(settings.data_dir, login_code="off", registration="open")
    app.extensions["quad"] = replace(app.extensions["quad"], settings=fresh)
    return OldClient(app.test_client())


def account(email: str, role: str, department: Any = None) -> dict[str, Any]:
    return {
        "email": email,
        "password": SECRET,
        "full_name": "Nila Sen",
        "role": role,
        "department_id": department,
    }


@pytest.mark.feature("C1", "C2", "C7", "C9", "C13", "C29")
def test_a_client_written_for_codelens_runs_unchanged(old_client, world, database):
    admin = old_client.sign_in(_email(database, world.people.admin), PASSWORD)
    made = ok(
        admin.send("POST", "/academics/departments", {"name": "Mechanics", "code": "ME"}),
        PLACE,
        201,
    )
    for number, role in enumerate(("hod", "advisor", "counsellor", "student")):
        body = account(f"{role}@me.example", role, made["id"])
        found = ok(admin.send("POST", "/admin/create-user", body), {"user_id": TEXT}, 201)
        assert found["role"] == role, number
    after = ok(admin.send("GET", f"/academics/departments/{made['id']}"), PLACE)
    assert after["hod_name"] == "Nila Sen"
    hod, advisor, counsellor, student = (
        old_client.sign_in(f"{role}@me.example")
        for role in ("hod", "advisor", "counsellor", "student")
    )
    (row,) = ok(hod.send("GET", "/students/all"), [STUDENT])
    assert row["register_number"].startswith("REG")
    assert (row["department_name"], row["advisor_name"]) == ("Mechanics", "Unassigned")
    team = {one["role_type"]: one for one in ok(hod.send("GET", "/staff/my-team"), [MEMBER])}
    assert set(team) == {"advisor", "counsellor"}
    counted = {"assigned_count": WHOLE, "skipped_count": WHOLE}
    for kind, by in (("advisor", hod), ("counsellor", advisor)):
        body = {f"{kind}_id": team[kind]["user_id"], "student_ids": [row["id"], "x", 999999]}
        told = ok(by.send("POST", f"/staff/assign-{kind}", body), counted)
        assert told == {"assigned_count": 1, "skipped_count": 2}
    linked = ok(
        student.send("POST", "/platforms/link", {"platform_name": "github", "username": "nila"}),
        {"is_active": YES_NO},
        201,
    )
    numbers = {"total_solved": 12, "contest_rating": "", "global_rank": None}
    body = {"platform_account_id": linked["id"], "snapshot_date": days_back(0), **numbers}
    given = ok(student.send("POST", "/snapshots", body), SNAPSHOT, 201)
    (waits,) = ok(counsellor.send("GET", "/counsellor/pending-snapshots"), [PENDING])
    assert waits["snapshot_id"] == given["id"]
    assert ok(counsellor.send("PUT", f"/counsellor/snapshots/{given['id']}/approve")) is None
    summary = ok(student.send("GET", "/analytics/my-summary"), SUMMARY)
    assert summary["overall_aggregation"]["overall_total_solved"] == 12
    assert ok(student.send("DELETE", f"/platforms/{linked['id']}")) is None
    assert ok(admin.send("DELETE", f"/students/{row['id']}")) is None
    refused(student.send("GET", "/platforms/my"), 401)
    login = {"email": "student@me.example", "password": SECRET}
    gone = old_client.web.post(f"{API}/auth/login", json=login)
    refused(gone, 401, "Invalid credentials")


def _email(database, user_id):
    with database.reader() as db:
        return db.get_one(User, user_id).email


@pytest.mark.feature("C1", "C2")
def test_signing_in_and_registering_by_the_contract(old_client, database):
    web, login, register = old_client.web, f"{API}/auth/login", f"{API}/auth/register"
    refused(
        web.post(login, json={"email": "a@college.example"}), 400, "Email and password required"
    )
    wrong = {"email": "nobody@college.example", "password": "x"}
    refused(web.post(login, json=wrong), 401, "Invalid credentials")
    refused(web.post(login, data="x"), 415)
    new = {"full_name": "Nila Sen", "email": "nila@college.example", "password": SECRET}
    with database.writer() as db, unit(db):
        change(db, SYSTEM, {"identity.registration_discloses": True})
    ok(web.post(register, json=new), {"user_id": TEXT}, 201)
    refused(web.post(register, json=new), 409, "Email already registered")
    refused(web.post(register, json={"email": "b@college.example"}), 400)
    refused(web.post(register, json={**new, "email": "b@college.example", "password": "x"}), 422)
    nila = old_client.sign_in("nila@college.example")
    assert ok(nila.send("GET", "/analytics/my-summary"), {"student_info": {"student_id": TEXT}})


@pytest.mark.feature("C12", "C26")
def test_departments_by_the_contract(sign_in, world):
    admin, places = sign_in("admin"), f"{API}/academics/departments"
    for name in ("asha", "advisor", "counsellor", "hod", "faculty", "admin"):
        assert len(ok(sign_in(name).get(places), [PLACE])) == 2
        if name != "admin":
            body = {"name": "X", "code": "X"}
            refused(sign_in(name).post(places, json=body), 403, "Admin access required")
            refused(sign_in(name).delete(f"{places}/{world.departments.ece}"), 403)
    refused(admin.post(places, json={"name": "Mechanics"}), 400)
    taken = {"name": "Again", "code": "cse"}
    refused(admin.post(places, json=taken), 409, "Department code already exists")
    stranger = {"name": "Mechanics", "code": "ME", "hod_id": str(world.people.asha)}
    refused(admin.post(places, json=stranger), 404, "Invalid HOD user id")
    sentence = "Cannot delete department. Students are assigned."
    refused(admin.delete(f"{places}/{world.departments.cse}"), 400, sentence)
    refused(admin.get(f"{places}/999999"), 404)
    made = ok(admin.post(places, json={"name": "Mechanics", "code": "ME"}), PLACE, 201)
    assert ok(admin.delete(f"{places}/{made['id']}")) is None


@pytest.mark.feature("C26", "C29")
def test_students_by_the_contract(sign_in, world):
    every = f"{API}/students/all"
    assert len(ok(sign_in("admin").get(every), [STUDENT])) == 3
    assert len(ok(sign_in("hod").get(every), [STUDENT])) == 2
    assert len(ok(sign_in("admin").get(f"{every}?page=1&size=2"))) == 2
    assert len(ok(sign_in("admin").get(f"{every}?q=bina"))) == 1
    for name in ("asha", "advisor", "counsellor", "faculty"):
        refused(sign_in(name).get(every), 403)
    one, admin = f"{API}/students/{world.students.cara}", sign_in("admin")
    moved = {"student_id": TEXT, "department_id": TEXT, "department_name": TEXT}
    body = {"department_id": str(world.departments.cse)}
    ok(admin.put(f"{one}/assign-department", json=body), moved)
    refused(admin.put(f"{one}/assign-department", json={}), 400)
    gone = ok(admin.put(f"{one}/unassign-department"), {"student_id": TEXT})
    assert gone["department_id"] is None
    own = f"{API}/students/{world.students.asha}"
    for name in ("hod", "advisor", "counsellor", "asha"):
        refused(sign_in(name).delete(own), 403)
        refused(sign_in(name).put(f"{own}/assign-department", json=body), 403)
        refused(sign_in(name).put(f"{own}/unassign-department"), 403)
    refused(admin.delete(f"{API}/students/999999"), 404)
    assert ok(admin.delete(one)) is None


@pytest.mark.feature("C13", "C29")
def test_accounts_by_the_contract(sign_in, world, database):
    make, admin = f"{API}/admin/create-user", sign_in("admin")
    made = ok(admin.post(make, json=account("s@x.example", "student", "")), {"user_id": TEXT}, 201)
    with database.reader() as db:
        query = select(Student).where(Student.user_id == int(made["user_id"]))
        assert db.scalars(query).one().department_id is None
    refused(admin.post(make, json=account("s@x.example", "student")), 409)
    refused(admin.post(make, json=account("t@x.example", "student", "999999")), 422)
    refused(admin.post(make, json=account("t@x.example", "king")), 422)
    refused(admin.post(make, json={"email": "t@x.example", "role": "student"}), 400)
    for role in ("admin", "faculty", "placement"):
        ok(admin.post(make, json=account(f"{role}@x.example", role)), status=201)
    for name in ("asha", "hod", "advisor", "counsellor"):
        refused(sign_in(name).post(make, json=account("u@x.example", "student")), 403)


def test_what_every_error_looks_like(sign_in, old_client):
    admin, web = sign_in("admin"), old_client.web
    for answer, status in (
        (admin.get(f"{API}/nothing/here"), 404),
        (admin.post(f"{API}/analytics/my-summary"), 405),
        (admin.post(f"{API}/academics/departments", data="x"), 415),
        (
            admin.post(f"{API}/staff/create", data="{", content_type="application/json"),
            400,
        ),
        (web.get(f"{API}/students/all"), 401),
    ):
        refused(answer, status)
        assert set(answer.json) <= {"success", "error", "fields"}
        assert answer.mimetype == "application/json"
