from __future__ import annotations

import pytest

from quad.core.errors import Forbidden
from quad.core.facts import unit
from quad.core.policy import NOBODY, Actor, Grant
from quad.identity import door
from quad.identity.facts.accounts import RoleSwitched
from quad.identity.service import areas
from quad.web.kit import require_role
from tests.factories.people import grant


@pytest.fixture
def marked_areas(monkeypatch):
    monkeypatch.setattr(areas, "_areas", dict(areas._areas))
    areas.area("/teaching", "faculty", "faculty", "hod")
    areas.area("/students", "student", "student")
    areas.area("/teaching/audit", "admin", "admin")


@pytest.mark.feature("L4")
@pytest.mark.parametrize(
    ("path", "portal"),
    [
        ("/teaching/5?x=1", "/faculty_login?next=%2Fteaching%2F5%3Fx%3D1"),
        ("/teaching/audit", "/admin_login?next=%2Fteaching%2Faudit"),
        ("/teachings", "/login?next=%2Fteachings"),
        ("/students", "/student_login?next=%2Fstudents"),
        ("/users", "/admin_login?next=%2Fusers"),
        ("/elsewhere", "/login?next=%2Felsewhere"),
        ("/", "/login"),
    ],
)
def test_signed_out_one_comes_to_the_portal_of_the_area_and_then_back(marked_areas, path, portal):
    assert door.sign_in_url(path) == portal


@pytest.mark.feature("L4", "M21")
def test_the_refused_are_led_to_a_role_they_hold_or_to_their_own_pages(marked_areas):
    both = Actor(1, grants=(Grant("student"), Grant("hod", 3)), working_role="student")
    assert door.refusal_help(both, "/teaching/5") == (
        "/role?role=hod&next=%2Fteaching%2F5",
        "Work as Head of department",
    )
    student = Actor(1, grants=(Grant("student"),), working_role="student")
    assert door.refusal_help(student, "/teaching/5")[0] == "/"
    assert door.refusal_help(student, "/students")[0] == "/"
    assert door.refusal_help(NOBODY, "/teaching")[0] == "/"


@pytest.mark.feature("L4", "M4")
def test_a_signed_out_visitor_comes_back_to_where_they_were_going(client, somebody, adjust):
    from tests.identity.conftest import sign_in

    adjust(login_code="off")
    user = somebody(role="admin")
    portal = client.get("/users?q=x").location
    assert portal == "/admin_login?next=%2Fusers%3Fq%3Dx"
    assert sign_in(client, user.email, path=portal).location == "/users?q=x"


@pytest.mark.feature("M21")
def test_a_role_not_held_is_told_so(as_role):
    answer = as_role("student").get("/users")
    assert answer.status_code == 403
    assert "You have no such rights" in answer.text


@pytest.mark.feature("L4")
def test_a_page_of_another_role_that_is_held_offers_the_switch(
    app, as_user, somebody, database, facts
):
    user = somebody(role="student")
    with database.writer() as db, unit(db):
        grant(db, user, "faculty")
    client = as_user(user.id)
    with app.test_request_context("/somewhere"):
        from flask import g
        from werkzeug.exceptions import HTTPException

        g.actor = Actor(1, grants=(Grant("faculty"), Grant("student")), working_role="faculty")
        require_role("faculty")
        with pytest.raises(HTTPException) as led:
            require_role("student")
        assert led.value.response is not None
        assert led.value.response.location == "/role?role=student&next=/somewhere"
        with pytest.raises(Forbidden):
            require_role("admin")
    page = client.get("/role?role=student&next=/account")
    assert "Work as Student" in page.text
    answer = client.post("/role", data={"role": "student", "next": "/account"})
    assert answer.location == "/account"
    assert client.get("/api/v1/me").json["data"]["working_role"] == "student"
    assert any(isinstance(fact, RoleSwitched) for fact in facts)


def test_one_cannot_switch_to_a_role_one_does_not_hold(as_role):
    client = as_role("student")
    client.post("/role", data={"role": "admin"})
    assert client.get("/api/v1/me").json["data"]["working_role"] == "student"
    assert client.get("/role?role=admin").status_code == 200
    assert "Work as Admin" not in client.get("/role?role=admin").text


def test_a_switch_lasts_for_the_session_only(as_user, somebody, database):
    user = somebody(role="student")
    with database.writer() as db, unit(db):
        grant(db, user, "faculty")
    first, second = as_user(user.id), as_user(user.id)
    first.post("/role", data={"role": "student"})
    assert first.get("/api/v1/me").json["data"]["working_role"] == "student"
    assert second.get("/api/v1/me").json["data"]["working_role"] == "faculty"


def test_the_demo_opens_with_one_click_and_only_in_the_demo(client, somebody, adjust):
    somebody(role="hod")
    assert client.post("/demo/sign-in", data={"role": "student"}).status_code == 404
    adjust(mode="demo")
    assert "Look around the demo" in client.get("/login").text
    assert client.post("/demo/sign-in", data={"role": "student"}).status_code == 404
    assert client.post("/demo/sign-in", data={"role": "hod"}).location == "/"
    assert client.get("/api/v1/me").json["data"]["roles"] == ["hod"]
