from __future__ import annotations

from datetime import timedelta

import jwt
import pytest
from sqlalchemy import select

from quad.core import clock
from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.core.settings import values
from quad.identity.facts.accounts import TokenReused
from quad.identity.models.accounts import PersonalToken, RefreshToken, UserSession
from quad.identity.service import sessions, tokens
from quad.identity.service.actor import actor_for_bearer, load_actor
from tests.factories.people import PASSWORD, grant, person

LOGIN = "/api/v1/auth/login"
ME = "/api/v1/me"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def signed_in(client, somebody, adjust):
    """Sign somebody in over the API; return the answer's data."""
    adjust(login_code="off")

    def run(**values):
        user = somebody(**values)
        return client.post(LOGIN, json={"email": user.email, "password": PASSWORD}).json["data"]

    return run


@pytest.mark.feature("C2", "C13")
def test_login_answers_in_the_promised_shape(client, somebody, adjust):
    adjust(login_code="off")
    user = somebody(role="counsellor", name="Meera Fernandes")
    answer = client.post(LOGIN, json={"email": user.email, "password": PASSWORD, "client": "old"})
    assert answer.status_code == 200
    assert answer.json["success"] is True
    assert answer.json["message"] == "Login successful"
    data = answer.json["data"]
    assert set(data) == {"access_token", "refresh_token", "user"}
    assert data["user"] == {
        "id": str(user.id),
        "email": user.email,
        "full_name": "Meera Fernandes",
        "roles": ["counsellor"],
        "department_id": None,
    }
    assert "Set-Cookie" not in answer.headers


@pytest.mark.feature("C2")
@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ({}, 400, "Email and password required"),
        ({"email": "a@b.example"}, 400, "Email and password required"),
        ({"email": "", "password": ""}, 400, "Email and password required"),
        ({"email": None, "password": "x"}, 400, "Email and password required"),
        ({"email": "nobody@b.example", "password": "x"}, 401, "Invalid credentials"),
    ],
)
def test_login_refuses_in_the_promised_words(client, adjust, body, status, sentence):
    adjust(login_code="off")
    answer = client.post(LOGIN, json=body)
    assert answer.status_code == status
    assert answer.json["success"] is False
    assert answer.json["error"] == sentence


def test_login_reads_only_json_objects(client):
    assert client.post(LOGIN, data={"email": "x"}).status_code == 415
    assert client.post(LOGIN, data="{", content_type="application/json").status_code == 400
    assert client.post(LOGIN, json=["x"]).status_code == 400
    assert client.post(LOGIN, json={"email": 5, "password": "x"}).status_code == 422


def test_a_wrong_password_and_a_closed_account_are_the_same_401(client, somebody, adjust):
    from quad.identity.models.accounts import AccountState

    adjust(login_code="off")
    closed = somebody(state=AccountState.DISABLED)
    wrong = client.post(LOGIN, json={"email": somebody().email, "password": "wrong horse"})
    shut = client.post(LOGIN, json={"email": closed.email, "password": PASSWORD})
    assert wrong.status_code == shut.status_code == 401
    assert wrong.json == shut.json


@pytest.mark.feature("C2", "L5")
def test_with_the_code_on_login_gives_a_challenge_and_verify_completes_it(
    client, somebody, newest_code
):
    user = somebody()
    answer = client.post(LOGIN, json={"email": user.email, "password": PASSWORD})
    assert answer.status_code == 202
    challenge = answer.json["data"]["challenge"]
    assert user.email not in str(answer.json)
    verify = "/api/v1/auth/verify"
    wrong = "000000" if newest_code() != "000000" else "111111"
    assert client.post(verify, json={"challenge": challenge, "code": wrong}).status_code == 401
    assert client.post(verify, json={"challenge": "x", "code": wrong}).status_code == 401
    assert client.post(verify, json={"challenge": challenge}).status_code == 400
    done = client.post(verify, json={"challenge": challenge, "code": newest_code()})
    assert done.status_code == 200
    token = done.json["data"]["access_token"]
    assert client.get(ME, headers=bearer(token)).json["data"]["email"] == user.email
    again = client.post(verify, json={"challenge": challenge, "code": newest_code()})
    assert again.status_code == 401


@pytest.mark.feature("C33")
@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer a.b.c",
        "Basic eDp5",
        "Bearer quad_pat_x",
        "Bearer " + "x" * 5000,
    ],
)
def test_a_bad_token_is_401(client, header):
    answer = client.get(ME, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.json["success"] is False


def test_an_access_token_signed_by_somebody_else_or_not_at_all_is_401(client, signed_in):
    data = signed_in()
    claims = jwt.decode(data["access_token"], options={"verify_signature": False})
    forged = jwt.encode(claims, "x" * 40, algorithm="HS256")
    bare = jwt.encode(claims, "", algorithm="none")
    for token in (forged, bare):
        assert client.get(ME, headers=bearer(token)).status_code == 401
    assert client.get(ME, headers=bearer(data["access_token"])).status_code == 200


def test_an_access_token_ends_after_a_quarter_of_an_hour(client, signed_in):
    token = signed_in()["access_token"]
    with clock.travel(timedelta(minutes=14)):  # a busy machine takes seconds in between
        assert client.get(ME, headers=bearer(token)).status_code == 200
    with clock.travel(timedelta(minutes=15, seconds=1)):
        assert client.get(ME, headers=bearer(token)).status_code == 401


def test_a_bearer_token_counts_alone_even_beside_a_cookie(client, as_role, signed_in):
    admin = as_role("admin")
    assert admin.get(ME).status_code == 200
    assert admin.get(ME, headers=bearer("x")).status_code == 401
    token = signed_in()["access_token"]
    assert admin.get(ME, headers=bearer(token)).json["data"]["roles"] == ["student"]
    assert admin.get("/users", headers=bearer(token)).status_code == 303


def test_ending_the_session_ends_its_tokens_at_once(client, signed_in, database: Database):
    data = signed_in()
    answer = client.post("/api/v1/auth/logout", headers=bearer(data["access_token"]))
    assert answer.status_code == 200
    assert client.get(ME, headers=bearer(data["access_token"])).status_code == 401
    refresh = client.post("/api/v1/auth/refresh", json={"refresh_token": data["refresh_token"]})
    assert refresh.status_code == 401


def test_the_session_of_the_api_is_no_cookie(client, signed_in, database):
    from quad.web.security import SESSION_COOKIE

    data = signed_in()
    client.set_cookie(SESSION_COOKIE, data["refresh_token"])
    assert client.get(ME).status_code == 401


def refresh(client, token: str):
    return client.post("/api/v1/auth/refresh", json={"refresh_token": token})


def test_refreshing_rotates_and_the_predecessor_gets_the_same_answer_for_half_a_minute(
    client, signed_in
):
    first = signed_in()["refresh_token"]
    answer = refresh(client, first)
    assert answer.status_code == 200
    second = answer.json["data"]
    assert second["refresh_token"] != first
    with clock.travel(timedelta(seconds=29)):
        assert refresh(client, first).json == answer.json
    with clock.travel(timedelta(seconds=29)):
        third = refresh(client, second["refresh_token"])
        assert third.status_code == 200
        assert third.json["data"]["refresh_token"] not in (first, second["refresh_token"])


def test_a_refresh_token_used_again_later_ends_the_whole_family(client, signed_in, facts):
    data = signed_in()
    second = refresh(client, data["refresh_token"]).json["data"]
    with clock.travel(timedelta(seconds=31)):
        assert refresh(client, data["refresh_token"]).status_code == 401
        assert refresh(client, second["refresh_token"]).status_code == 401
        assert client.get(ME, headers=bearer(second["access_token"])).status_code == 401
    assert [type(fact) for fact in facts].count(TokenReused) == 1


def test_a_refresh_token_lives_as_long_as_the_session(client, signed_in):
    first = signed_in()["refresh_token"]
    with clock.travel(timedelta(days=29)):
        second = refresh(client, first)
        assert second.status_code == 200
    with clock.travel(timedelta(days=58)):
        assert refresh(client, second.json["data"]["refresh_token"]).status_code == 200
    with clock.travel(timedelta(days=120)):
        assert refresh(client, second.json["data"]["refresh_token"]).status_code == 401


def test_no_token_is_kept_in_clear(signed_in, database: Database):
    data = signed_in()
    with database.reading() as db:
        kept = {row.token_hash for row in db.scalars(select(RefreshToken))}
        kept |= {row.key_hash for row in db.scalars(select(UserSession))}
    assert data["refresh_token"] not in kept


def test_a_personal_token_is_shown_once_reads_and_ends(as_role, client, database: Database):
    person_ = as_role("student")
    made = person_.post(f"{ME}/tokens", json={"name": "script", "days": 30, "scopes": "read"})
    assert made.status_code == 201
    token = made.json["data"]["token"]
    assert token.startswith("quad_pat_")
    assert client.get(ME, headers=bearer(token)).status_code == 200
    listed = person_.get(f"{ME}/tokens").json["data"]
    assert [each["name"] for each in listed] == ["script"]
    assert token not in str(listed)
    with database.reading() as db:
        assert token not in db.scalars(select(PersonalToken)).one().token_hash
    refused = client.post(f"{ME}/tokens", json={"name": "more"}, headers=bearer(token))
    assert refused.status_code == 403
    assert "only read" in refused.json["error"]
    with clock.travel(timedelta(days=31)):
        assert client.get(ME, headers=bearer(token)).status_code == 401
    assert person_.delete(f"{ME}/tokens/{listed[0]['id']}").status_code == 200
    assert client.get(ME, headers=bearer(token)).status_code == 401
    assert person_.delete(f"{ME}/tokens/{listed[0]['id']}").status_code == 404


def test_another_persons_token_cannot_be_ended(as_role):
    first, second = as_role("student"), as_role("student")
    first.post(f"{ME}/tokens", json={"name": "script"})
    listed = first.get(f"{ME}/tokens").json["data"]
    assert second.delete(f"{ME}/tokens/{listed[0]['id']}").status_code == 404


def test_using_a_personal_token_is_noted_later(as_role, client, database: Database):
    from quad.core.behind import behind

    token = as_role("student").post(f"{ME}/tokens", json={"name": "x"}).json["data"]["token"]
    client.get(ME, headers=bearer(token))
    behind(database).flush()
    with database.reading() as db:
        assert db.scalars(select(PersonalToken)).one().last_used_at is not None


def test_the_sessions_are_listed_and_ended(as_user, somebody, client):
    user = somebody()
    first, second = as_user(user.id), as_user(user.id)
    listed = first.get(f"{ME}/sessions").json["data"]
    assert [each["current"] for each in listed].count(True) == 1
    other = next(each for each in listed if not each["current"])
    stranger = as_user(somebody().id)
    assert stranger.delete(f"{ME}/sessions/{other['id']}").status_code == 404
    assert first.delete(f"{ME}/sessions/{other['id']}").status_code == 200
    assert second.get(ME).status_code == 401
    assert first.get(ME).status_code == 200
    third = as_user(user.id)
    assert first.delete(f"{ME}/sessions").status_code == 200
    assert third.get(ME).status_code == 401


def test_the_password_changes_over_the_api(as_user, somebody):
    user = somebody(must_change_password=True)
    client = as_user(user.id)
    assert client.get(f"{ME}/sessions").status_code == 403
    new = "quiet lantern orchard 7"
    weak = client.put(f"{ME}/password", json={"current": PASSWORD, "password": "password"})
    assert weak.status_code == 422
    assert "password" in weak.json["fields"]
    assert (
        client.put(f"{ME}/password", json={"current": PASSWORD, "password": new}).status_code == 200
    )
    assert client.get(f"{ME}/sessions").status_code == 200


@pytest.mark.db
def test_one_query_loads_session_person_and_grants_on_every_database(database: Database, queries):
    today = clock.today()
    with database.writer() as db, unit(db):
        user = person(db, role="admin")
        grant(db, user, "student")
        past = grant(db, user, "faculty")
        past.ends_on = today - timedelta(days=1)
        coming = grant(db, user, "advisor")
        coming.starts_on = today + timedelta(days=1)
        opened = sessions.open_session(db, user.id)
        pair = tokens.first_pair(db, opened.session_id, "s" * 40)
        key = opened.key
    with database.reading() as db:
        values(db)  # the settings, which a process reads once for all requests of the next seconds
        queries.clear()
        visit = load_actor(db, key, today=today)
        assert visit is not None
        assert [held.role for held in visit.actor.grants] == ["admin", "student"]
        assert visit.actor.working_role == "admin"
        assert len(queries) == 1
        assert actor_for_bearer(db, pair.access_token, secret="s" * 40, today=today) is not None
        assert len(queries) == 2
        assert load_actor(db, "x", today=today) is None
        later = load_actor(db, key, today=today + timedelta(days=1))
        assert later is not None
        assert [held.role for held in later.actor.grants] == ["admin", "advisor", "student"]


@pytest.mark.db
def test_rotation_and_reuse_hold_on_every_database(database: Database):
    secret = "s" * 40
    with database.writer() as db, unit(db):
        opened = sessions.open_session(db, person(db).id, via_api=True)
        first = tokens.first_pair(db, opened.session_id, secret)
    with database.writer() as db, unit(db):
        second = tokens.rotate(db, first.refresh_token, secret)
    with database.writer() as db, unit(db):
        assert tokens.rotate(db, first.refresh_token, secret) == second
    assert second is not None
    with clock.travel(timedelta(seconds=31)):
        with database.writer() as db, unit(db):
            assert tokens.rotate(db, first.refresh_token, secret) is None
        with database.writer() as db, unit(db):
            assert tokens.rotate(db, second.refresh_token, secret) is None
