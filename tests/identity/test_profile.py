from __future__ import annotations

import pytest

from quad.identity.models.accounts import User
from tests.identity.conftest import sign_in

VALUES = {
    "full_name": "Sinéad O'Brien",
    "pronouns": "she/her",
    "bio": "Reads maps.",
    "phone": "+353 1 555 0100",
    "links": "https://example.org/a\nhttps://example.org/b",
    "language": "en",
    "zone": "Europe/Dublin",
    "theme": "dark",
    "version": "0",
}


@pytest.mark.feature("L24", "A20")
def test_what_one_says_about_oneself_is_kept_and_shown(as_user, somebody, database):
    user = somebody(name="Old Name")
    client = as_user(user.id)
    assert "Old Name" in client.get("/profile").text
    assert client.get("/profile/edit").status_code == 200
    assert client.post("/profile/edit", data=VALUES).location == "/profile"
    page = client.get("/profile").text
    for shown in ("she/her", "Reads maps.", "+353 1 555 0100", "https://example.org/b"):
        assert shown in page
    with database.reading() as db:
        kept = db.get_one(User, user.id)
        assert (kept.full_name, kept.sort_name) == ("Sinéad O'Brien", "o'brien, sinéad")
        assert (kept.zone, kept.theme) == ("Europe/Dublin", "dark")


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Mars/Olympus"},
        {"language": "xx"},
        {"language": "../../etc"},
        {"theme": "pink"},
        {"full_name": ""},
        {"phone": "call me"},
        {"links": "javascript:alert(1)"},
        {"links": "https://localhost"},
        {"links": " ".join(f"https://example.org/{n}" for n in range(6))},
        {"bio": "x" * 2001},
    ],
)
def test_what_does_not_fit_is_refused_and_kept_in_the_form(as_role, wrong):
    answer = as_role("student").post("/profile/edit", data=VALUES | wrong)
    assert answer.status_code == 422
    assert "Reads maps." in answer.text or "bio" in wrong


def test_the_second_of_two_editors_is_told(as_role):
    client = as_role("student")
    assert client.post("/profile/edit", data=VALUES).status_code == 303
    second = client.post("/profile/edit", data=VALUES | {"bio": "Later"})
    assert second.status_code == 422 or "Somebody else changed this" in second.text
    assert "Later" in second.text


def test_the_api_reads_and_writes_the_profile(as_role):
    client = as_role("student")
    assert client.get("/api/v1/me/profile").json["data"]["bio"] == ""
    body = {
        "full_name": "Asha Rao",
        "bio": "Hello",
        "links": ["https://example.org"],
        "language": "en",
        "zone": "UTC",
        "theme": "auto",
        "version": 0,
    }
    saved = client.put("/api/v1/me/profile", json=body).json["data"]
    assert (saved["bio"], saved["links"]) == ("Hello", ["https://example.org"])
    assert client.put("/api/v1/me/profile", json=body).status_code == 409


@pytest.mark.feature("M1")
def test_a_user_name_is_chosen_changed_and_taken_away(client, as_user, somebody, adjust):
    adjust(login_code="off")
    user, other = somebody(), somebody(username="taken")
    mine = as_user(user.id)
    assert mine.post("/account", data={"username": "Asha.R"}).status_code == 303
    assert sign_in(client, "asha.r").location == "/"
    client.post("/logout")
    answer = mine.post("/account", data={"username": other.username.upper()})
    assert answer.status_code == 422
    assert "user name is taken" in answer.text
    assert mine.post("/account", data={"username": "a b"}).status_code == 422
    assert mine.post("/account", data={"username": ""}).status_code == 303
    assert sign_in(client, "asha.r").status_code == 401
