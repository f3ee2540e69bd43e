from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from quad.core import clock
from quad.identity.facts.factors import DeviceForgotten, DeviceTrusted
from quad.identity.models.factors import TrustedDevice
from tests.factories.people import PASSWORD
from tests.identity.conftest import sign_in
from tests.identity.factors import app_of, code_of

COOKIE = "quad_device"
FORGET = re.compile(r"/account/devices/(\d+)/forget")


@pytest.fixture
def trust(client, adjust, newest_code):
    """Sign somebody in with the code and trust the device; sign out again."""

    def run(user, through=None):
        browser = through or client
        assert sign_in(browser, user.email).location == "/sign-in/code"
        browser.post("/sign-in/code", data={"code": newest_code(), "trust": "true"})
        browser.post("/logout")

    adjust(login_code="new_device")
    return run


def cookie_of(client) -> str:
    held = client.get_cookie(COOKIE)
    return held.value if held else ""


def test_the_mark_of_a_device_changes_at_every_sign_in_and_the_old_one_is_worth_nothing(
    client, app, somebody, trust, database, facts
):
    user = somebody()
    trust(user)
    assert DeviceTrusted in [type(fact) for fact in facts]
    first = cookie_of(client)
    with database.reading() as db:
        assert first not in db.scalars(select(TrustedDevice)).one().key_hash
    assert sign_in(client, user.email).location == "/"
    assert cookie_of(client) not in ("", first)
    thief = app.test_client()
    thief.set_cookie(COOKIE, first)
    assert sign_in(thief, user.email).location == "/sign-in/code"


def test_using_a_device_does_not_lengthen_its_month(client, somebody, trust):
    user = somebody()
    trust(user)
    for days in (10, 29):
        with clock.travel(timedelta(days=days)):
            assert sign_in(client, user.email).location == "/"
            client.post("/logout")
    with clock.travel(timedelta(days=31)):
        assert sign_in(client, user.email).location == "/sign-in/code"


def test_two_people_trust_the_same_browser(client, somebody, trust):
    first, second = somebody(), somebody()
    trust(first)
    trust(second)
    for user in (first, second, first):
        assert sign_in(client, user.email).location == "/"
        client.post("/logout")


def test_devices_are_listed_and_trusted_no_longer(client, somebody, trust, as_user, facts):
    user = somebody()
    trust(user)
    me = as_user(user.id)
    number = FORGET.findall(me.get("/account/security").text)[0]
    stranger = as_user(somebody().id)
    assert stranger.post(f"/account/devices/{number}/forget").status_code == 404
    assert me.post(f"/account/devices/{number}/forget").status_code == 303
    assert DeviceForgotten in [type(fact) for fact in facts]
    assert sign_in(client, user.email).location == "/sign-in/code"


def test_a_new_password_ends_the_trust(client, somebody, trust, as_user):
    user = somebody()
    trust(user)
    new = "quiet lantern orchard 7"
    change = {"current": PASSWORD, "password": new, "repeat": new}
    assert as_user(user.id).post("/change-password", data=change).status_code == 303
    assert sign_in(client, user.email, new).location == "/sign-in/code"


def test_a_password_given_by_an_administrator_ends_the_trust(client, somebody, trust, database):
    from quad.core.facts import emit, unit
    from quad.identity.facts.accounts import UserPasswordReset

    user = somebody()
    trust(user)
    with database.writer() as db, unit(db):
        emit(db, UserPasswordReset(actor_id=None, user_id=user.id))
    assert sign_in(client, user.email).location == "/sign-in/code"


def test_a_new_factor_ends_the_trust_and_may_be_trusted_itself(
    client, somebody, trust, database, settings
):
    user = somebody()
    trust(user)
    key, _codes = app_of(database, user, settings.secret)
    assert sign_in(client, user.email).location == "/sign-in/code"
    client.post("/sign-in/code", data={"code": code_of(key), "trust": "true"})
    client.post("/logout")
    assert sign_in(client, user.email).location == "/"


def test_where_the_second_step_is_always_asked_for_no_device_is_trusted(
    client, somebody, trust, adjust
):
    user = somebody()
    trust(user)
    adjust(login_code="required")
    assert sign_in(client, user.email).location == "/sign-in/code"
    assert "Do not ask on this device" not in client.get("/sign-in/code").text


@pytest.mark.parametrize("cookie", ["", "x", ".", "x.y.z.a.b.c", "é" * 10, "k" * 3000])
def test_a_mark_of_nobody_is_worth_nothing(client, somebody, adjust, cookie):
    adjust(login_code="new_device")
    client.set_cookie(COOKIE, cookie.encode().decode("latin-1"))
    assert sign_in(client, somebody().email).location == "/sign-in/code"
