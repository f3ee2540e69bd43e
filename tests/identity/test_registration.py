from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from quad.core import clock, settings
from quad.core.facts import unit
from quad.core.policy import SYSTEM
from quad.identity.facts import UserRegistered
from quad.identity.models import User
from tests.factories.people import PASSWORD
from tests.identity.conftest import found, sign_in

API = "/api/v1/auth/register"
BODY = {"full_name": "Aditi Hegde", "email": "aditi@college.example", "password": PASSWORD}
PAGE = BODY | {"repeat": PASSWORD}
LINK = re.compile(r"/confirm/([0-9a-f-]{36})")


@pytest.fixture
def choose(database):
    """Change a runtime setting."""

    def change(**values):
        with database.writer() as db, unit(db):
            settings.change(
                db, SYSTEM, {f"identity.registration_{k}": v for k, v in values.items()}
            )

    return change


@pytest.mark.feature("C1", "M1", "A3")
def test_where_it_tells_a_new_student_may_sign_in_at_once(client, adjust, choose, facts, database):
    adjust(registration="open", login_code="off")
    choose(discloses=True)
    answer = client.post(API, json=BODY | {"extra": 1})
    assert answer.status_code == 201
    user_id = answer.json["data"]["user_id"]
    assert isinstance(user_id, str)
    again = client.post(API, json=BODY)
    assert again.status_code == 409
    assert again.json["error"] == "Email already registered"
    login = client.post("/api/v1/auth/login", json={"email": BODY["email"], "password": PASSWORD})
    assert login.json["data"]["user"]["roles"] == ["student"]
    assert [fact.user_id for fact in facts if isinstance(fact, UserRegistered)] == [int(user_id)]


@pytest.mark.feature("C1")
@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"password": ""}, 400),
        ({"email": None}, 400),
        ({"full_name": ""}, 400),
        ({"password": "password"}, 422),
        ({"password": "short"}, 422),
        ({"email": "nonsense"}, 422),
    ],
)
def test_what_does_not_fit_is_refused(client, adjust, change, status):
    adjust(registration="open")
    assert client.post(API, json=BODY | change).status_code == status


def test_closed_means_closed_at_both_doors(client):
    assert client.post(API, json=BODY).status_code == 403
    assert client.get("/register").status_code == 403
    assert client.post("/register", data=PAGE).status_code == 403
    assert "Apply for an account" not in client.get("/login").text


def test_without_disclosure_new_and_known_get_the_same_answer_and_the_rest_by_mail(
    client, adjust, somebody, letters, facts
):
    adjust(registration="open", login_code="off")
    known = somebody()
    new = client.post(API, json=BODY)
    old = client.post(API, json=BODY | {"email": known.email})
    assert new.status_code == old.status_code == 202
    assert new.json == old.json
    assert [mail.address for mail in letters("identity/already-registered")] == [known.email]
    assert sign_in(client, BODY["email"]).status_code == 401
    assert not [fact for fact in facts if isinstance(fact, UserRegistered)]
    token = found(LINK, letters("identity/confirm")[0].body_text)
    assert client.get(f"/confirm/{token}").status_code == 200
    assert sign_in(client, BODY["email"]).status_code == 401
    assert client.post(f"/confirm/{token}").location == "/login"
    assert [fact for fact in facts if isinstance(fact, UserRegistered)]
    assert client.post(f"/confirm/{token}").status_code == 410
    assert sign_in(client, BODY["email"]).location == "/"


def test_a_confirmation_ends_after_two_days(client, adjust, letters):
    adjust(registration="open")
    client.post(API, json=BODY)
    token = found(LINK, letters("identity/confirm")[0].body_text)
    with clock.travel(timedelta(days=2, seconds=1)):
        assert client.get(f"/confirm/{token}").status_code == 410


def test_by_approval_an_administrator_decides(client, as_role, adjust, choose, database, letters):
    adjust(registration="approval", login_code="off")
    choose(discloses=True)
    assert client.post(API, json=BODY).status_code == 202
    assert sign_in(client, BODY["email"]).status_code == 401
    with database.reading() as db:
        user_id = db.scalars(select(User.id).where(User.email == BODY["email"])).one()
    admin = as_role("admin")
    assert "Approve" in admin.get(f"/users/{user_id}").text
    admin.post(f"/users/{user_id}/enable")
    assert len(letters("identity/approved")) == 1
    assert sign_in(client, BODY["email"]).location == "/"


def test_by_domain_only_the_institutions_addresses_register(client, adjust, choose):
    adjust(registration="domain")
    choose(discloses=True, domains="college.example, staff.college.example")
    assert client.post(API, json=BODY | {"email": "a@elsewhere.example"}).status_code == 422
    assert client.post(API, json=BODY | {"email": "a@evilcollege.example"}).status_code == 422
    assert client.post(API, json=BODY).status_code == 201


@pytest.mark.feature("M1", "M22", "A3")
def test_the_page_takes_a_user_name_and_repeats_the_password(client, adjust, choose):
    adjust(registration="open", login_code="off")
    choose(discloses=True)
    assert client.get("/register").status_code == 200
    differs = client.post("/register", data=PAGE | {"repeat": "something else"})
    assert differs.status_code == 422
    assert "not the same" in differs.text
    assert PASSWORD not in differs.text
    assert client.post("/register", data=PAGE | {"username": "aditi.h"}).location == "/login"
    assert sign_in(client, "ADITI.H").location == "/"
    taken = client.post(
        "/register", data=PAGE | {"username": "Aditi.H", "email": "other@college.example"}
    )
    assert taken.status_code == 422
    assert "user name is taken" in taken.text


@pytest.mark.feature("M1")
def test_the_page_answers_in_words_when_the_rest_goes_by_mail(client, adjust):
    adjust(registration="open")
    answer = client.post("/register", data=PAGE)
    assert answer.status_code == 202
    assert "Look into your mail" in answer.text
