"""Personal access tokens: what each may do, who used it last and from where, their end and their renewal."""

from __future__ import annotations

import re
from datetime import timedelta

import jwt
import pytest
from sqlalchemy import select

from quad.core import behind, clock
from quad.core.errors import Forbidden, Invalid
from quad.core.facts import unit
from quad.core.policy import SYSTEM
from quad.identity.models.accounts import PersonalToken, UserSession
from quad.identity.service import scopes, sessions, tokens

pytestmark = pytest.mark.feature("C29")
ADDRESS = "/api/v1/tokens"
SECRET = re.compile(r'id="new-token">([^<]+)<')


@pytest.fixture
def key(database, somebody):
    """Make a token with these scopes for a new person of this role; return the header that uses it."""

    def make(*words: str, role: str = "admin", days: int | None = None) -> dict[str, str]:
        user = somebody(role=role)
        ttl = timedelta(days=days) if days else None
        with database.writer() as db, unit(db):
            token = tokens.create_token(db, SYSTEM, user.id, name="script", ttl=ttl, scopes=words)
        return {"Authorization": f"Bearer {token}"}

    return make


@pytest.mark.parametrize(
    ("words", "reads_academics", "reads_audit", "writes_institution"),
    [
        (("read", "write"), 200, 200, 201),
        (("read",), 200, 200, 403),
        (("write",), 200, 200, 201),
        (("read:academics",), 200, 403, 403),
        (("read:academics", "write:institution"), 200, 403, 201),
        (("write:institution",), 403, 403, 201),
    ],
)
def test_a_token_does_what_it_was_made_for_and_no_more(
    client, key, app, words, reads_academics, reads_audit, writes_institution
):
    headers = key(*words)
    assert client.get("/api/v1/students", headers=headers).status_code == reads_academics
    assert client.get("/api/v1/users", headers=headers).status_code == reads_audit
    made = client.post(
        "/api/v1/academics/departments", json={"name": "X", "code": "X"}, headers=headers
    )
    assert made.status_code == writes_institution
    assert client.get("/api/v1/me", headers=headers).status_code == 200


def test_the_refusal_names_the_area_or_says_that_it_only_reads(client, key):
    beyond = client.get("/api/v1/users", headers=key("read:academics"))
    assert beyond.json["error"] == "This token does not reach “Accounts and staff”."
    reading = client.post("/api/v1/academics/departments", json={}, headers=key("read"))
    assert reading.json["error"] == "This token may only read."


def test_a_token_gives_no_right_its_owner_lacks(client, key):
    headers = key("read", "write", role="student")
    assert client.get("/api/v1/users", headers=headers).status_code == 403


def test_scopes_that_are_none_are_refused(app):
    for words in ([], ["admin"], ["read:moon"], ["write:"]):
        with pytest.raises(Invalid):
            scopes.checked(words)
    assert scopes.checked(["write:academics", "read", "read"]) == "read write:academics"
    with pytest.raises(Forbidden):
        scopes.require_scope({"read"}, "", writes=True)


def test_tokens_are_made_listed_rotated_and_ended_over_the_api(as_role, client):
    them = as_role("student")
    made = them.post(ADDRESS, json={"name": "script", "days": 30, "scopes": ["read:academics"]})
    assert made.status_code == 201
    first = {"Authorization": f"Bearer {made.json['data']['token']}"}
    listed = them.get(ADDRESS).json["data"][0]
    assert listed["scopes"] == ["read:academics"]
    renewed = them.post(f"{ADDRESS}/{listed['id']}/rotate", json={"days": 10})
    second = {"Authorization": f"Bearer {renewed.json['data']['token']}"}
    assert client.get("/api/v1/me", headers=first).status_code == 401
    assert client.get("/api/v1/me", headers=second).status_code == 200
    assert them.delete(f"{ADDRESS}/{listed['id']}").status_code == 200
    assert client.get("/api/v1/me", headers=second).status_code == 401
    assert them.post(f"{ADDRESS}/{listed['id']}/rotate", json={}).status_code == 404


def test_a_token_makes_no_tokens(client, key):
    headers = key("read", "write")
    answer = client.post(ADDRESS, json={"name": "more"}, headers=headers)
    assert answer.status_code == 403


def test_making_one_asks_for_a_fresh_proof(as_role, database):
    them = as_role("student")
    with database.writer() as db, unit(db):
        for session in db.scalars(select(UserSession)):
            session.proved_at = clock.now() - timedelta(hours=2)
    assert them.post(ADDRESS, json={"name": "script"}).status_code == 403


def test_the_page_offers_every_area_and_shows_a_secret_once(as_role):
    them = as_role("student")
    page = them.post(
        "/account/tokens",
        data={"name": "script", "days": "", "scopes": ["read:academics", "write:notifications"]},
    )
    assert page.status_code == 200
    secret = SECRET.search(page.text)
    assert secret is not None
    again = them.get("/account/tokens").text
    assert secret[1] not in again
    assert "Changes: Notifications; Reads: Students, courses and marks" in again
    assert "never ends" in again
    refused = them.post("/account/tokens", data={"name": "script"})
    assert refused.status_code == 422
    assert "Choose what the token may do" in refused.text


def test_the_last_use_is_kept_with_its_time_and_address(client, key, database):
    headers = key("read")
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    client.get("/api/v1/me", headers=headers, environ_base=elsewhere)
    behind.behind(database).flush()
    with database.reading() as db:
        row = db.scalars(select(PersonalToken)).one()
        assert row.last_used_ip == "203.0.113.9"
        assert row.last_used_at is not None


def test_a_token_ends_on_its_day(client, key):
    headers = key("read", days=2)
    with clock.travel(timedelta(days=1)):
        assert client.get("/api/v1/me", headers=headers).status_code == 200
    with clock.travel(timedelta(days=2, seconds=1)):
        assert client.get("/api/v1/me", headers=headers).status_code == 401


def test_nobody_ends_or_renews_the_token_of_somebody_else(as_role, database):
    one, other = as_role("student"), as_role("student")
    one.post(ADDRESS, json={"name": "script"})
    with database.reading() as db:
        number = db.scalars(select(PersonalToken.id)).one()
    assert other.delete(f"{ADDRESS}/{number}").status_code == 404
    assert other.post(f"{ADDRESS}/{number}/rotate", json={}).status_code == 404
    assert as_role("admin").post(f"{ADDRESS}/{number}/rotate", json={}).status_code == 404


def test_however_often_a_client_refreshes_it_signs_in_anew_after_half_a_year(
    client, database, somebody, settings
):
    user = somebody()
    with database.writer() as db, unit(db):
        opened = sessions.open_session(db, user.id, via_api=True)
        refresh = tokens.first_pair(db, opened.session_id, settings.secret).refresh_token
    for days in range(29, 29 * 6 + 1, 29):
        with clock.travel(timedelta(days=days)), database.writer() as db, unit(db):
            pair = tokens.rotate(db, refresh, settings.secret)
            assert pair is not None, days
            refresh = pair.refresh_token
    with clock.travel(timedelta(days=181)), database.writer() as db, unit(db):
        assert tokens.rotate(db, refresh, settings.secret) is None


def test_an_access_token_for_another_audience_is_401(client, database, somebody, settings):
    user = somebody()
    with database.writer() as db, unit(db):
        opened = sessions.open_session(db, user.id, via_api=True)
    claims = {
        "sid": str(opened.session_id),
        "sub": str(opened.user_id),
        "exp": int(clock.now().timestamp()) + 600,
    }
    for aud in ({}, {"aud": "elsewhere"}, {"aud": "quad-api"}):
        token = jwt.encode(claims | aud, settings.secret, algorithm="HS256")
        answer = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code == 200) is (aud == {"aud": "quad-api"})
