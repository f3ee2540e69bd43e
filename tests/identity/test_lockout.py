from __future__ import annotations

from datetime import timedelta

import pytest

from quad.core import clock
from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.identity.facts.accounts import SignInFailed
from quad.identity.service import guards, signin
from tests.factories.people import PASSWORD
from tests.identity.conftest import sign_in


def fail(client, email: str, times: int) -> None:
    for _turn in range(times):
        assert sign_in(client, email, "wrong horse").status_code == 401


def test_after_five_failures_even_the_right_password_gets_the_neutral_answer(
    client, somebody, adjust, facts
):
    adjust(login_code="off")
    user = somebody()
    fail(client, user.email, 5)
    locked = sign_in(client, user.email)
    assert locked.status_code == 401
    assert "do not fit together" in locked.text
    assert [fact.locked for fact in facts if isinstance(fact, SignInFailed)][:5] == [False] * 4 + [
        True
    ]
    with clock.travel(timedelta(seconds=61)):
        assert sign_in(client, user.email).location == "/"


def test_the_wait_grows_with_every_further_failure(client, somebody, adjust):
    adjust(login_code="off")
    user = somebody()
    fail(client, user.email, 5)
    with clock.travel(timedelta(seconds=61)):
        fail(client, user.email, 1)
    with clock.travel(timedelta(seconds=61 + 61)):
        assert sign_in(client, user.email).status_code == 401
    with clock.travel(timedelta(seconds=61 + 61 + 240)):
        assert sign_in(client, user.email).location == "/"
    waits = [guards.wait_after(over).total_seconds() / 60 for over in range(9)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_success_forgets_the_failures(client, somebody, adjust):
    adjust(login_code="off")
    user = somebody()
    for _round in range(3):
        fail(client, user.email, 4)
        assert sign_in(client, user.email).location == "/"
        client.post("/logout")


def test_the_owner_of_a_locked_account_is_told_by_the_worker_and_a_strangers_name_is_not(
    client, somebody, letters, jobs, database, app
):
    user = somebody()
    fail(client, user.email, 5)
    fail(client, "nobody@college.example", 5)
    promised = jobs(signin.LOCKED_MAIL)
    assert [job.payload["user_id"] for job in promised] == [user.id, None]
    for job in promised:
        with database.writer() as db, unit(db):
            signin.mail_locked(db, job.payload["user_id"], job.payload["address"])
    assert [mail.address for mail in letters("identity/locked")] == [user.email]


def test_e_mail_and_user_name_count_together(client, somebody, adjust):
    adjust(login_code="off")
    user = somebody(username="meera")
    fail(client, user.email, 3)
    fail(client, "meera", 2)
    assert sign_in(client, user.email).status_code == 401


def test_one_address_that_tries_many_names_has_to_wait_but_others_have_not(
    app, somebody, adjust, monkeypatch
):
    adjust(login_code="off")
    monkeypatch.setattr(guards, "ADDRESS_TRIES", 6)
    user = somebody()
    bad, good = app.test_client(), app.test_client()
    for number in range(6):
        sign_in(bad, f"nobody{number}@college.example", "wrong horse")
    assert sign_in(bad, user.email).status_code == 401
    answer = good.post(
        "/login",
        data={"email": user.email, "password": PASSWORD},
        environ_overrides={"REMOTE_ADDR": "192.0.2.7"},
    )
    assert answer.location == "/"


def test_wrong_codes_end_the_sign_in_and_not_the_account(client, somebody, newest_code, adjust):
    user = somebody()
    sign_in(client, user.email)
    wrong = "000000" if newest_code() != "000000" else "111111"
    for _turn in range(5):
        client.post("/sign-in/code", data={"code": wrong})
    assert client.post("/sign-in/code", data={"code": newest_code()}).location == "/login"
    sign_in(client, user.email)
    assert client.post("/sign-in/code", data={"code": newest_code()}).location == "/"


@pytest.mark.db
def test_counting_survives_the_refusal_on_every_database(database: Database, facts):
    key = guards.account_key("nobody@college.example", None)
    for _turn in range(5):
        with database.writer() as db, unit(db):
            guards.count_failure(db, key)
    with database.reading() as db:
        assert guards.is_locked(db, [key])
        assert not guards.is_locked(db, [guards.account_key("other@college.example", None)])
