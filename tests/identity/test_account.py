from __future__ import annotations

import re

import pytest

from tests.identity.conftest import found

NUMBER = re.compile(r"/account/tokens/(\d+)/revoke")
TOKEN = re.compile(r'id="new-token">(quad_pat_[\w-]+)<')


def test_devices_are_listed_and_signed_out_one_by_one_or_all(as_user, somebody):
    user = somebody()
    first, second, third = as_user(user.id), as_user(user.id), as_user(user.id)
    page = first.get("/account/security").text
    assert page.count('/revoke"') == 3
    others = re.findall(r"/account/sessions/(\d+)/revoke", page)
    stranger = as_user(somebody().id)
    assert stranger.post(f"/account/sessions/{others[0]}/revoke").status_code == 404
    assert first.post("/account/sessions/revoke-others").status_code == 303
    assert second.get("/account").status_code == 303
    assert third.get("/account").status_code == 303
    assert first.get("/account").status_code == 200


def test_signing_out_the_own_device_leads_home(as_user, somebody):
    client = as_user(somebody().id)
    own = re.findall(r"/account/sessions/(\d+)/revoke", client.get("/account/security").text)
    assert client.post(f"/account/sessions/{own[0]}/revoke").location == "/"
    assert client.get("/account").status_code == 303


def test_a_token_is_made_shown_once_and_ended(as_role, client):
    them = as_role("student")
    page = them.post("/account/tokens", data={"name": "script", "days": "30", "scopes": "read"})
    token = found(TOKEN, page.text)
    assert token not in them.get("/account/tokens").text
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/me", headers=headers).status_code == 200
    number = found(NUMBER, them.get("/account/tokens").text)
    assert them.post(f"/account/tokens/{number}/revoke").status_code == 303
    assert client.get("/api/v1/me", headers=headers).status_code == 401
    assert them.post("/account/tokens", data={"name": ""}).status_code == 422


@pytest.mark.parametrize(
    "path", ["/account", "/account/security", "/change-password", "/role", "/users/1"]
)
def test_the_account_needs_somebody_signed_in(client, path):
    answer = client.get(path)
    assert answer.status_code == 303
    assert "login" in answer.location
