from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from quad.core import clock
from quad.core.facts import unit
from quad.identity.kinds import SECURITY_WORDS
from quad.identity.models.profiles import SecurityEvent, SecurityKind
from quad.identity.service import security_log
from tests.factories.people import PASSWORD
from tests.identity.conftest import sign_in

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"


def _enter(client, user, agent):
    return client.post(
        "/login",
        data={"email": user.email, "password": PASSWORD},
        headers={"User-Agent": agent},
        environ_base={"REMOTE_ADDR": "203.0.113.7"},
    )


def _kinds(database, user):
    with database.reading() as db:
        mine = select(SecurityEvent.kind).where(SecurityEvent.user_id == user.id)
        return list(db.scalars(mine.order_by(SecurityEvent.id)))


def test_sign_ins_are_listed_with_device_and_address_and_a_new_device_stands_out(
    client, app, somebody, adjust, database, letters
):
    adjust(login_code="off")
    user = somebody()
    _enter(client, user, FIREFOX)
    _enter(app.test_client(), user, FIREFOX)
    other = app.test_client()
    _enter(other, user, CHROME)
    assert _kinds(database, user) == [
        SecurityKind.SIGNED_IN,
        SecurityKind.SIGNED_IN,
        SecurityKind.NEW_DEVICE,
    ]
    assert len(letters("identity/new-device")) == 1
    page = other.get("/account/security/log").text
    for shown in ("Firefox on Linux", "Chrome on Windows", "203.0.113.7", "new device"):
        assert shown in page
    assert "Chrome on Windows" in other.get("/account/security").text


def test_refused_tries_and_changes_are_listed_for_the_owner_alone(
    client, as_user, somebody, adjust, database
):
    adjust(login_code="off")
    user, stranger = somebody(), somebody()
    sign_in(client, user.email, "not the password")
    mine = as_user(user.id)
    new = "quiet lantern orchard 7"
    mine.post("/change-password", data={"current": PASSWORD, "password": new, "repeat": new})
    kinds = set(_kinds(database, user))
    assert {SecurityKind.SIGN_IN_FAILED, SecurityKind.PASSWORD_CHANGED} <= kinds
    rows = mine.get("/api/v1/me/security-log").json["data"]
    assert "sign_in_failed" in {row["kind"] for row in rows}
    theirs = as_user(stranger.id)
    others = theirs.get("/api/v1/me/security-log").json["data"]
    assert {row["kind"] for row in others} == {"signed_in"}
    assert theirs.get("/api/v1/me/security-log?kind=sign_in_failed").json["data"] == []


def test_every_kind_has_words():
    assert set(SECURITY_WORDS) == set(SecurityKind)


def test_the_log_is_forgotten_after_a_year(as_user, somebody, database):
    user = somebody()
    as_user(user.id)
    with clock.travel(timedelta(days=366)), database.writer() as db, unit(db):
        security_log.purge_events(db)
        assert db.scalar(select(func.count()).select_from(SecurityEvent)) == 0


def test_nobody_signed_out_reads_a_log(client):
    assert client.get("/account/security/log").status_code == 303
    assert client.get("/api/v1/me/security-log").status_code == 401
