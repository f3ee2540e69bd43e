from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from quad.core import clock
from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.core.policy import as_role as as_role_named
from quad.identity.facts.accounts import RoleGranted, RoleRevoked, UserCreated, UserDisabled
from quad.identity.models.accounts import AccountState, RoleGrant, User, UserSession
from quad.identity.service.matrix import permission_matrix
from quad.identity.service.sessions import open_session, purge_sessions
from quad.institution.models import Department
from tests.factories.people import PASSWORD
from tests.identity.conftest import found, sign_in

ONCE = re.compile(r'id="one-time">([a-z0-9-]+)<')


@pytest.fixture
def department(database: Database) -> int:
    with database.writer() as db, unit(db):
        row = Department(code="CSE", code_key="CSE", name="Computer Science", sort_name="x")
        db.add(row)
        db.flush()
        return row.id


@pytest.mark.feature("L33", "C29")
def test_only_administrators_see_the_accounts(as_role, client):
    assert as_role("admin").get("/users").status_code == 200
    for role in ("hod", "faculty", "advisor", "counsellor", "placement", "student", "alumnus"):
        them = as_role(role)
        for path in ("/users", "/users/new", "/users/1", "/admin/permissions"):
            assert them.get(path).status_code == 403, (role, path)
        assert them.get("/api/v1/users").status_code == 403
    assert client.get("/users").location == "/admin_login?next=%2Fusers"


@pytest.mark.feature("C29")
def test_accounts_are_found_by_name_and_by_e_mail_and_filtered(as_role, somebody, department):
    admin = as_role("admin")
    page = admin.post(
        "/users/new",
        data={
            "full_name": "Lucía Fernández",
            "email": "lucia@college.example",
            "role": "hod",
            "department_id": department,
        },
    )
    assert page.status_code == 201
    somebody(role="student", name="Bhavesh Patel", state=AccountState.DISABLED)

    def names(query: str) -> list[str]:
        return [row["full_name"] for row in admin.get(f"/api/v1/users?{query}").json["data"]]

    assert names("q=fernan") == ["Lucía Fernández"]
    assert names("q=lucia@college") == ["Lucía Fernández"]
    assert names(f"department={department}") == ["Lucía Fernández"]
    assert names("role=hod") == ["Lucía Fernández"]
    assert names("state=disabled") == ["Bhavesh Patel"]
    assert names("state=locked") == []
    assert "Lucía Fernández" in admin.get("/users?q=fernan").text


@pytest.mark.feature("L9", "L10", "L33")
def test_a_new_account_gets_a_one_time_password_shown_once_and_mailed(
    as_role, client, adjust, letters, facts, database
):
    adjust(login_code="off")
    admin = as_role("admin")
    page = admin.post(
        "/users/new",
        data={
            "full_name": "Bhavesh Patel",
            "email": "Bhavesh@College.example",
            "role": "faculty",
            "send_mail": "on",
        },
    )
    assert page.status_code == 201
    once = found(ONCE, page.text)
    assert once in (letters("identity/invitation")[0].body_text or "")
    assert letters("identity/invitation")[0].secret
    kinds = [type(fact) for fact in facts]
    assert UserCreated in kinds
    assert RoleGranted in kinds
    with database.reading() as db:
        user = db.scalars(select(User).where(User.email == "bhavesh@college.example")).one()
        assert user.email_as_typed == "Bhavesh@College.example"
        assert user.sort_name == "patel, bhavesh"
        user_id = user.id
    assert once not in admin.get(f"/users/{user_id}").text
    assert sign_in(client, "bhavesh@college.example", once).location == "/"
    assert client.get("/").location.startswith("/change-password")


@pytest.mark.feature("L9")
def test_a_one_time_password_ends_after_a_week(as_role, client, adjust):
    adjust(login_code="off")
    page = as_role("admin").post(
        "/users/new", data={"full_name": "B P", "email": "b@college.example", "role": "student"}
    )
    with clock.travel(timedelta(days=7, seconds=1)):
        assert sign_in(client, "b@college.example", found(ONCE, page.text)).status_code == 401


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"email": "nonsense"}, "email", "Write an e-mail address"),
        ({"email": ""}, "email", "Please fill this in."),
        ({"full_name": ""}, "full_name", "Please fill this in."),
        ({"role": "king"}, "role", "Choose one of"),
        ({"role": "hod"}, "department_id", "Choose the department"),
        (
            {"role": "placement", "department_id": "1"},
            "department_id",
            "Leave the department empty",
        ),
        ({"role": "faculty", "department_id": "99"}, "department_id", "no such department"),
        ({"username": "a b"}, "username", "3 to 40 letters"),
    ],
)
def test_what_does_not_fit_is_said_beside_the_field_and_kept(as_role, change, field, says):
    values = {"full_name": "Aditi Hegde", "email": "aditi@college.example", "role": "student"}
    answer = as_role("admin").post("/users/new", data=values | change)
    assert answer.status_code == 422
    assert says in answer.text
    assert f"f-{field}-error" in answer.text
    if change.get("full_name", "x"):
        assert "Aditi Hegde" in answer.text


def test_an_address_has_one_account(as_role, somebody):
    user = somebody()
    admin = as_role("admin")
    values = {"full_name": "Second Person", "email": user.email.upper(), "role": "student"}
    answer = admin.post("/users/new", data=values)
    assert answer.status_code == 422
    assert "has an account already" in answer.text
    assert admin.post("/api/v1/users", json=values).status_code == 422


@pytest.mark.feature("C15", "L36")
def test_roles_are_given_with_department_and_dates_and_taken_away(
    as_role, as_user, somebody, department, database, facts
):
    admin = as_role("admin")
    user = somebody(role="faculty")
    theirs = as_user(user.id)
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    path = f"/users/{user.id}/grants"
    assert admin.post(path, data={"role": "hod", "department_id": department}).status_code == 303
    assert theirs.get("/api/v1/me").json["data"]["roles"] == ["hod", "faculty"]
    admin.post(path, data={"role": "hod", "department_id": department, "starts_on": tomorrow})
    assert theirs.get("/api/v1/me").json["data"]["roles"] == ["faculty"]
    backwards = {"role": "advisor", "starts_on": "2026-12-02", "ends_on": "2026-12-01"}
    assert admin.post(path, data=backwards).status_code == 422
    with database.reading() as db:
        grants = db.scalars(select(RoleGrant).where(RoleGrant.user_id == user.id)).all()
        assert len(grants) == 2
        hod = next(each.id for each in grants if each.role == "hod")
    assert admin.post(f"{path}/{hod}/revoke").status_code == 303
    assert admin.post(f"{path}/{hod}/revoke").status_code == 404
    kinds = [type(fact) for fact in facts]
    assert RoleGranted in kinds
    assert RoleRevoked in kinds


def test_the_last_administrator_stays(as_role, as_user, somebody, database):
    only = somebody(role="admin")
    admin = as_user(only.id)
    with database.reading() as db:
        grant_id = db.scalars(select(RoleGrant.id).where(RoleGrant.user_id == only.id)).one()
    answer = admin.post(f"/users/{only.id}/grants/{grant_id}/revoke")
    assert answer.status_code == 409
    assert "last administrator" in answer.text
    assert admin.post(f"/users/{only.id}/disable").status_code == 409
    other = somebody(role="admin")
    assert admin.post(f"/users/{other.id}/disable").status_code == 303
    assert admin.post(f"/users/{other.id}/enable").status_code == 303


def test_a_closed_account_opens_again(as_role, client, somebody, adjust, facts):
    adjust(login_code="off")
    admin, user = as_role("admin"), somebody()
    admin.post(f"/users/{user.id}/disable")
    assert any(isinstance(fact, UserDisabled) for fact in facts)
    assert sign_in(client, user.email).status_code == 401
    admin.post(f"/users/{user.id}/enable")
    assert sign_in(client, user.email).location == "/"


def test_an_administrator_ends_the_wait_and_resets_the_password(
    as_role, as_user, client, somebody, adjust
):
    adjust(login_code="off")
    admin, user = as_role("admin"), somebody()
    theirs = as_user(user.id)
    for _turn in range(5):
        sign_in(client, user.email, "wrong horse")
    assert "Signing in waits until" in admin.get(f"/users/{user.id}").text
    admin.post(f"/users/{user.id}/unlock")
    assert sign_in(client, user.email).location == "/"
    page = admin.post(f"/users/{user.id}/reset-password")
    once = found(ONCE, page.text)
    assert theirs.get("/account").status_code == 303
    assert sign_in(client, user.email, PASSWORD).status_code == 401
    assert sign_in(client, user.email, once).location == "/"


def test_what_could_take_an_account_over_asks_for_a_fresh_proof(as_role, somebody):
    admin, user = as_role("admin"), somebody()
    edit = {"full_name": "Another Name", "email": "thief@x.example", "version": "1"}
    with clock.travel(timedelta(minutes=16)):
        for act, data in (("edit", edit), ("reset-password", {}), ("grants", {"role": "admin"})):
            assert admin.post(f"/users/{user.id}/{act}", data=data).status_code == 307, act
        api = f"/api/v1/users/{user.id}"
        assert admin.patch(api, json={"email": "thief@x.example", "version": 1}).status_code == 403
        assert admin.post(f"{api}/reset-password").status_code == 403
    assert user.email in admin.get(f"/users/{user.id}").text


def test_programs_see_and_end_the_sessions_of_a_person(as_role, as_user, somebody):
    admin, user = as_role("admin"), somebody()
    them = as_user(user.id)
    address = f"/api/v1/users/{user.id}/sessions"
    assert as_role("hod").get(address).status_code == 403
    shown = admin.get(address).json["data"]
    assert [each["current"] for each in shown] == [False]
    assert admin.delete(f"/api/v1/sessions/{shown[0]['id']}").status_code == 200
    assert them.get("/account").status_code == 303


def test_the_second_of_two_editors_is_told(as_role, somebody):
    admin, user = as_role("admin"), somebody()
    values = {"full_name": "New Name", "email": user.email, "version": user.version}
    assert admin.post(f"/users/{user.id}/edit", data=values).status_code == 303
    answer = admin.post(f"/users/{user.id}/edit", data=values | {"full_name": "Other Name"})
    assert answer.status_code == 422
    assert "Somebody else changed this" in answer.text
    assert "Other Name" in answer.text
    assert (
        admin.patch(f"/api/v1/users/{user.id}", json={"full_name": "X", "version": 1}).status_code
        == 409
    )


def test_signing_in_does_not_disturb_an_editor(as_role, as_user, somebody):
    admin, user = as_role("admin"), somebody()
    as_user(user.id).get("/account")
    values = {"full_name": "New Name", "email": user.email, "version": user.version}
    assert admin.post(f"/users/{user.id}/edit", data=values).status_code == 303


@pytest.mark.feature("C16")
def test_the_matrix_shows_every_permission_and_how_far_it_reaches(as_role):
    page = as_role("admin").get("/admin/permissions")
    assert page.status_code == 200
    assert "identity.user.manage" in page.text
    assert "Some" in page.text


def test_creating_by_the_contract(as_role, client, adjust, department):
    adjust(login_code="off")
    admin = as_role("admin")
    path = "/api/v1/admin/create-user"
    body = {
        "email": "c@college.example",
        "password": PASSWORD,
        "full_name": "C D",
        "role": "counsellor",
    }
    made = admin.post(path, json=body | {"unknown": 1, "department_id": str(department)})
    assert made.status_code == 201
    assert set(made.json["data"]) == {"user_id", "role"}
    assert isinstance(made.json["data"]["user_id"], str)
    assert admin.post(path, json=body).status_code == 409
    assert admin.post(path, json={"email": "d@college.example"}).status_code == 400
    assert (
        admin.post(path, json=body | {"email": "d@college.example", "role": "king"}).status_code
        == 422
    )
    assert as_role("hod").post(path, json=body | {"email": "e@college.example"}).status_code == 403
    answer = client.post("/api/v1/auth/login", json={"email": body["email"], "password": PASSWORD})
    assert answer.json["data"]["user"]["department_id"] == str(department)
    token = answer.json["data"]["access_token"]
    me = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert me.json["data"]["must_change_password"] is False


def test_an_account_over_the_api(as_role, department):
    admin = as_role("admin")
    made = admin.post(
        "/api/v1/users", json={"full_name": "A B", "email": "ab@college.example", "role": "student"}
    )
    assert made.status_code == 201
    assert made.json["data"]["one_time_password"]
    user_id = made.json["data"]["user_id"]
    seen = admin.get(f"/api/v1/users/{user_id}").json["data"]
    assert seen["grants"][0]["role"] == "student"
    changed = admin.patch(
        f"/api/v1/users/{user_id}", json={"full_name": "A C", "version": seen["version"]}
    )
    assert changed.json["data"]["full_name"] == "A C"
    given = admin.post(
        f"/api/v1/users/{user_id}/grants", json={"role": "hod", "department_id": str(department)}
    )
    assert given.status_code == 201
    grant_id = given.json["data"]["id"]
    assert admin.delete(f"/api/v1/users/{user_id}/grants/{grant_id}").status_code == 200
    for act in ("disable", "enable", "unlock"):
        assert admin.post(f"/api/v1/users/{user_id}/{act}").status_code == 200
    assert admin.post(f"/api/v1/users/{user_id}/reset-password").json["data"]["one_time_password"]
    assert admin.get("/api/v1/users/999999").status_code == 404
    assert admin.get("/api/v1/users/x").status_code == 404


def test_the_list_of_accounts_asks_few_questions(as_role, somebody, queries):
    admin = as_role("admin")
    for _turn in range(8):
        somebody()
    queries.clear()
    assert admin.get("/users").status_code == 200
    assert len(queries) <= 8


@pytest.mark.feature("C26")
def test_the_head_of_a_department_comes_from_the_grant(as_role, somebody, department):
    admin = as_role("admin")
    first, second = (
        somebody(role="faculty", name="First Head"),
        somebody(role="faculty", name="Second Head"),
    )
    admin.post(f"/users/{first.id}/grants", data={"role": "hod", "department_id": department})

    def head():
        rows = admin.get("/api/v1/academics/departments").json["data"]
        return rows[0]["hod_id"], rows[0]["hod_name"]

    assert head() == (str(first.id), "First Head")
    admin.post(f"/users/{second.id}/grants", data={"role": "hod", "department_id": department})
    assert head() == (str(first.id), "First Head")


@pytest.mark.feature("C16")
def test_the_matrix_knows_that_a_head_reaches_the_own_department() -> None:
    rows = {row.name: row.reach for _group, group in permission_matrix() for row in group}
    assert rows["identity.user.manage"] == {
        role: "all" if role == "admin" else "none" for role in rows["identity.user.manage"]
    }
    assert rows["identity.user.read"]["student"] == "some"
    assert as_role_named("hod", 0).departments("hod") == (0,)


def test_the_nightly_tidying_keeps_the_living(database: Database, somebody) -> None:
    user = somebody()
    with database.writer() as db, unit(db):
        kept = open_session(db, user.id, remember=True).session_id
        gone = open_session(db, user.id).session_id
    with clock.travel(timedelta(days=29)), database.writer() as db, unit(db):
        purge_sessions(db, clock.now() - timedelta(days=7))
    with database.reading() as db:
        left = set(db.scalars(select(UserSession.id)))
    assert kept in left
    assert gone not in left
