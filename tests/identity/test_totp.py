from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from quad.core import clock
from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.identity.facts.factors import FactorAdded, FactorRemoved, SecondFactorFailed
from quad.identity.models.factors import TotpFactor
from quad.identity.service import totp
from quad.identity.service.vault import seal, unseal
from tests.factories.people import person
from tests.identity.conftest import sign_in
from tests.identity.factors import app_of, begin, code_of, set_up_app

# RFC 6238, appendix B, SHA-1: seconds since 1970 and the eight digits; ours are the last six.
VECTORS = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]
RFC_KEY = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(("seconds", "digits"), VECTORS)
def test_codes_are_those_of_rfc_6238(seconds, digits):
    moment = datetime.fromtimestamp(seconds, UTC)
    counter = totp.counter_at(moment)
    assert totp.code_for(RFC_KEY, counter) == digits[-6:]
    assert totp.matching_counter(RFC_KEY, digits[-6:], moment) == counter


def test_a_code_counts_half_a_minute_before_and_after_and_no_longer():
    now = datetime.fromtimestamp(1111111109, UTC)
    code = totp.code_for(RFC_KEY, totp.counter_at(now))
    for seconds, right in ((-60, False), (-30, True), (30, True), (60, False)):
        moment = now + timedelta(seconds=seconds)
        assert (totp.matching_counter(RFC_KEY, code, moment) is not None) is right


@pytest.mark.feature("M2")
def test_an_app_is_set_up_and_its_code_replaces_the_mailed_one(
    as_user, client, somebody, letters, facts, database
):
    user = somebody()
    me = as_user(user.id)
    key, codes = set_up_app(me)
    assert len(set(codes)) == 10
    assert FactorAdded in [type(fact) for fact in facts]
    notice = letters("identity/security-notice")[-1]
    assert notice.address == user.email
    assert "authenticator app was added" in notice.body_text
    with database.reading() as db:
        row = db.scalars(select(TotpFactor)).one()
        assert key not in row.secret_sealed
    begin(client, user)
    assert not letters("identity/code")
    page = client.get("/sign-in/code").text
    assert "authenticator app shows" in page
    assert "by=recovery" in page
    assert "by=mail" not in page
    assert client.post("/sign-in/code", data={"code": code_of(key)}).location == "/"
    assert client.get("/account").status_code == 200


def test_the_picture_and_the_typed_key_say_the_same(as_user, somebody):
    me = as_user(somebody(email="me@college.example").id)
    me.post("/account/factors/app/start")
    page = me.get("/account/factors/app").text
    assert 'src="data:image/svg+xml' in page
    enrolment = totp._enrolment(RFC_KEY, "me@college.example", issuer="Quad")
    assert enrolment.uri.startswith("otpauth://totp/Quad:me%40college.example?secret=" + RFC_KEY)
    assert enrolment.typed.replace(" ", "") == RFC_KEY
    assert "<style" not in enrolment.picture


def test_a_wrong_code_does_not_finish_the_setting_up(as_user, client, somebody):
    user = somebody()
    me = as_user(user.id)
    me.post("/account/factors/app/start")
    answer = me.post("/account/factors/app", data={"code": "000000"})
    assert answer.status_code == 422
    assert "clock of your phone" in answer.text
    begin(client, user)
    assert "We sent six digits" in client.get("/sign-in/code").text


def test_a_code_is_used_once_and_no_earlier_one_after_it(client, app, somebody, database, settings):
    user = somebody()
    key, _codes = app_of(database, user, settings.secret)
    with clock.travel(timedelta(minutes=5)):
        begin(client, user)
        newest = code_of(key, steps=1)
        assert client.post("/sign-in/code", data={"code": newest}).location == "/"
        other = app.test_client()
        begin(other, user)
        for again in (newest, code_of(key), code_of(key, steps=-1)):
            assert other.post("/sign-in/code", data={"code": again}).status_code == 401


@pytest.mark.db
def test_of_two_at_once_one_code_lets_one_in_on_every_database(database: Database, settings, app):
    with database.writer() as db, unit(db):
        user = person(db)
        user_id = user.id
    key, _codes = app_of(database, user, settings.secret)
    code = code_of(key)
    with database.writer() as db, unit(db):
        assert totp.use_code(db, user_id, code, settings.secret)
    with database.writer() as db, unit(db):
        assert not totp.use_code(db, user_id, code, settings.secret)


def test_wrong_codes_end_the_challenge_and_not_the_person(
    client, somebody, database, settings, facts
):
    user = somebody()
    key, _codes = app_of(database, user, settings.secret)
    begin(client, user)
    for _turn in range(4):
        assert client.post("/sign-in/code", data={"code": "12"}).status_code == 401
    assert client.post("/sign-in/code", data={"code": "12"}).location == "/login"
    assert client.post("/sign-in/code", data={"code": code_of(key)}).location == "/login"
    assert [type(fact) for fact in facts].count(SecondFactorFailed) == 5
    begin(client, user)
    assert client.post("/sign-in/code", data={"code": code_of(key)}).location == "/"


def test_many_wasted_sign_ins_in_a_row_make_the_second_step_wait(
    client, somebody, database, settings
):
    user = somebody()
    key, _codes = app_of(database, user, settings.secret)
    for _sign_in in range(5):
        begin(client, user)
        for _turn in range(5):
            client.post("/sign-in/code", data={"code": "12"})
    assert sign_in(client, user.email).status_code == 401
    with clock.travel(timedelta(seconds=61)):
        begin(client, user)
        assert client.post("/sign-in/code", data={"code": code_of(key)}).location == "/"


def test_with_the_mailed_code_off_an_app_is_asked_for_all_the_same(
    client, somebody, database, settings, adjust
):
    adjust(login_code="off")
    user = somebody()
    app_of(database, user, settings.secret)
    begin(client, user)


def test_removing_the_app_brings_the_mailed_code_back(
    as_user, client, somebody, letters, facts, newest_code
):
    user = somebody()
    me = as_user(user.id)
    set_up_app(me)
    other = as_user(user.id)
    removed = me.post("/account/factors/app/remove")
    assert "still signed in" in me.get(removed.location).text
    assert "still signed in" not in me.get("/account/security").text
    me.post("/account/sessions/revoke-others")
    assert other.get("/account").status_code == 303
    assert "still signed in" not in me.get(removed.location).text
    assert FactorRemoved in [type(fact) for fact in facts]
    assert "was removed" in letters("identity/security-notice")[-1].body_text
    begin(client, user)
    assert client.post("/sign-in/code", data={"code": newest_code()}).location == "/"


def test_what_is_sealed_opens_only_with_the_same_key_for_the_same_purpose():
    sealed = seal("one secret", "totp", "JBSWY3DP")
    assert "JBSWY3DP" not in sealed
    assert unseal("one secret", "totp", sealed) == "JBSWY3DP"
    assert unseal("another", "totp", sealed) is None
    assert unseal("one secret", "form", sealed) is None
    assert unseal("one secret", "totp", sealed[:-2] + "xx") is None


def test_a_role_that_needs_a_factor_is_shown_to_set_one_up(client, somebody, database, adjust):
    from quad.core import settings as stored
    from quad.core.policy import SYSTEM

    adjust(login_code="off")
    with database.writer() as db, unit(db):
        stored.change(db, SYSTEM, {"identity.factor_roles": "admin, hod"})
    user, other = somebody(role="admin"), somebody(role="student")
    sign_in(client, other.email)
    assert client.get("/account").status_code == 200
    client.post("/logout")
    sign_in(client, user.email)
    assert client.get("/users").location == "/account/security"
    assert "Your role needs a second factor" in client.get("/account/security").text
    assert client.get("/api/v1/users").status_code == 403
    set_up_app(client)
    assert client.get("/users").status_code == 200
    removed = client.post("/account/factors/app/remove", follow_redirects=True)
    assert "Add another one before" in removed.text


def test_a_role_nobody_knows_is_refused_on_the_settings_page(as_role):
    from quad.core.settings import Setting

    with pytest.raises(ValueError, match="no role called"):
        Setting.registry["identity.factor_roles"].cleaned("admin, wizard")
    with pytest.raises(ValueError, match="1 to 1440"):
        Setting.registry["identity.step_up_minutes"].cleaned("0")


ME = "/api/v1/me"


def test_programs_set_an_app_up_and_sign_in_with_it(client, somebody, adjust, database):
    from tests.factories.people import PASSWORD

    adjust(login_code="off")
    user = somebody()
    login = {"email": user.email, "password": PASSWORD}
    token = client.post("/api/v1/auth/login", json=login).json["data"]["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    made = client.post(f"{ME}/factors/totp", headers=bearer)
    assert made.status_code == 201
    key = made.json["data"]["secret"]
    confirm = f"{ME}/factors/totp/confirm"
    assert client.post(confirm, headers=bearer, json={"code": "1"}).status_code == 422
    done = client.post(confirm, headers=bearer, json={"code": code_of(key, steps=-1)})
    codes = done.json["data"]["recovery_codes"]
    assert len(codes) == 10
    there = client.get(f"{ME}/factors", headers=bearer).json["data"]
    assert there["totp"]["last_used_at"] is None
    assert there["recovery_codes_left"] == 10

    challenged = client.post("/api/v1/auth/login", json=login)
    assert challenged.status_code == 202
    data = challenged.json["data"]
    assert data["methods"] == ["totp", "recovery"]
    assert data["sent_to"] == ""
    verify = {"challenge": data["challenge"], "code": code_of(key)}
    wrong = client.post("/api/v1/auth/verify", json={**verify, "method": "mail"})
    assert wrong.status_code == 401
    assert client.post("/api/v1/auth/verify", json=verify).status_code == 200

    data = client.post("/api/v1/auth/login", json=login).json["data"]
    verify = {"challenge": data["challenge"], "code": codes[0].upper(), "method": "recovery"}
    assert client.post("/api/v1/auth/verify", json=verify).status_code == 200
    assert client.delete(f"{ME}/factors/totp", headers=bearer).status_code == 200
    assert client.post("/api/v1/auth/login", json=login).status_code == 200


def test_an_administrator_takes_the_factors_of_somebody_who_lost_them(
    as_role, client, somebody, database, settings, letters, newest_code
):
    user = somebody()
    app_of(database, user, settings.secret)
    assert as_role("student").post(f"/users/{user.id}/factors/remove").status_code == 404
    admin = as_role("admin")
    assert admin.post(f"/users/{user.id}/factors/remove").status_code == 303
    assert "An administrator removed" in letters("identity/security-notice")[-1].body_text
    begin(client, user)
    assert client.post("/sign-in/code", data={"code": newest_code()}).location == "/"
