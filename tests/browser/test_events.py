"""An event in real browsers: full, a seat given back, checked in while the line is cut, and the certificate."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.looking import axe_clean, no_console_errors, settle

pytestmark = [pytest.mark.browser]


def make_event(page: Page) -> str:
    """Write an event with one seat down that begins in some hours, publish it, and return its address."""
    begins = datetime.now() + timedelta(hours=9)  # noqa: DTZ005 - the field holds a clock without a zone
    page.goto("/events/create")
    page.locator("[name=title]").fill("One seat only")
    page.locator("[name=venue]").fill("Room 1")
    page.locator("[name=starts_at]").fill(begins.strftime("%Y-%m-%dT%H:%M"))
    page.locator("[name=ends_at]").fill((begins + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"))
    page.locator("[name=capacity]").fill("1")
    page.get_by_role("button", name="Keep the draft").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".q-head .q-status")).to_have_text("Published")
    return page.url


@pytest.mark.feature("A11", "A12", "A13", "A14")
def test_who_waits_moves_up_is_checked_in_offline_and_a_certificate_can_be_verified(
    open_page: OpenPage,
) -> None:
    host, student, other = open_page("faculty"), open_page("student"), open_page("placement")
    place = make_event(host)
    for page, button in ((student, "Register"), (other, "Join the waiting list")):
        page.goto(place)
        page.get_by_role("link", name=button).click()
        page.get_by_role("button", name=button).click()
    expect(student.get_by_text("You have a seat", exact=True)).to_be_visible()
    expect(other.get_by_text("You are next.")).to_be_visible()
    student.get_by_role("button", name="Give the seat back").click()
    student.locator("[data-yes]").click()
    expect(
        student.get_by_role("link", name="Join the waiting list").or_(
            student.get_by_role("link", name="Register")
        )
    ).to_be_visible()
    other.goto(place)
    expect(other.get_by_text("You have a seat", exact=True)).to_be_visible()
    other.get_by_role("link", name="Ticket").click()
    code = other.locator("#ticket-code").inner_text()
    settle(other)
    axe_clean(other)
    host.goto(f"{place}/check-in")
    expect(host.locator("[data-kept]")).to_be_attached(timeout=15_000)
    host.context.set_offline(True)
    host.locator("[name=code]").fill(code)
    host.get_by_role("button", name="Check in").click()
    expect(host.locator("[data-unsent]")).to_contain_text("1: Kept on this device")
    host.reload()
    expect(host.get_by_text("There is no connection.")).to_be_visible()
    expect(host.locator("[data-unsent]")).to_contain_text("1: Kept on this device")
    settle(host)
    axe_clean(host)
    host.context.set_offline(False)
    expect(host.locator("[data-results] li").first).to_contain_text("Welcome.", timeout=15_000)
    expect(host.locator("[data-unsent]")).to_be_hidden()
    host.reload()
    expect(host.get_by_text("1 person is here")).to_be_visible()
    student.goto("/events/past")
    student.get_by_role("link", name="Git from the first commit").first.click()
    student.get_by_role("button", name="Get the certificate").click()
    link = student.get_by_role("link", name="Certificate (PDF)")
    expect(link).to_be_visible()
    file = student.request.get(link.get_attribute("href") or "")
    assert file.body().startswith(b"%PDF")
    serial = student.locator("main .num", has_text="ATT-").first.inner_text()
    student.goto(f"/verify/{serial}")
    expect(student.get_by_text("Git from the first commit to the pull request")).to_be_visible()
    no_console_errors(student)


@pytest.mark.feature("A14")
def test_the_kept_check_in_page_names_nobody_and_goes_when_one_is_signed_out(
    open_page: OpenPage,
) -> None:
    host = open_page("faculty")
    place = f"{make_event(host)}/check-in"
    host.goto(place)
    expect(host.locator("[data-kept]")).to_be_attached(timeout=15_000)
    kept = "async () => (await (await caches.open('quad-check-in')).keys()).map((one) => one.url)"
    assert place in host.evaluate(kept)
    host.context.clear_cookies()
    host.goto(place)
    expect(host).to_have_url(re.compile("login"))
    assert place not in host.evaluate(kept)
