"""Many guesses at once never open anything: the challenge is over then, the person is not locked out."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from quad.core.facts import unit
from quad.identity.models.accounts import LinkPurpose
from quad.identity.service import resets
from tests.factories.people import PASSWORD, person

pytestmark = [pytest.mark.feature("L7", "C13"), pytest.mark.db]
MANY = [100, pytest.param(1_000, marks=pytest.mark.torture)]
THREADS = 8
NEW = "quiet lantern orchard 7"


@pytest.fixture
def email(database) -> str:
    with database.writer() as db, unit(db):
        return person(db).email_as_typed


def _at_once(count: int, guess: Any) -> list[int]:
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(guess, range(count)))


@pytest.mark.parametrize("count", MANY)
def test_parallel_guesses_of_a_code_fail_and_end_the_challenge_only(
    count, app, client, email, newest_code
):
    login = {"email": email, "password": PASSWORD}
    challenge = client.post("/api/v1/auth/login", json=login).json["data"]["challenge"]
    right = newest_code()

    def guess(number: int) -> int:
        code = f"{(int(right) + 1 + number) % 1_000_000:06d}"
        body = {"challenge": challenge, "code": code}
        status: int = app.test_client().post("/api/v1/auth/verify", json=body).status_code
        return status

    statuses = _at_once(count, guess)
    assert set(statuses) <= {401, 409, 410, 422, 429}
    spent = client.post("/api/v1/auth/verify", json={"challenge": challenge, "code": right})
    assert spent.status_code != 200
    again = client.post("/api/v1/auth/login", json=login)
    assert again.status_code == 202, "the person is locked out"
    fresh = {"challenge": again.json["data"]["challenge"], "code": newest_code()}
    assert client.post("/api/v1/auth/verify", json=fresh).status_code == 200


@pytest.mark.parametrize("count", MANY)
def test_parallel_guesses_of_a_reset_link_fail_and_leave_the_true_one_alone(
    count, app, client, database, email, adjust
):
    adjust(login_code="off")
    with database.writer() as db, unit(db):
        user = person(db)
        token = resets.new_link(db, user.id, LinkPurpose.RESET, resets.RESET_LIFE)
        mine = user.email_as_typed

    def guess(number: int) -> int:
        body = {"password": NEW, "repeat": NEW}
        wrong = str(uuid.uuid4()) if number % 2 else token[:-1] + ("0" if token[-1] != "0" else "1")
        status: int = app.test_client().post(f"/reset/{wrong}", data=body).status_code
        return status

    assert set(_at_once(count, guess)) == {410}
    assert (
        client.post("/api/v1/auth/login", json={"email": mine, "password": PASSWORD}).status_code
        == 200
    )
    opened = client.post(f"/reset/{token}", data={"password": NEW, "repeat": NEW})
    assert opened.status_code == 303


@pytest.mark.parametrize("count", [50])
def test_of_many_who_use_one_link_at_once_exactly_one_succeeds(count, app, database):
    with database.writer() as db, unit(db):
        token = resets.new_link(db, person(db).id, LinkPurpose.RESET, resets.RESET_LIFE)

    def use(number: int) -> int:
        word = f"{NEW} {number}"
        body = {"password": word, "repeat": word}
        status: int = app.test_client().post(f"/reset/{token}", data=body).status_code
        return status

    statuses = _at_once(count, use)
    assert statuses.count(303) == 1
