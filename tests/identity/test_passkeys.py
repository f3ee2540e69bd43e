from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from quad.core import clock
from quad.identity.facts.factors import FactorAdded, FactorRemoved, PasskeyCopied
from quad.identity.models.accounts import AccountState, User
from quad.identity.models.factors import Passkey
from quad.identity.service.passkeys import relying_party
from tests.factories.people import PASSWORD
from tests.identity.factors import CODES, HERE, add_passkey, app_of, begin, code_of
from tests.identity.softkey import SoftKey

OPTIONS = "/sign-in/passkey/options"
REMOVE = re.compile(r"/account/factors/passkeys/(\d+)/remove")


@pytest.fixture(autouse=True)
def _site_with_a_name(adjust):
    adjust(base_url=HERE)


@pytest.fixture
def holder(as_user, somebody):
    """Somebody with one passkey: the person, a signed-in client and the key."""
    user = somebody()
    me, key = as_user(user.id), SoftKey()
    assert add_passkey(me, key).status_code == 200
    return user, me, key


def test_a_passkey_is_added_with_a_name_and_recovery_codes(
    as_user, somebody, database, letters, facts
):
    me, key = as_user(somebody().id), SoftKey()
    page = add_passkey(me, key, "Blue key")
    assert len(CODES.findall(page.text)) == 10
    assert add_passkey(me, SoftKey(), "Phone").status_code == 303
    shown = me.get("/account/security").text
    assert "Blue key" in shown
    assert "Phone" in shown
    assert [type(fact) for fact in facts].count(FactorAdded) == 2
    assert "Blue key" in letters("identity/security-notice")[0].body_text
    with database.reading() as db:
        first, second = db.scalars(select(Passkey).order_by(Passkey.id))
        assert first.user_handle == second.user_handle


def test_the_options_leave_out_keys_that_are_there_and_name_nobody_by_number(holder):
    _user, me, key = holder
    options = me.post("/account/factors/passkeys/options").json
    assert [each["id"] for each in options["excludeCredentials"]] == [json.loads(_any(key))["id"]]
    assert len(options["user"]["id"]) > 40
    assert options["rp"] == {"id": "localhost", "name": "Quad"}


def _any(key: SoftKey) -> str:
    return key.get({"rpId": "localhost", "challenge": "x"}, grow=0)


def test_a_passkey_is_the_second_step_after_the_password(client, holder, letters):
    user, _me, key = holder
    begin(client, user)
    assert "Use your passkey" in client.get("/sign-in/code").text
    options = client.post("/sign-in/code/passkey").json
    assert len(options["allowCredentials"]) == 1
    answer = key.get(options, verified=False)  # touching the key is enough beside a password
    assert client.post("/sign-in/code", data={"credential": answer}).location == "/"
    assert not letters("identity/code")


@pytest.mark.feature("M2")
def test_a_passkey_alone_signs_in_without_password_and_code(client, holder, database):
    user, _me, key = holder
    page = client.get("/student_login?next=/account").text
    assert "Sign in with a passkey" in page
    assert 'autocomplete="username webauthn"' in page
    options = client.post(OPTIONS).json
    assert options["allowCredentials"] == []
    assert options["userVerification"] == "required"
    data = {"credential": key.get(options), "next": "/account", "portal": "student"}
    assert client.post("/sign-in/passkey", data=data).location == "/account"
    assert user.full_name in client.get("/account").text
    with database.reading() as db:
        kept = db.scalars(select(Passkey)).one()
        assert kept.last_used_at is not None
        assert kept.sign_count == key.count


def test_alone_the_device_must_have_checked_its_owner(client, holder):
    _user, _me, key = holder
    answer = key.get(client.post(OPTIONS).json, verified=False)
    assert client.post("/sign-in/passkey", data={"credential": answer}).location == "/login"


def test_a_challenge_counts_once(client, holder):
    _user, _me, key = holder
    answer = key.get(client.post(OPTIONS).json)
    with client.session_transaction() as held:
        name = held["passkey_sign_in"]
    assert client.post("/sign-in/passkey", data={"credential": answer}).location == "/"
    client.post("/logout")
    with client.session_transaction() as held:
        held["passkey_sign_in"] = name
    assert client.post("/sign-in/passkey", data={"credential": answer}).location == "/login"


def test_a_wrong_answer_uses_the_challenge_up_as_well(client, holder):
    _user, _me, key = holder
    options = client.post(OPTIONS).json
    with client.session_transaction() as held:
        name = held["passkey_sign_in"]
    client.post("/sign-in/passkey", data={"credential": "{}"})
    with client.session_transaction() as held:
        held["passkey_sign_in"] = name
    data = {"credential": key.get(options)}
    assert client.post("/sign-in/passkey", data=data).location == "/login"


def test_a_challenge_is_bound_to_its_browser_its_time_and_its_purpose(client, app, holder):
    _user, me, key = holder
    answer = key.get(client.post(OPTIONS).json)
    other = app.test_client()
    assert other.post("/sign-in/passkey", data={"credential": answer}).location == "/login"
    answer = key.get(client.post(OPTIONS).json)
    with clock.travel(timedelta(minutes=5, seconds=1)):
        assert client.post("/sign-in/passkey", data={"credential": answer}).location == "/login"
    answer = key.get(me.post("/prove/passkey").json)
    with me.session_transaction() as held:
        name = held["passkey_prove"]
    with client.session_transaction() as held:
        held["passkey_sign_in"] = name
    assert client.post("/sign-in/passkey", data={"credential": answer}).location == "/login"


@pytest.mark.parametrize("wrong", ["origin", "site", "signature", "stranger", "garbage", "handle"])
def test_what_does_not_fit_opens_nothing(client, holder, wrong):
    _user, _me, key = holder
    options = client.post(OPTIONS).json
    if wrong == "origin":
        key.origin = "http://evil.example"
    if wrong == "handle":
        key.handle = "c29tZWJvZHk"
    if wrong == "stranger":
        key = SoftKey()
    answer = key.get(options, rp="evil.example" if wrong == "site" else "")
    if wrong == "signature":
        parsed = json.loads(answer)
        parsed["response"]["signature"] = parsed["response"]["signature"][:-6] + "AAAAAA"
        answer = json.dumps(parsed)
    if wrong == "garbage":
        answer = '{"id": 5, "response": []}'
    assert client.post("/sign-in/passkey", data={"credential": answer}).location == "/login"
    assert client.get("/account").status_code == 303


def test_a_counter_that_does_not_grow_is_a_copy_and_refused(client, holder, facts):
    _user, _me, key = holder
    key.count = 10
    answer = key.get(client.post(OPTIONS).json)
    assert client.post("/sign-in/passkey", data={"credential": answer}).location == "/"
    client.post("/logout")
    answer = key.get(client.post(OPTIONS).json, grow=-3)
    assert client.post("/sign-in/passkey", data={"credential": answer}).location == "/login"
    assert PasskeyCopied in [type(fact) for fact in facts]


def test_a_device_that_counts_nothing_may_stay_at_nought(client, holder):
    _user, _me, key = holder
    for _turn in range(2):
        answer = key.get(client.post(OPTIONS).json, grow=0)
        assert client.post("/sign-in/passkey", data={"credential": answer}).location == "/"
        client.post("/logout")


def test_somebody_elses_passkey_is_no_second_proof(client, holder, somebody, as_user):
    user, _me, _key = holder
    other = SoftKey()
    add_passkey(as_user(somebody().id), other)
    begin(client, user)
    options = client.post("/sign-in/code/passkey").json
    answer = client.post("/sign-in/code", data={"credential": other.get(options)})
    assert answer.status_code == 401


def test_a_closed_account_does_not_open_by_passkey(client, holder, database):
    from quad.core.facts import unit

    user, _me, key = holder
    with database.writer() as db, unit(db):
        db.get_one(User, user.id).state = AccountState.DISABLED
    answer = key.get(client.post(OPTIONS).json)
    assert client.post("/sign-in/passkey", data={"credential": answer}).location == "/login"


def test_the_person_chooses_between_app_passkey_and_recovery_code(
    client, holder, database, settings
):
    user, _me, key = holder
    app_key, _codes = app_of(database, user, settings.secret)
    begin(client, user)
    page = client.get("/sign-in/code").text
    assert "by=passkey" in page
    assert "by=recovery" in page
    options = client.post("/sign-in/code/passkey").json
    data = {"credential": key.get(options)}
    assert client.post("/sign-in/code?by=passkey", data=data).location == "/"
    client.post("/logout")
    begin(client, user)
    assert client.post("/sign-in/code?by=totp", data={"code": code_of(app_key)}).location == "/"


def test_a_passkey_is_a_fresh_proof(holder):
    _user, me, key = holder
    with clock.travel(timedelta(minutes=20)):
        options = me.post("/prove/passkey").json
        data = {"by": "passkey", "credential": key.get(options), "next": "/account"}
        assert me.post("/prove", data=data).location == "/account"


def test_a_passkey_is_renamed_and_removed_by_its_owner_only(
    holder, as_user, somebody, letters, facts
):
    _user, me, _key = holder
    number = REMOVE.findall(me.get("/account/security").text)[0]
    path = f"/account/factors/passkeys/{number}"
    stranger = as_user(somebody().id)
    assert stranger.get(path).status_code == 404
    assert stranger.post(f"{path}/remove").status_code == 404
    assert me.post(path, data={"name": "Old phone"}).status_code == 303
    assert "Old phone" in me.get("/account/security").text
    assert me.post(f"{path}/remove").status_code == 303
    assert "Old phone" in letters("identity/security-notice")[-1].body_text
    assert FactorRemoved in [type(fact) for fact in facts]


@pytest.mark.parametrize("answer", ["{}", "[]", "null", "nonsense", '{"id":"x","rawId":"x"}'])
def test_an_answer_that_is_none_is_refused_in_words(as_user, somebody, answer):
    me = as_user(somebody().id)
    me.post("/account/factors/passkeys/options")
    data = {"name": "Phone", "credential": answer}
    page = me.post("/account/factors/passkeys/new", data=data)
    assert page.status_code == 422
    assert "did not answer as it should" in page.text
    assert 'value="Phone"' in page.text


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://Quad.Example/", "https://quad.example"),
        ("https://quad.example:443", "https://quad.example"),
        ("https://quad.example:8443/x", "https://quad.example:8443"),
        ("http://localhost:5000", "http://localhost:5000"),
        ("http://quad.example", None),
        ("http://127.0.0.1:8000", None),
        ("https://[2001:db8::1]", None),
        ("https://192.0.2.7", None),
    ],
)
def test_the_public_address_decides_how_passkeys_know_the_site(address, origin):
    found = relying_party(address)
    assert (found.origin if found else None) == origin


def test_where_passkeys_cannot_work_they_are_not_offered(client, adjust, as_user, somebody):
    adjust(base_url="http://127.0.0.1:8000")
    assert "passkey" not in client.get("/login").text
    assert client.post(OPTIONS).status_code == 404
    assert as_user(somebody().id).get("/account/factors/passkeys/new").status_code == 404


def test_programs_add_a_passkey_and_sign_in_with_it(client, somebody, adjust):
    adjust(base_url=HERE, login_code="off")
    user, key = somebody(), SoftKey()
    login = {"email": user.email, "password": PASSWORD}
    token = client.post("/api/v1/auth/login", json=login).json["data"]["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    base = "/api/v1/me/factors/passkeys"
    made = client.post(f"{base}/options", headers=bearer).json["data"]
    body = {
        "ceremony": made["ceremony"],
        "name": "Script",
        "credential": key.create(made["options"]),
    }
    assert client.post(base, headers=bearer, json=body).status_code == 201
    assert client.post(base, headers=bearer, json=body).status_code == 422
    begun = client.post("/api/v1/auth/passkey/options", json={}).json["data"]
    body = {"ceremony": begun["ceremony"], "credential": key.get(begun["options"])}
    assert client.post("/api/v1/auth/passkey", json=body).status_code == 200
    assert client.post("/api/v1/auth/passkey", json=body).status_code == 401
    challenge = client.post("/api/v1/auth/login", json=login).json["data"]["challenge"]
    begun = client.post("/api/v1/auth/passkey/options", json={"challenge": challenge}).json["data"]
    body = {
        "challenge": challenge,
        "code": key.get(begun["options"]),
        "method": "passkey",
        "ceremony": begun["ceremony"],
    }
    assert client.post("/api/v1/auth/verify", json=body).status_code == 200
    number = client.get("/api/v1/me/factors", headers=bearer).json["data"]["passkeys"][0]["id"]
    renamed = client.patch(f"{base}/{number}", headers=bearer, json={"name": "New"})
    assert renamed.json["data"]["name"] == "New"
    assert client.delete(f"{base}/{number}", headers=bearer).status_code == 200
