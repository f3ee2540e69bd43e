"""The queue of snapshots by keys alone, and two people who look at the same one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.looking import no_console_errors

pytestmark = [pytest.mark.browser, pytest.mark.feature("C8", "C9", "C19")]


def chosen(page: Page) -> str:
    """Return the number of the snapshot that is looked at."""
    found = re.search(
        r"/review/(\d+)/reject", page.locator("#reject").get_attribute("action") or ""
    )
    assert found is not None
    return found[1]


def press(page: Page, key: str, other_than: str) -> str:
    """Press a key that leads to another snapshot; return which."""
    page.keyboard.press(key)
    form = re.compile(rf"/review/(?!{other_than}/)\d+/reject")
    expect(page.locator("#reject")).to_have_attribute("action", form)
    return chosen(page)


def test_a_queue_is_worked_off_by_keys_and_of_two_reviewers_one_is_told(
    open_page: OpenPage,
) -> None:
    page = open_page("counsellor")
    page.goto("/coding/review")
    first = chosen(page)
    second = press(page, "j", first)
    assert press(page, "k", second) == first

    rival = open_page("admin")
    rival.goto(f"/coding/snapshots/{second}")
    press(page, "j", first)
    other = open_page("counsellor")
    other.goto(page.url)
    assert chosen(other) == second
    press(page, "a", second)
    expect(page.get_by_text("Approved.", exact=True)).to_be_visible()
    other.keyboard.press("a")
    expect(other.get_by_text("Snapshot is already approved")).to_be_visible()
    rival.reload()
    expect(rival.locator("main")).to_contain_text("approved it.")

    third = chosen(page)
    page.keyboard.press("r")
    remark = page.get_by_label("Remark to the student")
    expect(remark).to_be_focused()
    page.keyboard.type("ajar kraal")  # letters that are keys elsewhere
    assert chosen(page) == third
    page.keyboard.press("Escape")
    expect(remark).not_to_be_focused()
    press(page, "r", third)
    expect(page.get_by_text("Rejected.", exact=True)).to_be_visible()
    rival.goto(f"/coding/snapshots/{third}")
    expect(rival.locator("main")).to_contain_text("ajar kraal")

    fourth = chosen(page)
    page.keyboard.press("r")
    page.keyboard.type("Show the whole page")
    press(page, "Control+Enter", fourth)
    for one in (page, other, rival):
        no_console_errors(one)
