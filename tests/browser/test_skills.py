"""Choosing skills by typing, with keys alone and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import OpenPage

pytestmark = [pytest.mark.browser]


def test_skills_are_chosen_with_keys_alone_and_a_synonym_finds_them(open_page: OpenPage) -> None:
    page = open_page("student")
    page.goto("/profile/skills")
    box = page.get_by_role("combobox", name="Skills")
    box.focus()
    page.keyboard.type("kubern")
    expect(page.locator(".q-picker-offers li").first).to_contain_text("Kubernetes")
    page.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant")
    page.keyboard.press("Enter")
    page.keyboard.type("golang")
    expect(page.locator(".q-picker-offers li").first).to_contain_text("Go")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type("figm")
    expect(page.locator(".q-picker-offers li").first).to_contain_text("Figma")
    page.keyboard.press("Escape")
    expect(page.locator(".q-picker-offers li")).to_have_count(0)
    box.fill("")
    page.keyboard.press("Backspace")
    expect(page.locator(".q-picker-chip")).to_have_count(1)
    page.locator("select#f-level").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Kubernetes")).to_be_visible()


def test_without_scripts_names_are_written_with_commas(
    browser: Browser, live_server: str, sign_in: Callable[[str], Any]
) -> None:
    context = browser.new_context(
        base_url=live_server, storage_state=sign_in("student"), java_script_enabled=False
    )
    page = context.new_page()
    page.goto("/profile/skills")
    page.get_by_label("Skills", exact=True).fill("figma, js")
    page.get_by_role("main").get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("link", name="Figma")).to_be_visible()
    expect(page.get_by_role("link", name="JavaScript").first).to_be_visible()
    context.close()
