from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from quad.core import clock
from quad.core.jobs.models import Job, JobState
from quad.identity.models.accounts import User
from quad.identity.service import activation, emails
from tests.factories.people import PASSWORD
from tests.identity.conftest import found, sign_in

NEW = "quiet lantern orchard 7"
LINK = re.compile(r"/activate/([\w-]{20,})")
CONFIRM = re.compile(r"/account/email/confirm/([\w-]{20,})")
BOTH = {"password": NEW, "repeat": NEW}


@pytest.fixture
def activated(as_role, work, letters):
    """Send links to these people and return the newest token."""

    def send(*users):
        answer = as_role("admin").post("/users/activate", data={"id": [str(u.id) for u in users]})
        assert answer.location.startswith("/progress/")
        work(activation.SEND_JOB)
        return found(LINK, letters("identity/activate")[-1].body_text)

    return send


def test_people_without_a_password_get_a_link_that_sets_the_first_one(
    client, somebody, adjust, activated, letters, database
):
    adjust(login_code="off")
    waiting, ready = somebody(password=None), somebody()
    nowhere = somebody(password=None, email="4nv24@students.invalid")
    token = activated(waiting, ready, nowhere)
    assert [mail.address for mail in letters("identity/activate")] == [waiting.email]
    assert waiting.email in client.get(f"/activate/{token}").text
    weak = {"password": "password", "repeat": "password"}
    assert client.post(f"/activate/{token}", data=weak).status_code == 422
    assert client.post(f"/activate/{token}", data=BOTH).location == "/login"
    assert client.post(f"/activate/{token}", data=BOTH).status_code == 410
    assert sign_in(client, waiting.email, NEW).location == "/"
    with database.reading() as db:
        job = db.scalars(select(Job).where(Job.kind == activation.SEND_JOB)).one()
        assert (job.state, job.progress_done, job.progress_total) == (JobState.DONE, 3, 3)


def test_programs_send_links_and_set_the_first_password(
    client, as_role, somebody, adjust, work, letters
):
    adjust(login_code="off")
    waiting = somebody(password=None)
    people = {"user_ids": [waiting.id]}
    assert as_role("hod").post("/api/v1/users/activate", json=people).status_code == 403
    sent = as_role("admin").post("/api/v1/users/activate", json=people)
    assert sent.status_code == 202
    assert sent.json["data"]["job_id"]
    work(activation.SEND_JOB)
    token = found(LINK, letters("identity/activate")[-1].body_text)
    body = {"token": token, "password": NEW}
    assert client.post("/api/v1/auth/activate", json=body).status_code == 200
    assert client.post("/api/v1/auth/activate", json=body).status_code == 409
    assert sign_in(client, waiting.email, NEW).location == "/"


def test_a_link_ends_after_two_weeks_and_a_newer_one_replaces_it(client, somebody, activated):
    user = somebody(password=None)
    first, second = activated(user), activated(user)
    assert client.get(f"/activate/{first}").status_code == 410
    with clock.travel(timedelta(days=14, seconds=1)):
        assert client.get(f"/activate/{second}").status_code == 410


def test_only_administrators_send_links(as_role, somebody):
    user = somebody(password=None)
    assert as_role("hod").post("/users/activate", data={"id": str(user.id)}).status_code == 403


def test_without_an_address_a_chosen_password_alone_opens_nothing(client, somebody):
    user = somebody(email="4nv24cs001@students.invalid", username="4nv24cs001")
    answer = sign_in(client, "4nv24cs001")
    assert answer.status_code == 401
    assert client.get("/profile").status_code == 303
    login = {"email": user.email, "password": PASSWORD}
    assert client.post("/api/v1/auth/login", json=login).status_code == 401


def test_without_an_address_it_opens_where_no_codes_are_used(client, somebody, adjust):
    adjust(login_code="off")
    somebody(email="4nv24cs001@students.invalid", username="4nv24cs001")
    assert sign_in(client, "4nv24cs001").location == "/"
    assert client.get("/profile").status_code == 200


def test_a_one_time_password_leads_to_an_address_of_ones_own(
    client, somebody, work, letters, database
):
    user = somebody(
        email="4nv24cs001@students.invalid", username="4nv24cs001", must_change_password=True
    )
    assert sign_in(client, "4nv24cs001").location == "/"
    assert client.get("/profile").location.startswith("/change-password")
    client.post("/change-password", data={"current": PASSWORD, **BOTH})
    assert client.get("/profile").location == "/account/first-email"
    assert client.post("/profile/photo").location == "/account/first-email"
    assert client.get("/api/v1/me/profile").status_code == 403
    assert client.get("/account/first-email").status_code == 200
    wrong = client.post("/account/first-email", data={"email": "me@students.invalid"})
    assert wrong.status_code == 422
    assert client.post("/account/first-email", data={"email": "me@home.example"}).status_code == 202
    assert client.get("/profile").location == "/account/first-email"
    work(emails.CHANGE_JOB)
    assert not letters("identity/email-changing")
    token = found(CONFIRM, letters("identity/email-confirm")[0].body_text)
    assert client.post(f"/account/email/confirm/{token}").status_code == 303
    assert client.get("/profile").status_code == 200
    with database.reading() as db:
        assert db.scalars(select(User.email).where(User.id == user.id)).one() == "me@home.example"
    client.post("/logout")
    assert sign_in(client, "4nv24cs001", NEW).location == "/sign-in/code"
