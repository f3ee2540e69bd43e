from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from quad.core import clock
from quad.core.facts import unit
from quad.identity.models.accounts import User, UserSession
from quad.identity.service import emails
from tests.factories.people import PASSWORD
from tests.identity.conftest import found, sign_in

NEW = "new@college.example"
CONFIRM = re.compile(r"/account/email/confirm/([\w-]{20,})")
UNDO = re.compile(r"/account/email/undo/([\w-]{20,})")

pytestmark = pytest.mark.feature("L24")


@pytest.fixture
def ask(as_user, work, letters):
    """Ask for a new address and return (client, token for the new address or None, token for the old one)."""

    def run(user, email=NEW):
        client, before = as_user(user.id), len(letters("identity/email-confirm"))
        assert client.post("/account/email", data={"email": email}).status_code == 202
        work(emails.CHANGE_JOB)
        mails = letters("identity/email-confirm")[before:]
        confirm = found(CONFIRM, mails[-1].body_text) if mails else None
        return client, confirm, found(UNDO, letters("identity/email-changing")[-1].body_text)

    return run


@pytest.fixture
def address(database):
    def read(user):
        with database.reading() as db:
            return db.scalars(select(User.email).where(User.id == user.id)).one()

    return read


def test_nothing_changes_before_the_new_address_is_confirmed(somebody, ask, letters, address):
    user = somebody()
    client, confirm, _undo = ask(user)
    assert [mail.address for mail in letters("identity/email-confirm")] == [NEW]
    assert [mail.address for mail in letters("identity/email-changing")] == [user.email]
    assert address(user) == user.email
    assert NEW in client.get(f"/account/email/confirm/{confirm}").text
    assert address(user) == user.email
    assert client.post(f"/account/email/confirm/{confirm}").status_code == 303
    assert address(user) == NEW
    assert client.post(f"/account/email/confirm/{confirm}").status_code == 410


def test_the_old_address_can_stop_it_and_locks_the_account(client, somebody, ask, adjust, address):
    adjust(login_code="off")
    user = somebody()
    thief, confirm, undo = ask(user)
    assert client.get(f"/account/email/undo/{undo}").status_code == 200
    assert client.post(f"/account/email/undo/{undo}").location == "/forgot-password"
    assert client.get(f"/account/email/confirm/{confirm}").status_code == 410
    assert thief.get("/account").status_code == 303
    assert sign_in(client, user.email, PASSWORD).status_code == 401
    assert address(user) == user.email


def test_the_old_address_can_take_it_back_for_a_week(client, somebody, ask, address):
    user = somebody()
    _theirs, confirm, undo = ask(user)
    client.post(f"/account/email/confirm/{confirm}")
    assert address(user) == NEW
    with clock.travel(timedelta(days=6)):
        client.post(f"/account/email/undo/{undo}")
    assert address(user) == user.email
    assert client.post(f"/account/email/undo/{undo}").status_code == 410


def test_links_end(client, somebody, ask):
    _theirs, confirm, undo = ask(somebody())
    with clock.travel(timedelta(days=1, seconds=1)):
        assert client.get(f"/account/email/confirm/{confirm}").status_code == 410
    with clock.travel(timedelta(days=7, seconds=1)):
        assert client.get(f"/account/email/undo/{undo}").status_code == 410


def test_an_address_of_somebody_else_gets_the_same_answer_and_only_they_hear_of_it(
    somebody, ask, letters
):
    user, other = somebody(), somebody(email="other@college.example")
    _theirs, confirm, _undo = ask(user, other.email)
    assert confirm is None
    assert [mail.address for mail in letters("identity/already-registered")] == [other.email]


def test_an_address_taken_meanwhile_stays_with_its_owner(client, somebody, ask, address):
    user = somebody()
    _theirs, confirm, _undo = ask(user)
    somebody(email=NEW)
    client.post(f"/account/email/confirm/{confirm}")
    assert address(user) == user.email


@pytest.mark.parametrize("wrong", ["", "nonsense", "a@b.invalid"])
def test_what_cannot_be_an_address_is_refused(as_role, wrong):
    assert as_role("student").post("/account/email", data={"email": wrong}).status_code == 422


def test_it_needs_a_fresh_proof(as_user, somebody, database, jobs):
    user = somebody()
    client = as_user(user.id)
    with database.writer() as db, unit(db):
        db.execute(update(UserSession).values(proved_at=clock.now() - timedelta(days=1)))
    assert client.post("/account/email", data={"email": NEW}).status_code != 202
    assert client.put("/api/v1/me/email", json={"email": NEW}).status_code == 403
    assert not jobs(emails.CHANGE_JOB)


def test_the_api_asks_and_confirms(client, as_role, work, letters):
    assert as_role("student").put("/api/v1/me/email", json={"email": NEW}).status_code == 202
    work(emails.CHANGE_JOB)
    token = found(CONFIRM, letters("identity/email-confirm")[0].body_text)
    confirmed = client.post("/api/v1/me/email/confirm", json={"token": token})
    assert confirmed.status_code == 200
    assert client.post("/api/v1/me/email/confirm", json={"token": token}).status_code == 409


def test_the_api_takes_a_change_back(client, somebody, ask, address, adjust):
    adjust(login_code="off")
    user = somebody()
    thief, confirm, undo = ask(user)
    thief.post("/api/v1/me/email/confirm", json={"token": confirm})
    assert client.post("/api/v1/me/email/undo", json={"token": undo}).status_code == 200
    assert client.post("/api/v1/me/email/undo", json={"token": undo}).status_code == 409
    assert address(user) == user.email
    assert thief.get("/api/v1/me").status_code == 401
