from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from quad.core import clock
from quad.core.facts import unit
from quad.identity.facts.accounts import PasswordChanged
from quad.identity.models.accounts import AccountState, PasswordReset, User
from quad.identity.service import resets
from tests.factories.people import PASSWORD
from tests.identity.conftest import sign_in

NEW = "quiet lantern orchard 7"
LINK = re.compile(r"/reset/([0-9a-f-]{36})")


@pytest.fixture
def ask(client, database, jobs, letters):
    """Ask for a link as a visitor, let the worker work, and return the token from the mail (None without one)."""

    def run(identifier: str) -> str | None:
        before = len(letters("identity/reset"))
        answer = client.post("/forgot-password", data={"email": identifier})
        assert answer.status_code == 200
        with database.writer() as db, unit(db):
            resets.mail_reset(db, jobs(resets.RESET_JOB)[-1].payload["identifier"], "http://q")
        found = letters("identity/reset")[before:]
        if not found:
            return None
        match = LINK.search(found[-1].body_text or "")
        assert match is not None
        return match[1]

    return run


@pytest.mark.feature("L7", "A29", "L25")
def test_a_link_sets_a_new_password_once_and_ends_every_session(
    client, as_user, somebody, ask, letters, adjust, database, facts
):
    adjust(login_code="off")
    user = somebody()
    theirs = as_user(user.id)
    token = ask(user.email)
    assert uuid.UUID(token).version == 4
    with database.reading() as db:
        assert token not in db.scalars(select(PasswordReset)).one().token_hash
    assert client.get(f"/reset/{token}").status_code == 200
    answer = client.post(f"/reset/{token}", data={"password": NEW, "repeat": NEW})
    assert answer.location == "/login"
    assert theirs.get("/account").status_code == 303
    assert sign_in(client, user.email, PASSWORD).status_code == 401
    assert sign_in(client, user.email, NEW).location == "/"
    assert client.get(f"/reset/{token}").status_code == 410
    assert client.post(f"/reset/{token}", data={"password": NEW, "repeat": NEW}).status_code == 410
    assert len(letters("identity/password-changed")) == 1
    assert any(isinstance(fact, PasswordChanged) for fact in facts)


@pytest.mark.feature("L7", "C13")
def test_programs_ask_for_a_link_and_set_the_password_by_it(client, somebody, jobs, ask, adjust):
    adjust(login_code="off")
    user = somebody()
    told = [
        client.post("/api/v1/auth/forgot-password", json={"email": each})
        for each in (user.email, "nobody@college.example")
    ]
    assert [each.status_code for each in told] == [202, 202]
    assert told[0].json == told[1].json
    assert len(jobs(resets.RESET_JOB)) == 2
    body = {"token": ask(user.email), "password": NEW}
    weak = client.post("/api/v1/auth/reset-password", json=body | {"password": "password"})
    assert weak.status_code == 422
    assert client.post("/api/v1/auth/reset-password", json=body).status_code == 200
    assert client.post("/api/v1/auth/reset-password", json=body).status_code == 409
    assert sign_in(client, user.email, NEW).location == "/"


@pytest.mark.feature("L7")
def test_a_link_ends_after_a_quarter_of_an_hour(client, somebody, ask):
    token = ask(somebody().email)
    with clock.travel(timedelta(minutes=14, seconds=59)):
        assert client.get(f"/reset/{token}").status_code == 200
    with clock.travel(timedelta(minutes=15, seconds=1)):
        assert client.get(f"/reset/{token}").status_code == 410


def test_a_newer_link_ends_the_older_one(client, somebody, ask):
    user = somebody()
    older, newer = ask(user.email), ask(user.email)
    assert client.get(f"/reset/{older}").status_code == 410
    assert client.get(f"/reset/{newer}").status_code == 200


def test_asking_answers_the_same_for_everybody_and_the_worker_looks(
    client, app, somebody, ask, jobs, queries
):
    user = somebody()
    closed = somebody(state=AccountState.DISABLED)
    pages, statements = [], []
    for identifier in (user.email, "nobody@college.example", closed.email):
        queries.clear()
        fresh = app.test_client()
        fresh.get("/forgot-password")
        queries.clear()
        pages.append(fresh.post("/forgot-password", data={"email": identifier}).text)
        cached = ("core_setting", "institution_term")  # read now and then, whoever asks
        statements.append([s[:40] for s in queries if not any(name in s for name in cached)])
    strip = lambda text: [line for line in text.splitlines() if "csrf" not in line]  # noqa: E731
    assert strip(pages[0]) == strip(pages[1]) == strip(pages[2])
    assert statements[0] == statements[1] == statements[2]
    assert len(jobs(resets.RESET_JOB)) == 3
    assert ask("nobody@college.example") is None
    assert ask(closed.email) is None


@pytest.mark.feature("L8")
@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        ("short", "short", "at least 8"),
        ("password", "password", "first passwords"),
        (NEW, NEW + "x", "not the same"),
    ],
)
def test_a_bad_new_password_is_refused_and_the_link_stays(
    client, somebody, ask, first, second, says
):
    token = ask(somebody().email)
    answer = client.post(f"/reset/{token}", data={"password": first, "repeat": second})
    assert answer.status_code == 422
    assert says in answer.text
    assert first not in answer.text or first == "password"
    assert client.get(f"/reset/{token}").status_code == 200


def test_somebody_imported_without_a_password_activates_by_link(client, somebody, ask, adjust):
    adjust(login_code="off")
    user = somebody(password=None)
    assert sign_in(client, user.email, "anything").status_code == 401
    token = ask(user.email)
    client.post(f"/reset/{token}", data={"password": NEW, "repeat": NEW})
    assert sign_in(client, user.email, NEW).location == "/"


def test_a_reset_ends_the_wait_of_a_locked_account(client, somebody, ask, adjust):
    adjust(login_code="off")
    user = somebody()
    for _turn in range(5):
        sign_in(client, user.email, "wrong horse")
    client.post(f"/reset/{ask(user.email)}", data={"password": NEW, "repeat": NEW})
    assert sign_in(client, user.email, NEW).location == "/"


@pytest.mark.parametrize("token", ["x", "0" * 36, "..", "a" * 5000])
def test_a_token_that_never_was_is_over(client, token):
    assert client.get(f"/reset/{token}").status_code in (404, 410)


@pytest.mark.feature("L10")
def test_a_one_time_password_must_be_changed_before_anything_else(
    client, somebody, adjust, database
):
    adjust(login_code="off")
    user = somebody(must_change_password=True)
    sign_in(client, user.email)
    for path in ("/", "/account", "/account/security"):
        answer = client.get(path)
        assert answer.status_code == 303
        assert answer.location.startswith("/change-password")
    assert client.get("/api/v1/users").status_code == 403
    assert client.get("/api/v1/me").json["data"]["must_change_password"] is True
    assert client.get("/change-password?next=/account").status_code == 200
    answer = client.post(
        "/change-password", data={"current": PASSWORD, "password": PASSWORD, "repeat": PASSWORD}
    )
    assert answer.status_code == 422
    answer = client.post(
        "/change-password?next=/account",
        data={"current": PASSWORD, "password": NEW, "repeat": NEW},
    )
    assert answer.location == "/account"
    assert client.get("/account").status_code == 200
    with database.reading() as db:
        assert not db.get_one(User, user.id).must_change_password


def test_changing_the_password_keeps_this_device_and_ends_the_others(
    client, as_user, somebody, adjust
):
    adjust(login_code="off")
    user = somebody()
    other = as_user(user.id)
    sign_in(client, user.email)
    wrong = client.post(
        "/change-password", data={"current": "nope", "password": NEW, "repeat": NEW}
    )
    assert wrong.status_code == 422
    assert "not your current password" in wrong.text
    client.post("/change-password", data={"current": PASSWORD, "password": NEW, "repeat": NEW})
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
