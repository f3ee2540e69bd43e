"""Every cookie, every form, every answer over https."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from quad.app import create_app
from quad.core.db.engine import Database
from quad.web.site import Site
from tests.conftest import Client, make_settings
from tests.factories.people import PASSWORD

SignIn = Callable[..., FlaskClient]
QUAD = Path(__file__).parents[2] / "quad"
FORM = re.compile(r"<form\b[^>]*\bmethod\s*=\s*\"?post.*?</form>", re.IGNORECASE | re.DOTALL)
NUMBERED = re.compile(r"<int:\w+>")
NAMED = re.compile(r"<(?:\w+:)?\w+>")


@pytest.fixture
def sites(tmp_path: Path, database: Database) -> Callable[..., FlaskClient]:
    """Make a client of an application with settings of its own."""

    def make(**settings: object) -> FlaskClient:
        site = create_app(make_settings(tmp_path, **settings), database)
        site.test_client_class = Client
        return site.test_client()

    return make


@pytest.mark.feature("L12")
@pytest.mark.parametrize(
    ("configured", "secure"),
    [
        ({"base_url": "http://127.0.0.1:8000"}, False),
        ({"base_url": "https://quad.example"}, True),
        ({"base_url": "http://127.0.0.1:8000", "secure_cookies": True}, True),
    ],
)
def test_every_cookie_is_http_only_and_lax_and_secure_where_the_site_is(
    configured: dict[str, object], secure: bool, sites: Callable[..., FlaskClient]
) -> None:
    client = sites(login_code="off", **configured)
    answers = [
        client.get("/login"),
        client.post("/login", data={"email": "nobody@college.example", "password": PASSWORD}),
    ]
    cookies = [each for answer in answers for each in answer.headers.getlist("Set-Cookie")]
    assert cookies
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert ("Secure" in cookie) is secure


@pytest.mark.feature("L15")
def test_https_is_insisted_on_only_where_the_site_has_it(
    sites: Callable[..., FlaskClient],
) -> None:
    plain = sites(base_url="http://127.0.0.1:8000").get("/login")
    assert "Strict-Transport-Security" not in plain.headers
    answer = sites(base_url="https://quad.example").get("/login")
    assert "max-age=63072000" in answer.headers["Strict-Transport-Security"]


@pytest.mark.feature("L13")
def test_every_address_that_takes_a_form_refuses_one_without_the_token(
    app: Site, as_role: SignIn
) -> None:
    client = as_role("admin")
    open_doors = []
    for rule in app.url_map.iter_rules():
        methods = (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}
        path = NAMED.sub("x", NUMBERED.sub("1", rule.rule))
        if getattr(app.view_functions[rule.endpoint], "proved_by_address", False):
            continue  # a mail program has no token: the signed address is the proof (RFC 8058)
        for method in methods:
            answer = client.open(path, method=method, csrf=False)
            if answer.status_code != 400:
                open_doors.append(f"{method} {path}: {answer.status_code}")
    assert not open_doors


@pytest.mark.feature("L13")
def test_every_form_of_a_template_carries_the_token() -> None:
    forms = [
        (path.name, form)
        for path in QUAD.rglob("templates/**/*.html")
        for form in FORM.findall(path.read_text(encoding="utf-8"))
    ]
    assert len(forms) > 5
    assert not [name for name, form in forms if "csrf" not in form]


@pytest.mark.feature("C33")
def test_a_configured_origin_may_call_the_api_and_only_the_api(
    sites: Callable[..., FlaskClient],
) -> None:
    client = sites(cors_origins=("https://app.example",))
    origin = {"Origin": "https://app.example"}
    told = client.options("/api/v1/me", headers=origin).headers
    assert told["Access-Control-Allow-Origin"] == "https://app.example"
    assert "authorization" in told["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in told
    assert "Access-Control-Allow-Origin" not in client.get("/login", headers=origin).headers
    other = {"Origin": "https://evil.example"}
    assert "Access-Control-Allow-Origin" not in client.get("/api/v1/me", headers=other).headers
