"""An own account from the first key to the last, without a mouse."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.keys import account_menu, enter, press_until, skip_to_content
from tests.browser.looking import no_console_errors
from tests.browser.semester import letter

pytestmark = [pytest.mark.browser]

# A student of the demo whom no other test knows.
ADDRESS = "4nv25ci028@nvit.example"
PASSWORD = "walk-across-the-quad"


@pytest.mark.feature("L1", "L5", "L24", "M3", "C29")
def test_an_account_is_looked_after_with_the_keyboard_alone(open_page: OpenPage) -> None:
    mailbox, page, elsewhere = open_page(), open_page(), open_page()
    sign_in(elsewhere, mailbox)
    sign_in(page, mailbox)
    change_profile(page)
    token = make_a_token(page)
    known = {"Authorization": f"Bearer {token}"}
    assert mailbox.request.get("/api/v1/me", headers=known).json()["data"]["email"] == ADDRESS
    sign_the_other_browser_out(page)
    elsewhere.goto("/account")
    assert "_login" in elsewhere.url or "/login" in elsewhere.url
    set_up_an_app(page)
    account_menu(page, "Sign out")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto("/account")
    assert "login" in page.url
    no_console_errors(page)


def sign_in(page: Page, mailbox: Page) -> None:
    """Type the address, the password, and the code from the mail; the first field has the focus."""
    page.goto("/student_login")
    expect(page.get_by_label("E-mail or user name")).to_be_focused()
    page.keyboard.type(ADDRESS)
    press_until(page, "input[type=password]")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    newest = last_letter(mailbox)
    expect(page.get_by_label("Code from the mail")).to_be_focused()
    page.keyboard.type(newest)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".q-side")).to_be_visible()


_used: set[str] = set()


def last_letter(mailbox: Page) -> str:
    """Return the code of the newest letter, once one has come that was not used yet."""
    for _turn in range(40):
        found = re.search(r"\b\d{6}\b", letter(mailbox, ADDRESS, "finish signing in"))
        if found and found[0] not in _used:
            _used.add(found[0])
            return found[0]
        mailbox.wait_for_timeout(250)
    raise AssertionError("No new code comes")


def change_profile(page: Page) -> None:
    account_menu(page, "My profile")
    skip_to_content(page)
    enter(page, "a[href='/profile/edit']")
    skip_to_content(page)
    press_until(page, "#f-pronouns")
    page.keyboard.press("Control+a")
    page.keyboard.type("they/them")
    enter(page, "main form[data-guard] button[type=submit]")
    expect(page.locator("#toasts")).to_contain_text("Your profile is saved.")
    expect(page.get_by_role("main")).to_contain_text("they/them")


def make_a_token(page: Page) -> str:
    """Make a personal access token that reads everything and changes one thing; return it."""
    account_menu(page, "Sign-in and security")
    skip_to_content(page)
    enter(page, "a[href='/account/tokens']")
    skip_to_content(page)
    press_until(page, "#f-name")
    page.keyboard.type("Keys only")
    press_until(page, "input[name=scopes][value^='write:']")
    page.keyboard.press("Space")
    expect(page.locator("input[name=scopes]:checked")).to_have_count(2)  # reading is ticked before
    enter(page, "main form[action='/account/tokens'] button[type=submit]")
    return page.locator("#new-token").inner_text()


def sign_the_other_browser_out(page: Page) -> None:
    account_menu(page, "Sign-in and security")
    devices = page.get_by_role("region", name="Table of devices")
    expect(devices.get_by_role("row")).to_have_count(3)
    skip_to_content(page)
    enter(page, "section[aria-labelledby=sessions] tbody tr:not(:has(.q-tag)) button")
    expect(devices.get_by_role("row")).to_have_count(2)


def set_up_an_app(page: Page) -> None:
    """Set up an authenticator app; the code is computed here from the key that is shown."""
    skip_to_content(page)
    enter(page, "button[aria-label='Set up an authenticator app']")
    key = page.locator("#app-key").inner_text().replace(" ", "")
    skip_to_content(page)
    press_until(page, "#f-code")
    page.keyboard.type(one_time_code(key))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    codes = page.locator("#recovery-codes").get_by_role("listitem")
    expect(codes).to_have_count(10)


def one_time_code(key: str) -> str:
    """Return the six digits of RFC 6238 for now."""
    secret = base64.b32decode(key + "=" * (-len(key) % 8))
    digest = hmac.new(secret, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    start = digest[-1] & 15
    number: int = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
