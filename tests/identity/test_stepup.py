from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from quad.core import clock
from quad.core.facts import unit
from quad.identity.facts.factors import SteppedUp, StepUpFailed
from quad.web.security import SESSION_COOKIE
from tests.factories.people import PASSWORD
from tests.identity.conftest import found, sign_in
from tests.identity.factors import CODES, app_of, code_of

HELD = re.compile(r'name="held" value="([^"]+)"')
LATER = timedelta(minutes=16)
START = "/account/factors/app/start"


def test_right_after_signing_in_no_further_proof_is_asked_for(client, somebody, adjust):
    adjust(login_code="off")
    sign_in(client, somebody().email)
    assert client.post(START).location == "/account/factors/app"
    with clock.travel(timedelta(minutes=14)):
        assert client.get("/account/factors/app").status_code == 200


def test_later_a_page_leads_to_the_proof_and_back(as_user, somebody, facts):
    user = somebody()
    me = as_user(user.id)
    me.post(START)
    with clock.travel(LATER):
        answer = me.get("/account/factors/app?x=1")
        assert answer.location == "/prove?next=/account/factors/app?x%3D1"
        page = me.get(answer.location).text
        assert "Prove once more" in page
        data = {"password": PASSWORD, "next": "/account/factors/app?x=1"}
        assert me.post("/prove", data=data).location == "/account/factors/app?x=1"
        assert me.get("/account/factors/app").status_code == 200
    assert SteppedUp in [type(fact) for fact in facts]


def test_a_proof_gives_the_session_a_new_key_and_the_old_one_opens_nothing(
    as_user, app, somebody, database
):
    me = as_user(somebody().id)
    copied = me.get_cookie(SESSION_COOKIE)
    thief = app.test_client()
    thief.set_cookie(SESSION_COOKIE, copied.value)
    assert thief.get("/account").status_code == 200
    answer = me.post("/prove", data={"password": PASSWORD, "next": "/account"})
    fresh = me.get_cookie(SESSION_COOKIE)
    assert fresh.value != copied.value
    assert fresh.http_only
    assert 29 * 86_400 < fresh.max_age <= 30 * 86_400
    assert "SameSite=Lax" in answer.headers["Set-Cookie"]
    assert me.get("/account").status_code == 200
    assert thief.get("/account").status_code == 303
    assert len(me.get("/api/v1/sessions").json["data"]) == 1


def test_a_form_that_was_sent_is_sent_again_with_all_that_was_typed(
    as_user, somebody, database, settings
):
    user = somebody()
    me = as_user(user.id)
    me.post(START)
    with clock.travel(LATER):
        answer = me.post("/account/factors/app", data={"code": "12 3<4"})
        assert answer.status_code == 307
        page = me.post(answer.location, data={"code": "12 3<4"})
        assert page.status_code == 403
        held = found(HELD, page.text)
        assert "12 3" not in page.text
        wrong = me.post("/prove", data={"password": "wrong horse", "held": held})
        assert wrong.status_code == 401
        assert held in wrong.text
        right = me.post("/prove", data={"password": PASSWORD, "held": held})
        assert 'action="/account/factors/app"' in right.text
        assert "12 3<4" in unescape(right.text)
        stranger = as_user(somebody().id)
        other = stranger.post("/prove", data={"password": PASSWORD, "held": held})
        assert other.location == "/"


def test_another_way_is_chosen_without_losing_the_form(as_user, somebody, database, settings):
    user = somebody()
    app_of(database, user, settings.secret)
    me = as_user(user.id)
    with clock.travel(LATER):
        page = me.post("/prove/hold?to=/account/factors/codes")
        held = found(HELD, page.text)
        page = me.post("/prove/choose", data={"held": held, "by": "totp"})
        assert "Code from your app" in page.text
        assert held in page.text


def test_an_app_is_a_proof_as_good_as_the_password(as_user, somebody, database, settings):
    user = somebody()
    key, _codes = app_of(database, user, settings.secret)
    me = as_user(user.id)
    with clock.travel(LATER):
        code = code_of(key)
        assert me.post("/prove", data={"by": "totp", "code": code}).location == "/"
        assert CODES.findall(me.post("/account/factors/codes").text)


def test_several_wrong_proofs_make_this_session_wait_and_nobody_else(
    as_user, client, somebody, facts, adjust
):
    adjust(login_code="off")
    user = somebody()
    me, other = as_user(user.id), as_user(user.id)
    for _turn in range(5):
        assert me.post("/prove", data={"password": "wrong horse"}).status_code == 401
    assert [type(fact) for fact in facts].count(StepUpFailed) == 5
    assert me.post("/prove", data={"password": PASSWORD}).status_code == 429
    assert other.post("/prove", data={"password": PASSWORD}).location == "/"
    assert sign_in(client, user.email).location == "/"
    with clock.travel(timedelta(seconds=61)):
        assert me.post("/prove", data={"password": PASSWORD}).location == "/"


def test_the_minutes_are_a_setting(as_user, somebody, database):
    from quad.core import settings as stored
    from quad.core.policy import SYSTEM

    me = as_user(somebody().id)
    with database.writer() as db, unit(db):
        stored.change(db, SYSTEM, {"identity.step_up_minutes": "60"})
    with clock.travel(timedelta(minutes=59)):
        assert me.post(START).status_code == 303
    with clock.travel(timedelta(minutes=61)):
        assert me.post(START).status_code == 307


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_the_way_on_stays_on_this_site(as_user, somebody, target):
    me = as_user(somebody().id)
    assert me.post("/prove", data={"password": PASSWORD, "next": target}).location == "/"
    page = me.post(f"/prove/hold?to={target}", data={"x": "1"})
    go_on = me.post("/prove", data={"password": PASSWORD, "held": found(HELD, page.text)})
    assert 'action="/"' in go_on.text


@pytest.mark.parametrize("path", ["/prove", "/prove/hold", "/prove/choose", START])
def test_nobody_signed_out_proves_anything(client, path):
    assert "/login" in client.post(path).location


def test_the_api_answers_403_until_a_proof_is_given_and_a_personal_token_has_none(
    client, somebody, adjust, database, settings
):
    from quad.core.policy import Actor
    from quad.identity.service.tokens import create_token

    adjust(login_code="off")
    user = somebody()
    login = {"email": user.email, "password": PASSWORD}
    data = client.post("/api/v1/auth/login", json=login).json["data"]
    with clock.travel(LATER):
        fresh = client.post("/api/v1/auth/refresh", json={"refresh_token": data["refresh_token"]})
        bearer = {"Authorization": f"Bearer {fresh.json['data']['access_token']}"}
        path, prove = "/api/v1/me/factors/totp", "/api/v1/auth/step-up"
        refused = client.post(path, headers=bearer)
        assert refused.status_code == 403
        assert "fresh proof" in refused.json["error"]
        wrong = client.post(prove, headers=bearer, json={"password": "wrong horse"})
        assert wrong.status_code == 403
        right = client.post(prove, headers=bearer, json={"password": PASSWORD})
        assert right.status_code == 200
        assert client.post(path, headers=bearer).status_code == 201
    with database.writer() as db, unit(db):
        token = create_token(db, Actor(id=user.id), user.id, name="x", ttl=None)
    answer = client.post(path, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403
    assert "personal access token" in answer.json["error"]
