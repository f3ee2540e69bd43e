"""Sessions: listed with device and place, ended one by one or all, and ended means at once, everywhere."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from quad.asgi.live import Live
from quad.asgi.roof import SessionAccess
from quad.core import clock
from quad.core.behind import behind
from quad.core.errors import Invalid
from quad.core.facts import unit
from quad.core.policy import SYSTEM, Actor, Grant
from quad.core.settings import change
from quad.identity.models.accounts import AccountState, User, UserSession
from quad.identity.service import sessions, tokens, users
from quad.identity.service.merge import merge
from quad.web.security import SESSION_COOKIE
from tests.asgi.conftest import folder, serve  # noqa: F401 - fixtures
from tests.asgi.running import PATIENCE, Running
from tests.factories.people import person, sign_in_token

pytestmark = pytest.mark.feature("C29")
ADDRESS = "/api/v1/sessions"


def test_sessions_are_listed_with_device_place_and_last_seen(as_user, somebody, database):
    user = somebody()
    them = as_user(user.id)
    with database.writer() as db, unit(db):
        row = db.scalars(select(UserSession)).one()
        row.ip, row.user_agent = "203.0.113.9", "Mozilla/5.0 (X11; Linux) Firefox/140.0"
    listed = them.get(ADDRESS).json["data"]
    assert [each["device"] for each in listed] == ["Firefox on Linux"]
    assert listed[0]["ip"] == "203.0.113.9"
    assert listed[0]["current"] is True
    assert listed[0]["last_seen_at"].endswith("Z")


def test_one_is_ended_and_then_all_others(as_user, somebody):
    user = somebody()
    here, there, elsewhere = (as_user(user.id) for _ in range(3))
    ids = {each["id"]: each["current"] for each in here.get(ADDRESS).json["data"]}
    gone = there.get(ADDRESS).json["data"]
    number = next(each["id"] for each in gone if each["current"])
    assert len(ids) == 3
    assert here.delete(f"{ADDRESS}/{number}").status_code == 200
    assert there.get(ADDRESS).status_code == 401
    assert here.delete(f"{ADDRESS}/{number}").status_code == 404
    assert here.delete(ADDRESS).status_code == 200
    assert elsewhere.get(ADDRESS).status_code == 401
    assert here.get(ADDRESS).status_code == 200


@pytest.mark.parametrize("api", [True, False], ids=["API", "page"])
def test_ending_other_sessions_asks_for_a_fresh_proof_and_ending_this_one_does_not(
    api, as_user, somebody
):
    user = somebody()
    here, there = as_user(user.id), as_user(user.id)
    ids = {each["current"]: each["id"] for each in here.get(ADDRESS).json["data"]}
    with clock.travel(timedelta(minutes=16)):
        if api:
            for place in (ADDRESS, f"{ADDRESS}/{ids[False]}"):
                assert here.delete(place).status_code == 403
        else:
            for place in ("revoke-others", f"{ids[False]}/revoke"):
                answer = here.post(f"/account/sessions/{place}")
                assert answer.status_code == 307
                assert answer.location.startswith("/prove/hold")
        assert there.get(ADDRESS).status_code == 200
        if api:
            assert here.delete(f"{ADDRESS}/{ids[True]}").status_code == 200
        else:
            assert here.post(f"/account/sessions/{ids[True]}/revoke").status_code == 303
        assert here.get(ADDRESS).status_code == 401


def test_nobody_ends_the_session_of_somebody_else(as_role, as_user, somebody, database):
    victim = as_user(somebody().id)
    number = victim.get(ADDRESS).json["data"][0]["id"]
    for role in ("student", "hod"):
        assert as_role(role).delete(f"{ADDRESS}/{number}").status_code == 404
    assert victim.get(ADDRESS).status_code == 200


def _close(db: Any, user_id: int) -> None:
    users.disable_user(db, SYSTEM, user_id)


def _sign_out(db: Any, user_id: int) -> None:
    users.sign_out_user(db, SYSTEM, user_id)


def _revoke(db: Any, user_id: int) -> None:
    for row in db.scalars(select(UserSession).where(UserSession.user_id == user_id)):
        sessions.revoke_session(db, SYSTEM, row.id)


def _remove(db: Any, user_id: int) -> None:
    users.hide_person(db, db.get_one(User, user_id), actor_id=None)


def _merge_away(db: Any, user_id: int) -> None:
    chief = Actor(id=0, grants=(Grant("admin"),))
    merge(db, chief, person(db).id, user_id)


ENDS: dict[str, Callable[[Any, int], None]] = {
    "session revoked": _revoke,
    "signed out everywhere": _sign_out,
    "account closed": _close,
    "person removed": _remove,
    "account merged": _merge_away,
}


@pytest.mark.parametrize("how", ENDS)
def test_the_next_page_the_next_call_and_the_live_stream_end_at_once(
    how,
    as_user,
    somebody,
    app,
    database,
    settings,
    serve,  # noqa: F811
):
    user = somebody()
    them = as_user(user.id)
    with database.writer() as db, unit(db):
        cookie = sign_in_token(db, user.id)
        opened = sessions.open_session(db, user.id, via_api=True)
        access = tokens.first_pair(db, opened.session_id, settings.secret).access_token
    headers = {"Authorization": f"Bearer {access}"}
    anybody = app.test_client()
    assert anybody.get("/api/v1/me", headers=headers).status_code == 200
    # The next check of the sessions is a long way off: the stream must hear of the end itself.
    live = Live(database, SessionAccess(database, settings), heartbeat=60, interval=0.05)
    site: Running = serve(live=live)
    with Listening(site, cookie) as stream:
        assert stream.opened.wait(PATIENCE)
        assert stream.status == 200
        with database.writer() as db, unit(db):
            ENDS[how](db, user.id)
        assert stream.ended.wait(PATIENCE), "the stream goes on"
    with Listening(site, cookie) as stream:
        assert stream.ended.wait(PATIENCE)
        assert stream.status == 401
    assert them.get("/account").status_code == 303
    assert anybody.get("/api/v1/me", headers=headers).status_code == 401


class Listening:
    """A browser's stream in a thread of its own."""

    def __init__(self, site: Running, cookie: str) -> None:
        self.opened, self.ended = threading.Event(), threading.Event()
        self.status = 0
        self._url, self._cookie = f"{site.url}/live", cookie
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Listening:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._thread.join(PATIENCE)

    def _listen(self) -> None:
        headers = {"Cookie": f"{SESSION_COOKIE}={self._cookie}"}
        try:
            with (
                httpx.Client(timeout=PATIENCE) as client,
                client.stream("GET", self._url, headers=headers) as answer,
            ):
                self.status = answer.status_code
                for _line in _lines(answer):
                    self.opened.set()
        finally:
            self.opened.set()
            self.ended.set()


def _lines(answer: httpx.Response) -> Iterator[str]:
    yield from answer.iter_lines()


def test_a_closed_account_that_opens_again_has_no_old_session(as_user, somebody, database):
    user = somebody()
    them = as_user(user.id)
    with database.writer() as db, unit(db):
        users.disable_user(db, SYSTEM, user.id)
        users.enable_user(db, SYSTEM, user.id)
        assert db.get_one(User, user.id).state is AccountState.ACTIVE
    assert them.get("/account").status_code == 303


@pytest.fixture
def short(app, database, somebody):
    """A browser whose session was not asked to be kept, and its row."""
    user = somebody()
    with database.writer() as db, unit(db):
        opened = sessions.open_session(db, user.id)
    client = app.test_client()
    client.set_cookie(SESSION_COOKIE, opened.key)
    return client, opened.session_id


def _use(client: Any, database: Any) -> int:
    """Open a page; the use is written down, as it is a few seconds later."""
    status: int = client.get("/account").status_code
    behind(database).flush()
    return status


def test_a_short_session_ends_by_itself_however_much_it_is_used(short, database):
    client, _number = short
    for minutes in range(0, 12 * 60, 90):
        with clock.travel(timedelta(minutes=minutes)):
            assert _use(client, database) == 200, minutes
    with clock.travel(timedelta(hours=12, seconds=1)):
        assert _use(client, database) == 303


def test_who_does_nothing_for_two_hours_is_signed_out_unless_the_session_is_kept(
    short, as_user, somebody, database, settings
):
    client, number = short
    kept = as_user(somebody().id)
    access = SessionAccess(database, settings)
    with clock.travel(timedelta(minutes=119)):
        assert _use(client, database) == 200
        assert list(access.still_valid([str(number)])) == [str(number)]
    with clock.travel(timedelta(minutes=119 + 121)):
        assert not access.still_valid([str(number)])
        assert _use(client, database) == 303
        assert kept.get("/account").status_code == 200


def test_the_minutes_without_use_are_a_setting_and_may_be_no_end_at_all(short, database):
    client, _number = short
    with database.writer() as db, unit(db):
        change(db, SYSTEM, {"identity.idle_minutes": 30})
    with clock.travel(timedelta(minutes=31)):
        assert _use(client, database) == 303
    with database.writer() as db, unit(db):
        change(db, SYSTEM, {"identity.idle_minutes": 0})
    with clock.travel(timedelta(hours=11)):
        assert _use(client, database) == 200
    with database.writer() as db, pytest.raises(Invalid):
        change(db, SYSTEM, {"identity.idle_minutes": 2})
