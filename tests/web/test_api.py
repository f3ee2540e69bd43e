"""The JSON door: envelope, statuses, and errors that are always the same body."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

SignIn = Callable[..., FlaskClient]


def is_error(answer: object) -> bool:
    body = answer.get_json()  # type: ignore[attr-defined]
    return body["success"] is False and isinstance(body["error"], str) and body["error"] != ""


@pytest.mark.feature("C13")
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nowhere", 404),
        ("GET", "/api/nowhere", 404),
        ("PUT", "/api/v1/me", 405),
        ("GET", "/api/v1/me", 401),
        ("POST", "/api/v1/auth/login", 415),
        ("GET", "/api/v1/academics/departments/x", 404),
    ],
)
def test_every_error_is_the_envelope_in_json(
    client: FlaskClient, method: str, path: str, status: int
) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert is_error(answer)


@pytest.mark.feature("C13")
def test_broken_json_is_400_and_other_content_415(as_role: SignIn) -> None:
    admin = as_role("admin")
    path = "/api/v1/academics/departments"
    broken = admin.post(path, data="{", content_type="application/json")
    assert (broken.status_code, is_error(broken)) == (400, True)
    listed = admin.post(path, data="[]", content_type="application/json")
    assert (listed.status_code, is_error(listed)) == (400, True)
    form = admin.post(path, data={"name": "x"})
    assert (form.status_code, is_error(form)) == (415, True)


@pytest.mark.feature("C13")
def test_data_comes_in_the_envelope_with_ids_as_strings(as_role: SignIn) -> None:
    admin = as_role("admin")
    made = admin.post("/api/v1/academics/departments", json={"name": "Computing", "code": "CS"})
    body = made.get_json()
    assert made.status_code == 201
    assert body["success"] is True
    assert isinstance(body["message"], str)
    assert isinstance(body["data"]["id"], str)


@pytest.mark.feature("C33")
def test_only_configured_origins_may_call_from_a_browser(client: FlaskClient) -> None:
    answer = client.options("/api/v1/me", headers={"Origin": "https://elsewhere.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.feature("L15")
def test_every_answer_carries_the_security_headers(client: FlaskClient) -> None:
    for path in ("/", "/login", "/api/v1/me", "/nowhere"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.feature("L13", "M22")
def test_a_form_without_its_token_is_refused_with_a_sentence(as_role: SignIn) -> None:
    answer = as_role("admin").post("/notifications/read", data={}, csrf=False)
    assert answer.status_code == 400
    assert "Reload the page" in answer.text


@pytest.mark.feature("L13")
def test_the_api_with_a_cookie_needs_the_token_too(as_role: SignIn) -> None:
    answer = as_role("admin").post(
        "/api/v1/academics/departments", json={"name": "x", "code": "X"}, csrf=False
    )
    assert answer.status_code == 400


@pytest.mark.feature("C12")
def test_the_description_names_every_operation(client: FlaskClient, app: object) -> None:
    spec = client.get("/api/v1/openapi.json").get_json()
    assert spec["openapi"] == "3.1.0"
    rules = {
        rule.rule
        for rule in app.url_map.iter_rules()  # type: ignore[attr-defined]
        if rule.rule.startswith("/api/v1/") and "openapi" not in rule.rule
    }
    described = {path.replace("{", "<").replace("}", ">") for path in spec["paths"]}
    plain = {__import__("re").sub(r"<(?:\w+:)?(\w+)>", r"<\1>", rule) for rule in rules}
    assert plain <= described
