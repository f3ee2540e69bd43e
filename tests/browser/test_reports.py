"""The report builder: the answer follows each choice, what was typed stays, and the keyboard is enough."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.feature("C45")]
OpenPage = Callable[..., Page]


def test_a_report_is_built_by_choosing_and_its_rows_follow(open_page: OpenPage) -> None:
    page: Any = open_page("admin")
    page.goto("/reports/new")
    answer = page.locator("#answer")
    everybody = answer.inner_text()
    page.locator("#b-add").select_option("cgpa")
    value = page.locator("#f0-value")
    expect(value).to_be_visible()
    page.locator("#k-name").fill("Best of all")
    value.fill("8.5")
    value.press("Tab")
    expect(page.get_by_text("CGPA at least 8.5", exact=False).first).to_be_visible()
    assert answer.inner_text() != everybody
    expect(page.locator("#k-name")).to_have_value("Best of all")
    page.locator("#b-shape-summary").focus()
    page.keyboard.press("Space")
    expect(page.locator("#g0-field")).to_be_visible()
    page.locator("#g0-field").select_option("department")
    expect(page.locator("#result table thead th").first).to_have_text("Department")
    page.locator("#b-chart").select_option("bar")
    expect(page.locator("#result canvas")).to_be_visible()
    page.reload()
    expect(page.locator("#result canvas")).to_be_visible()
    page.locator(".q-chip a").click()
    expect(page.locator(".q-chip")).to_have_count(0)
    page.locator("#k-name").fill("By department")
    page.get_by_role("button", name="Save the report").click()
    page.wait_for_url(re.compile(r"/reports/\d+$"))
    expect(page.locator("h1")).to_have_text("By department")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("h1")).to_have_text("By department")
