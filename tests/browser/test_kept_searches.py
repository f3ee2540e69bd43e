"""A search that is kept, renamed in place and forgotten, without a mouse; the focus stays beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from quad.web.security import SESSION_COOKIE
from tests.browser.keys import press_until, skip_to_content
from tests.browser.looking import no_console_errors, watch_console
from tests.browser.small_college import fill, served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SAVED = "#saved-alumni-alumni"


@pytest.fixture
def graduate(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page of a graduate of the small college, signed in."""
    folder = tmp_path_factory.mktemp("searches")
    world = fill(folder, lambda _db: None)
    with served(folder, QUAD_LOGIN_CODE="off") as address:
        context = browser.new_context(base_url=address, reduced_motion="reduce")
        cookie: Any = {
            "name": SESSION_COOKIE,
            "value": world.members["alu"].cookie,
            "url": address,
        }
        context.add_cookies([cookie])
        yield watch_console(context.new_page())
        context.close()


@pytest.mark.feature("A16")
def test_a_search_is_kept_renamed_in_place_and_forgotten_with_the_keyboard_alone(
    graduate: Page,
) -> None:
    page = graduate
    page.goto("/alumni?year=2020")
    skip_to_content(page)
    press_until(page, SAVED)
    page.keyboard.press("Enter")
    press_until(page, "#keep-name-alumni-alumni")
    page.keyboard.type("Those of 2020")
    submit(page)
    expect(page.locator("#toasts")).to_contain_text("is kept")
    expect(page.locator(SAVED)).to_be_focused()
    page.keyboard.press("Enter")
    press_until(page, "summary[aria-label='Rename Those of 2020']")
    page.keyboard.press("Enter")
    press_until(page, "input[id^='rename-']")
    page.keyboard.press("Control+a")
    page.keyboard.type("Class of 2020")
    submit(page)
    expect(page.locator("#toasts")).to_contain_text("The search is called “Class of 2020” now.")
    assert "year=2020" in page.url, "the list is the one that was shown"
    expect(page.locator(SAVED)).to_be_focused()
    page.keyboard.press("Enter")
    kept = page.locator(".q-kept a")
    expect(kept).to_have_text("Class of 2020")
    page.keyboard.press("Escape")
    expect(kept).to_be_hidden()
    expect(page.locator(SAVED)).to_be_focused()
    page.keyboard.press("Enter")
    press_until(page, "button[aria-label='Forget Class of 2020']")
    submit(page)
    expect(page.locator(SAVED)).to_be_focused()
    expect(page.locator(".q-kept")).to_have_count(0)
    no_console_errors(page)


def submit(page: Page) -> None:
    """Send the form the focus is in."""
    with page.expect_navigation():
        page.keyboard.press("Enter")
