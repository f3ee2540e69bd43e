from __future__ import annotations

import base64
import hashlib
import time
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import func, select

from quad.core import clock
from quad.core.config import Misconfigured, OidcProvider, load_settings
from quad.core.facts import unit
from quad.identity.facts.factors import IdentityLinked, ProviderSignInFailed
from quad.identity.models.accounts import AccountState, RoleGrant, User
from quad.identity.models.factors import ExternalIdentity, OidcFlow
from quad.identity.service import oidc_client
from tests.identity.factors import app_of, code_of
from tests.identity.provider import CLIENT, SECRET, running_provider

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

START = "/sign-in/with/campus"
LINK = "/account/links/campus/add"


@pytest.fixture(scope="module")
def running():
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(running, adjust):
    """The provider, honest again, and this installation configured for it."""
    running.liar.claims, running.liar.foreign_key, running.liar.algorithm = {}, None, "RS256"
    running.liar.forms.clear()
    oidc_client.forget_published()
    configure(running, adjust)
    return running


def configure(running, adjust, **values) -> None:
    settings = {"issuer": running.issuer, "client_id": CLIENT, "client_secret": SECRET} | values
    base = {"base_url": "http://localhost:8000", "login_code": "required"}
    adjust(**base, oidc={"campus": OidcProvider(**settings)})


def come_in(client, provider, email: str, **claims):
    """Sign in at the provider as `email` and come back."""
    told = {"email": email, "email_verified": True} | claims
    provider.knows(email, **told)
    provider.liar.claims = told | provider.liar.claims
    return client.get(provider.agree(client.get(START).location, email))


def flashed(client) -> str:
    return client.get("/login").text


def test_the_button_leads_to_the_provider_with_pkce_state_and_nonce(client, provider):
    assert "Sign in with Campus" in client.get("/student_login").text
    address = client.get(START).location
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(provider.issuer)
    assert query["response_type"] == "code"
    assert query["redirect_uri"] == "http://localhost:8000/sign-in/with/campus/back"
    assert query["code_challenge_method"] == "S256"
    assert len(query["state"]) > 40
    assert len(query["nonce"]) > 40
    assert query["scope"] == "openid email profile"


@pytest.mark.feature("M2")
def test_a_known_and_confirmed_address_comes_in_and_is_linked_once(
    client, somebody, provider, database, letters, facts
):
    user = somebody(email="meera@college.example")
    before = client.get(START + "?next=/account").location
    challenge = parse_qs(urlsplit(before).query)["code_challenge"][0]
    provider.liar.claims = {"email": "Meera@College.example", "email_verified": True}
    assert client.get(provider.agree(before, "meera")).location == "/account"
    assert user.full_name in client.get("/account").text
    verifier = provider.liar.forms[0]["code_verifier"][0]
    digest = hashlib.sha256(verifier.encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge
    assert not letters("identity/code")
    assert "opens with a sign-in at Campus" in letters("identity/security-notice")[0].body_text
    assert IdentityLinked in [type(fact) for fact in facts]
    client.post("/logout")
    provider.liar.claims = {"email": "another@college.example", "email_verified": True}
    assert client.get(provider.agree(client.get(START).location, "meera")).location == "/"
    with database.reading() as db:
        assert db.scalar(select(func.count(User.id))) == 1
        assert db.scalars(select(ExternalIdentity)).one().user_id == user.id


def test_an_address_that_the_provider_did_not_verify_opens_nothing(client, somebody, provider):
    somebody(email="meera@college.example")
    for verified in (False, None, "no", 1):
        answer = come_in(client, provider, "meera@college.example", email_verified=verified)
        provider.liar.claims = {}
        assert answer.location == "/login"
        assert "did not confirm your e-mail address" in flashed(client)
    assert client.get("/account").status_code == 303


def test_somebody_without_an_account_is_not_given_one_unless_the_setting_says_so(
    client, provider, adjust, running, database
):
    assert come_in(client, provider, "new@college.example").location == "/login"
    assert "no account here" in flashed(client)
    configure(
        running, adjust, create=True, roles="groups:students=student, groups:x=hod, a:b=nobody"
    )
    answer = come_in(
        client, provider, "new@college.example", name="Nila Sen", groups=["students", "x"]
    )
    assert answer.location == "/"
    with database.reading() as db:
        user = db.scalars(select(User)).one()
        assert (user.full_name, user.password_hash) == ("Nila Sen", None)
        assert user.email_confirmed_at is not None
        assert db.scalars(select(RoleGrant.role)).all() == ["student"]


def test_an_account_whose_address_is_not_confirmed_is_not_taken_over(
    client, somebody, provider, database
):
    user = somebody(email="victim@college.example")
    with database.writer() as db, unit(db):
        db.get_one(User, user.id).email_confirmed_at = None
    assert come_in(client, provider, "victim@college.example").location == "/login"
    assert "Confirm the e-mail address" in flashed(client)


def test_a_closed_account_stays_closed(client, somebody, provider):
    somebody(email="closed@college.example", state=AccountState.DISABLED)
    assert come_in(client, provider, "closed@college.example").location == "/login"
    assert "closed" in flashed(client)


def test_claims_give_roles_and_take_away_only_what_they_gave(
    client, somebody, provider, adjust, running, database
):
    configure(
        running, adjust, roles="groups:staff=faculty,groups:jobs=placement,hd:x.example=student"
    )
    user = somebody(email="staff@college.example", role="placement")

    def roles() -> set[str]:
        with database.reading() as db:
            return set(db.scalars(select(RoleGrant.role).where(RoleGrant.user_id == user.id)))

    come_in(client, provider, user.email, groups=["staff", "jobs"], hd="x.example")
    assert roles() == {"faculty", "placement", "student"}
    client.post("/logout")
    provider.liar.claims = {"groups": ["other"]}
    come_in(client, provider, user.email)
    assert roles() == {"placement"}


def test_a_factor_set_up_here_is_asked_for_after_the_provider(
    client, somebody, provider, database, settings
):
    user = somebody(email="meera@college.example")
    key, _codes = app_of(database, user, settings.secret)
    assert come_in(client, provider, user.email).location == "/sign-in/code"
    assert client.post("/sign-in/code", data={"code": code_of(key)}).location == "/"


WRONG: dict[str, dict[str, Any]] = {
    "nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "audience": {"aud": "somebody else"},
    "several audiences": {"aud": [CLIENT, "other"]},
    "another party": {"azp": "other"},
    "issuer": {"iss": "https://evil.example"},
    "expired": {"exp": int(time.time()) - 3_600},
    "no end": {"exp": None},
    "from the future": {"iat": int(time.time()) + 3_600},
    "nobody": {"sub": None},
}


@pytest.mark.parametrize("lie", WRONG)
def test_an_id_token_that_is_not_for_us_and_now_opens_nothing(
    client, somebody, provider, facts, lie
):
    user = somebody(email="meera@college.example")
    provider.liar.claims = dict(WRONG[lie])
    assert come_in(client, provider, user.email).location == "/login"
    assert "did not work" in flashed(client)
    assert client.get("/account").status_code == 303
    assert ProviderSignInFailed in [type(fact) for fact in facts]


@pytest.mark.parametrize("how", ["foreign key", "none", "HS256"])
def test_a_signature_that_is_not_the_providers_opens_nothing(
    client, somebody, provider, how, facts
):
    user = somebody(email="meera@college.example")
    if how == "foreign key":
        provider.liar.foreign_key = RSAKey.generate_key(2048, {"kid": "ours"})
    else:
        provider.liar.algorithm = how
    assert come_in(client, provider, user.email).location == "/login"
    failed = [fact for fact in facts if isinstance(fact, ProviderSignInFailed)]
    assert [fact.reason for fact in failed] == ["signature"]


def test_new_keys_of_the_provider_are_looked_up(client, somebody, provider, monkeypatch):
    user = somebody(email="meera@college.example")
    come_in(client, provider, user.email)
    client.post("/logout")
    monkeypatch.setattr(oidc_client, "ASK_AGAIN", 0)
    monkeypatch.setattr(provider.liar, "key", RSAKey.generate_key(2048, {"kid": "ours"}))
    assert come_in(client, provider, user.email).location == "/"


def test_a_state_counts_once_in_its_own_browser_and_for_ten_minutes(
    client, app, somebody, provider
):
    user = somebody(email="meera@college.example")
    provider.liar.claims = {"email": user.email, "email_verified": True}
    back = provider.agree(client.get(START).location, user.email)
    other = app.test_client()
    assert other.get(back).location == "/login"
    assert client.get(back.replace("state=", "state=x")).location == "/login"
    assert client.get(back).location == "/login"  # the wrong try used up what the browser kept

    back = provider.agree(client.get(START).location, user.email)
    with client.session_transaction() as held:
        state = held["oidc"]
    assert client.get(back).location == "/"
    client.post("/logout")
    with client.session_transaction() as held:
        held["oidc"] = state
    assert client.get(back).location == "/login"

    back = provider.agree(client.get(START).location, user.email)
    with clock.travel(timedelta(minutes=11)):
        assert client.get(back).location == "/login"
    assert client.get("/account").status_code == 303


def test_a_code_is_not_taken_twice_even_with_a_fresh_state(client, somebody, provider, facts):
    user = somebody(email="meera@college.example")
    provider.liar.claims = {"email": user.email, "email_verified": True}
    first = provider.agree(client.get(START).location, user.email)
    code = parse_qs(urlsplit(first).query)["code"][0]
    assert client.get(first).location == "/"
    client.post("/logout")
    state = parse_qs(urlsplit(client.get(START).location).query)["state"][0]
    assert client.get(f"{START}/back?code={code}&state={state}").location == "/login"
    failed = [fact for fact in facts if isinstance(fact, ProviderSignInFailed)]
    assert [fact.reason for fact in failed] == ["code"]


def test_an_answer_that_names_another_issuer_is_refused(client, somebody, provider, facts):
    user = somebody(email="meera@college.example")
    back = provider.agree(client.get(START).location, user.email)
    assert client.get(f"{back}&iss=https://evil.example").location == "/login"
    failed = [fact for fact in facts if isinstance(fact, ProviderSignInFailed)]
    assert [fact.reason for fact in failed] == ["issuer"]


def test_who_says_no_at_the_provider_is_back_at_the_door(client, provider):
    back = provider.refuse(client.get(START).location)
    assert client.get(back).location == "/login"
    assert "said no there" in flashed(client)


def test_the_account_is_linked_and_unlinked_by_its_owner(
    as_user, somebody, provider, letters, facts
):
    user = somebody(email="meera@college.example")
    me = as_user(user.id)
    assert "Link" in me.get("/account/security").text
    provider.liar.claims = {"email": "private@mail.example", "email_verified": True}
    back = provider.agree(me.get(LINK).location, "private")
    assert me.get(back).location == "/account/security"
    page = me.get("/account/security").text
    assert "private@mail.example" in page
    other = as_user(somebody().id)
    back = provider.agree(other.get(LINK).location, "private")
    assert "belongs to another account" in other.get(back, follow_redirects=True).text
    number = page.split("/account/links/")[1].split("/")[0]
    assert other.post(f"/account/links/{number}/remove").status_code == 404
    assert me.post(f"/account/links/{number}/remove").status_code == 303
    assert "no longer opens" in letters("identity/security-notice")[-1].body_text


def test_the_only_way_in_is_not_unlinked(client, as_user, somebody, provider):
    user = somebody(email="meera@college.example", password=None)
    come_in(client, provider, user.email)
    number = client.get("/account/security").text.split("/account/links/")[1].split("/")[0]
    page = client.post(f"/account/links/{number}/remove", follow_redirects=True).text
    assert "your only way in" in page


def test_linking_needs_a_fresh_proof_and_the_provider_can_give_one(
    client, somebody, provider, as_user
):
    user = somebody(email="meera@college.example", password=None)
    come_in(client, provider, user.email)
    with clock.travel(timedelta(minutes=20)):
        provider.liar.claims |= {
            "iat": int(clock.now().timestamp()),
            "exp": int(clock.now().timestamp()) + 60,
            "auth_time": int(clock.now().timestamp()),
        }
        assert client.get(LINK).location.startswith("/prove")
        page = client.get("/prove?next=/account").text
        assert "Prove it with Campus" in page
        address = client.get("/prove/with/campus?next=/account").location
        assert "prompt=login" in address
        stranger = provider.agree(address, "somebody else")
        assert client.get(stranger).location.startswith("/prove")
        for stale in (None, int(clock.now().timestamp()) - 900):
            honest = provider.liar.claims["auth_time"]
            provider.liar.claims["auth_time"] = stale
            address = client.get("/prove/with/campus?next=/account").location
            back = client.get(provider.agree(address, user.email))
            assert back.location == "/account/security"
            provider.liar.claims["auth_time"] = honest
        address = client.get("/prove/with/campus?next=/account").location
        assert client.get(provider.agree(address, user.email)).location == "/account"
        assert client.post("/account/factors/app/start").status_code == 303


def test_signing_out_offers_to_sign_out_of_the_provider_too(client, somebody, provider):
    user = somebody(email="meera@college.example")
    come_in(client, provider, user.email)
    answer = client.post("/logout")
    assert answer.location == "/signed-out/campus"
    page = client.get(answer.location).text
    assert f"{provider.issuer}/oauth2/end_session?client_id={CLIENT}" in page
    assert client.get("/account").status_code == 303


def test_a_provider_that_does_not_answer_is_said_in_words(client, adjust, running):
    oidc_client.forget_published()
    configure(running, adjust, issuer="http://127.0.0.1:9")
    assert client.get(START).location == "/login"
    assert "does not answer" in flashed(client)


def test_a_provider_that_calls_itself_otherwise_is_not_believed(client, adjust, running):
    oidc_client.forget_published()
    configure(running, adjust, issuer=f"{running.issuer}/other")
    assert client.get(START).location == "/login"


@pytest.mark.parametrize(
    "path", [START, START + "/back", LINK, "/prove/with/campus", "/signed-out/campus"]
)
def test_a_provider_that_nobody_configured_is_nowhere(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "values",
    [
        {"issuer": "http://id.example", "client_id": "x"},
        {"issuer": "file:///etc/passwd", "client_id": "x"},
        {"issuer": "https://id.example?x=1", "client_id": "x"},
        {"issuer": "https://id.example"},
        {"issuer": "https://id.example", "client_id": "x", "roles": "groups=faculty"},
        {"issuer": "https://id.example", "client_id": "x", "colour": "red"},
    ],
)
def test_a_wrong_provider_setting_stops_the_start(values, tmp_path):
    with pytest.raises(Misconfigured, match="QUAD_OIDC"):
        load_settings(mode="test", data_dir=tmp_path, oidc={"campus": values}, _env_file=None)


def test_providers_are_read_from_the_environment(monkeypatch, tmp_path):
    for name, value in (
        ("ISSUER", "https://id.example/"),
        ("CLIENT_ID", "quad"),
        ("CLIENT_SECRET", "s"),
        ("ROLES", "groups:staff=faculty"),
    ):
        monkeypatch.setenv(f"QUAD_OIDC__CAMPUS__{name}", value)
    found = load_settings(mode="test", data_dir=tmp_path, _env_file=None).oidc["campus"]
    assert found.issuer == "https://id.example"
    assert found.role_rules == (("groups", "staff", "faculty"),)
    assert "s" not in repr(found.client_secret)


def test_those_who_never_came_back_are_forgotten(client, provider, database):
    from quad.identity.service.oidc import purge_flows

    client.get(START)
    with database.writer() as db, unit(db):
        purge_flows(db, clock.now() + timedelta(minutes=11))
        assert db.scalar(select(func.count(OidcFlow.id))) == 0
