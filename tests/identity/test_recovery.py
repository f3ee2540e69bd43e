from __future__ import annotations

import pytest
from sqlalchemy import select

from quad.core.facts import unit
from quad.identity.facts.factors import RecoveryCodesMade, RecoveryCodeUsed
from quad.identity.models.accounts import User
from quad.identity.models.factors import RecoveryCode
from quad.identity.service import recovery
from tests.identity.factors import CODES, app_of, begin, set_up_app

USE = "/sign-in/code?by=recovery"


def test_ten_codes_are_shown_once_and_kept_as_hashes(as_user, somebody, database, facts):
    me = as_user(somebody().id)
    _key, codes = set_up_app(me)
    assert len(set(codes)) == 10
    page = me.get("/account/security").text
    assert "10 codes are left" in page
    assert codes[0] not in page
    assert RecoveryCodesMade in [type(fact) for fact in facts]
    with database.reading() as db:
        kept = db.scalars(select(RecoveryCode)).all()
        assert len(kept) == 10
        assert not {row.code_hash for row in kept} & set(codes)


def test_a_code_opens_once_however_it_is_typed_and_the_owner_is_told(
    client, app, somebody, database, settings, letters, facts
):
    user = somebody()
    _key, codes = app_of(database, user, settings.secret)
    begin(client, user)
    assert "Each code works once" in client.get(USE).text
    typed = f" {codes[3].upper().replace('-', ' ')} "
    assert client.post(USE, data={"code": typed}).location == "/"
    used = next(fact for fact in facts if isinstance(fact, RecoveryCodeUsed))
    assert used.left == 9
    assert "9 codes are left" in letters("identity/security-notice")[-1].body_text
    other = app.test_client()
    begin(other, user)
    assert other.post(USE, data={"code": codes[3]}).status_code == 401
    assert other.post(USE, data={"code": codes[4]}).location == "/"


def test_the_code_of_one_person_opens_nobody_else(client, somebody, database, settings):
    first, second = somebody(), somebody()
    _key, codes = app_of(database, first, settings.secret)
    app_of(database, second, settings.secret)
    begin(client, second)
    assert client.post(USE, data={"code": codes[0]}).status_code == 401


def test_wrong_codes_end_the_challenge_only(client, somebody, database, settings):
    user = somebody()
    _key, codes = app_of(database, user, settings.secret)
    begin(client, user)
    for _turn in range(4):
        assert client.post(USE, data={"code": "abcd-efgh-jkmn"}).status_code == 401
    assert client.post(USE, data={"code": "abcd-efgh-jkmn"}).location == "/login"
    begin(client, user)
    assert client.post(USE, data={"code": codes[0]}).location == "/"


def test_the_last_code_sends_a_warning(somebody, database, settings, app, letters):
    user = somebody()
    _key, codes = app_of(database, user, settings.secret)
    for code in codes:
        with database.writer() as db, unit(db):
            assert recovery.use_code(db, db.get_one(User, user.id), code, settings.secret)
    assert "last recovery code" in letters("identity/security-notice")[-1].body_text


def test_new_codes_end_the_earlier_ones(as_user, client, somebody):
    user = somebody()
    me = as_user(user.id)
    _key, earlier = set_up_app(me)
    later = CODES.findall(me.post("/account/factors/codes").text)
    assert len(later) == 10
    begin(client, user)
    assert client.post(USE, data={"code": earlier[0]}).status_code == 401
    assert client.post(USE, data={"code": later[0]}).location == "/"


def test_without_a_factor_there_are_no_codes(as_user, somebody):
    page = as_user(somebody().id).post("/account/factors/codes", follow_redirects=True)
    assert "Set up an app or a passkey first" in page.text


def test_the_codes_are_saved_as_a_file_by_their_owner_only(as_user, somebody):
    me = as_user(somebody().id)
    _key, codes = set_up_app(me)
    path = "/account/factors/codes/download"
    answer = me.post(path, data={"codes": " ".join(codes)})
    assert answer.text.split() == codes
    assert "attachment" in answer.headers["Content-Disposition"]
    assert me.post(path, data={"codes": "<script>"}).status_code == 404
    stranger = as_user(somebody().id)
    assert stranger.post(path, data={"codes": codes[0]}).status_code == 404


@pytest.mark.db
def test_a_code_counts_once_on_every_database(database, settings, app):
    from tests.factories.people import person

    with database.writer() as db, unit(db):
        user = person(db)
    _key, codes = app_of(database, user, settings.secret)
    for right in (True, False):
        with database.writer() as db, unit(db):
            found = db.get_one(User, user.id)
            assert recovery.use_code(db, found, codes[0], settings.secret) is right
