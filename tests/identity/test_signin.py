from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from quad.core import clock
from quad.core.mail.models import Mail
from quad.identity.facts.accounts import CodeSent, SignedIn, SignInFailed
from quad.identity.models.accounts import AccountState, LoginChallenge, UserSession
from quad.identity.service.hashing import Hasher
from quad.web.security import SESSION_COOKIE
from tests.factories.people import PASSWORD
from tests.identity.conftest import sign_in

PORTALS = ("/student_login", "/faculty_login", "/admin_login", "/login", "/alumni_login")


@pytest.mark.feature("L1", "L2", "L3", "A2", "M2")
@pytest.mark.parametrize("path", PORTALS)
def test_every_portal_opens_the_same_door(client, somebody, newest_code, path):
    user = somebody(role="student")
    assert client.get(path).status_code == 200
    answer = sign_in(client, user.email, path=path)
    assert answer.status_code == 303
    assert answer.location == "/sign-in/code"
    answer = client.post("/sign-in/code", data={"code": newest_code()})
    assert answer.status_code == 303
    assert answer.location == "/"
    assert client.get("/account").status_code == 200


@pytest.mark.feature("L5")
def test_a_mailed_code_finishes_the_sign_in(
    client, somebody, letters, newest_code, database, facts
):
    user = somebody()
    sign_in(client, user.email)
    assert client.get("/account").status_code == 303
    letter = letters("identity/code")[0]
    assert letter.address == user.email
    assert newest_code() not in letter.subject
    assert letter.secret
    with database.reading() as db:
        kept = db.scalars(select(LoginChallenge)).one()
        assert newest_code() not in kept.code_hash
        assert kept.expires_at - kept.sent_at == timedelta(minutes=5)
    spaced = f" {newest_code()[:3]} {newest_code()[3:]} "
    assert client.post("/sign-in/code", data={"code": spaced}).location == "/"
    kinds = [type(fact) for fact in facts]
    assert CodeSent in kinds
    assert SignedIn in kinds


@pytest.mark.feature("L5")
def test_a_code_works_once_and_for_five_minutes(client, somebody, newest_code, app):
    user = somebody()
    sign_in(client, user.email)
    code = newest_code()
    with clock.travel(timedelta(minutes=5, seconds=1)):
        answer = client.post("/sign-in/code", data={"code": code}, follow_redirects=True)
        assert "start again" in answer.text
        assert client.get("/account").status_code == 303
    sign_in(client, user.email)
    with client.session_transaction() as held:
        step = dict(held["sign_in"])
    code = newest_code()
    assert client.post("/sign-in/code", data={"code": code}).location == "/"
    other = app.test_client()
    with other.session_transaction() as held:
        held["sign_in"] = step
    answer = other.post("/sign-in/code", data={"code": code})
    assert answer.location == "/login"
    assert other.get("/account").status_code == 303


@pytest.mark.feature("L5")
def test_a_wrong_code_is_refused_and_counted_and_the_fifth_ends_the_step(
    client, somebody, newest_code
):
    user = somebody()
    sign_in(client, user.email)
    right = newest_code()
    wrong = "000000" if right != "000000" else "111111"
    for left in (4, 3, 2):
        answer = client.post("/sign-in/code", data={"code": wrong})
        assert answer.status_code == 401
        assert f"{left} tries left" in answer.text
    assert "1 try left" in client.post("/sign-in/code", data={"code": wrong}).text
    assert client.post("/sign-in/code", data={"code": wrong}).location == "/login"
    assert client.post("/sign-in/code", data={"code": right}).location == "/login"
    assert client.get("/account").status_code == 303


@pytest.mark.feature("L6")
def test_another_code_can_be_asked_for_three_times_half_a_minute_apart(
    client, somebody, letters, newest_code
):
    user = somebody()
    sign_in(client, user.email)
    first = newest_code()
    client.post("/sign-in/code/resend")
    assert len(letters("identity/code")) == 1
    after = timedelta()
    for _turn in range(3):
        after += timedelta(seconds=31)
        with clock.travel(after):
            client.post("/sign-in/code/resend")
    assert len(letters("identity/code")) == 4
    with clock.travel(after + timedelta(seconds=31)):
        page = client.post("/sign-in/code/resend", follow_redirects=True)
        assert "No more codes" in page.text
        assert len(letters("identity/code")) == 4
        if first != newest_code():
            assert client.post("/sign-in/code", data={"code": first}).status_code == 401
        assert client.post("/sign-in/code", data={"code": newest_code()}).location == "/"


def test_with_the_code_off_the_password_is_enough(client, somebody, adjust, letters):
    adjust(login_code="off")
    user = somebody(username="Meera.F")
    assert sign_in(client, "meera.f").location == "/"
    assert client.get("/account").status_code == 200
    assert not letters("identity/code")
    assert user.username == "Meera.F"


def test_a_trusted_device_is_not_asked_again_until_the_password_changes(
    client, somebody, adjust, newest_code, database
):
    adjust(login_code="new_device")
    user = somebody()
    assert sign_in(client, user.email).location == "/sign-in/code"
    assert "Do not ask on this device" in client.get("/sign-in/code").text
    client.post("/sign-in/code", data={"code": newest_code(), "trust": "true"})
    client.post("/logout")
    assert sign_in(client, user.email).location == "/"
    client.post("/logout")
    with clock.travel(timedelta(days=31)):
        assert sign_in(client, user.email).location == "/sign-in/code"
    new = "quiet lantern orchard 7"
    sign_in(client, user.email)
    client.post("/change-password", data={"current": PASSWORD, "password": new, "repeat": new})
    client.post("/logout")
    assert sign_in(client, user.email, new).location == "/sign-in/code"


def test_the_trust_of_one_person_does_not_serve_another(client, somebody, adjust, newest_code):
    adjust(login_code="new_device")
    first, second = somebody(), somebody()
    sign_in(client, first.email)
    client.post("/sign-in/code", data={"code": newest_code(), "trust": "true"})
    client.post("/logout")
    assert sign_in(client, second.email).location == "/sign-in/code"


@pytest.mark.feature("L5")
def test_unknown_e_mail_and_wrong_password_cannot_be_told_apart(
    client, app, somebody, monkeypatch, facts
):
    user = somebody()
    closed = somebody(state=AccountState.DISABLED)
    bare = somebody(password=None)
    hashes = []
    real = Hasher._fits

    def count(self, kept, password):
        hashes.append(kept)
        return real(self, kept, password)

    monkeypatch.setattr(Hasher, "_fits", count)
    seen = []
    for email, password in (
        (user.email, "wrong horse"),
        ("nobody@college.example", "wrong horse"),
        (closed.email, PASSWORD),
        (bare.email, "anything"),
    ):
        hashes.clear()
        fresh = app.test_client()
        fresh.get("/login")
        answer = sign_in(fresh, email, password)
        body = answer.text.replace(email, "EMAIL")
        headers = {
            k: v
            for k, v in answer.headers
            if k not in ("X-Request-ID", "Set-Cookie", "Content-Length")
        }
        seen.append((answer.status_code, _without_tokens(body), headers, len(hashes)))
    assert seen[0][0] == 401
    assert all(other == seen[0] for other in seen[1:])
    assert [type(f) for f in facts if isinstance(f, SignInFailed)] == [SignInFailed] * 4


def _without_tokens(body: str) -> str:
    return "\n".join(
        line for line in body.splitlines() if "csrf" not in line and "request" not in line.lower()
    )


def test_the_same_queries_are_made_for_unknown_and_wrong(client, app, somebody, queries):
    user = somebody()
    client.get("/login")
    sign_in(
        client, "somebody.else@college.example", "wrong horse"
    )  # the address is counted from now on
    counts = []
    for email in (user.email, "nobody@college.example"):
        queries.clear()
        sign_in(client, email, "wrong horse")
        counts.append([s.split(" WHERE")[0][:60] for s in queries if "core_setting" not in s])
    assert counts[0] == counts[1]


@pytest.mark.feature("L13", "M22")
def test_a_sign_in_without_the_csrf_token_is_refused(client, somebody, adjust):
    adjust(login_code="off")
    user = somebody()
    answer = client.post("/login", data={"email": user.email, "password": PASSWORD}, csrf=False)
    assert answer.status_code == 400
    assert client.get("/account").status_code == 303


@pytest.mark.feature("L12")
def test_the_cookie_is_http_only_and_lax_and_secure_where_the_site_is(client, somebody, adjust):
    adjust(login_code="off", base_url="https://quad.example")
    user = somebody()
    header = _session_cookie(sign_in(client, user.email))
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Secure" in header
    assert "Max-Age" not in header


@pytest.mark.feature("M2")
def test_remember_me_keeps_the_session_for_a_month_and_without_it_half_a_day(
    client, app, somebody, adjust
):
    adjust(login_code="off")
    user = somebody()
    assert "Max-Age=2592000" in _session_cookie(sign_in(client, user.email, remember="true"))
    short = app.test_client()
    sign_in(short, user.email)
    with clock.travel(timedelta(hours=13)):
        assert client.get("/account").status_code == 200
        assert short.get("/account").status_code == 303
    with clock.travel(timedelta(days=31)):
        assert client.get("/account").status_code == 303


def _session_cookie(answer) -> str:
    return next(h for h in answer.headers.getlist("Set-Cookie") if h.startswith(SESSION_COOKIE))


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/account", "/account"),
        ("/students?page=2", "/students?page=2"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_after_signing_in_one_goes_only_to_this_site(client, somebody, newest_code, wanted, goes):
    user = somebody()
    sign_in(client, user.email, path=f"/login?{urlencode({'next': wanted})}")
    assert client.post("/sign-in/code", data={"code": newest_code()}).location == goes


def test_the_portal_chooses_the_working_role(client, somebody, adjust, database, app):
    adjust(login_code="off")
    user = somebody(role="admin")
    with database.writer() as db:
        from quad.core.facts import unit
        from tests.factories.people import grant

        with unit(db):
            grant(db, user, "placement")
    for path, role in (
        ("/faculty_login", "Placement"),
        ("/admin_login", "Admin"),
        ("/login", "Admin"),
    ):
        fresh = app.test_client()
        sign_in(fresh, user.email, path=path)
        assert f"Working role: {role}" in fresh.get("/account").text


@pytest.mark.feature("M3", "A4")
def test_signing_out_needs_a_post_and_ends_the_session(client, somebody, adjust, database):
    adjust(login_code="off")
    user = somebody()
    sign_in(client, user.email)
    assert client.get("/logout").status_code == 200
    assert client.get("/account").status_code == 200
    answer = client.post("/logout")
    assert answer.location == "/"
    assert client.get("/account").status_code == 303
    with database.reading() as db:
        assert db.scalars(select(UserSession)).one().revoked_at is not None


def test_a_disabled_person_is_out_at_once(as_role, as_user, somebody, client):
    admin = as_role("admin")
    user = somebody()
    theirs = as_user(user.id)
    assert theirs.get("/account").status_code == 200
    assert admin.post(f"/users/{user.id}/disable").status_code == 303
    assert theirs.get("/account").status_code == 303


def test_signing_in_from_a_new_device_is_told_by_mail(client, app, somebody, adjust, letters):
    adjust(login_code="off")
    user = somebody()
    firefox = {
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
    }
    phone = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"}
    for headers in (firefox, firefox, phone):
        app.test_client().post(
            "/login", data={"email": user.email, "password": PASSWORD}, headers=headers
        )
    told: list[Mail] = letters("identity/new-device")
    assert len(told) == 1
    assert "Safari on iPhone" in (told[0].body_text or "")


@pytest.mark.feature("L14")
def test_many_tries_from_one_address_are_limited(limited_client):
    answers = [sign_in(limited_client, "nobody@college.example").status_code for _ in range(31)]
    assert answers[:30] == [401] * 30
    assert answers[30] == 429


@pytest.mark.feature("L14")
@pytest.mark.parametrize(
    ("path", "fields", "allowed"),
    [
        ("/forgot-password", {"email": "nobody@college.example"}, 5),
        ("/sign-in/code/resend", {}, 6),
        ("/sign-in/code", {"code": "123456"}, 30),
    ],
)
def test_codes_and_links_are_limited_as_well(limited_client, path, fields, allowed):
    answers = [limited_client.post(path, data=fields).status_code for _ in range(allowed + 1)]
    assert 429 not in answers[:allowed]
    assert answers[allowed] == 429
    assert limited_client.get("/login").status_code == 200
