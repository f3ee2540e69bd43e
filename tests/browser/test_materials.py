"""Materials in a real browser: files in pieces that go on after a break, order by mouse and keys, and players."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage
from tests.browser.looking import axe_clean, look_at, no_console_errors, settle
from tests.materials import samples

pytestmark = [pytest.mark.browser]


def known(page: Page, kind: str) -> dict[str, Any]:
    """Return a material of this kind that the reader has."""
    found: dict[str, Any] = page.request.get(f"/api/v1/materials?kind={kind}").json()["data"][0]
    return found


def wait_until_read(page: Page, material_id: str) -> None:
    """Wait until the worker of the demo has read the text of a material."""
    for _second in range(120):
        text = page.request.get(f"/api/v1/materials/{material_id}/text").json()["data"]
        if text["total"] is not None:
            return
        page.wait_for_timeout(1_000)
    raise AssertionError("the worker did not read the text")


def kept_place(page: Page) -> str:
    """Return the page where a teacher keeps the materials of an offering."""
    row = known(page, "pdf")
    return f"/courses/{row['course_id']}/materials?offering={row['offering_id']}"


@pytest.mark.feature("M17")
def test_an_upload_shows_how_far_it_is_and_goes_on_after_a_reload(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("faculty")
    place = kept_place(page)
    talk = tmp_path / "browser talk.mp3"
    talk.write_bytes(samples.mp3(24_000))  # ten megabytes: three pieces
    page.goto(place)
    sent = 0

    def break_off(route: Route) -> None:
        nonlocal sent
        sent += 1
        if sent > 1:
            route.fulfill(status=409, json={"success": False, "error": "Broken off"})
        else:
            route.continue_()

    page.route("**/materials/uploads/**offset=**", break_off)
    page.set_input_files("#f-file", talk)
    expect(page.locator(".q-uploads li")).to_contain_text("Broken off", timeout=30_000)
    page.unroute("**/materials/uploads/**offset=**")
    page.goto(place)
    row = page.locator(".q-uploads li")
    expect(row).to_contain_text("Interrupted")
    page.set_input_files("#f-file", talk)
    expect(row).to_have_class("is-done", timeout=30_000)
    expect(page.locator("#kept-materials")).to_contain_text("browser talk")
    grip = page.locator("[data-material]", has_text="browser talk").locator(".q-grip")
    with page.expect_response("**/materials/order"):
        grip.drag_to(page.locator("[data-material]", has_text="Welcome to the course"))
    page.goto(place)
    moved = page.locator("[data-section]:has-text('Start here') [data-material]")
    expect(moved.filter(has_text="browser talk")).to_have_count(1)
    page.get_by_role("button", name="Move Weeks 1 to 4 up").press("Enter")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#kept-materials [data-section]").first).to_contain_text("Weeks 1 to 4")
    settle(page)
    axe_clean(page)


@pytest.mark.feature("M19", "M15")
def test_recordings_play_with_captions_and_a_pdf_shows_in_the_page(open_page: OpenPage) -> None:
    page = open_page("student")
    row = known(page, "audio")
    page.goto(f"/materials/{row['id']}")
    audio = page.locator("audio")
    audio.evaluate("media => { media.muted = true; return media.play(); }")
    expect(page.locator("[data-captions]")).not_to_be_empty(timeout=15_000)
    page.select_option("[data-speed]", "1.5")
    assert audio.evaluate("media => media.playbackRate") == 1.5
    audio.focus()
    page.keyboard.press("k")
    assert audio.evaluate("media => media.paused")
    settle(page)
    axe_clean(page)
    no_console_errors(page)
    film = known(page, "video")
    page.goto(f"/materials/{film['id']}")
    page.wait_for_function("document.querySelector('video').readyState >= 2")
    assert page.locator("video").evaluate("media => media.videoWidth") == 160
    sheet = known(page, "pdf")
    with page.expect_response(f"**/materials/{sheet['id']}/content") as framed:
        page.goto(f"/materials/{sheet['id']}")
    assert framed.value.headers["content-type"].startswith("application/pdf")
    no_console_errors(page)


@pytest.mark.feature("M15")
def test_a_student_goes_on_where_it_was_left_and_finds_a_page_by_its_words(
    open_page: OpenPage,
) -> None:
    page = open_page("student")
    page.goto("/")
    card = page.locator("section", has=page.get_by_role("heading", name="Continue where you left"))
    link = card.get_by_role("link").nth(1)
    title = link.inner_text()
    link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    row = known(page, "pdf")
    wait_until_read(page, row["id"])
    page.goto(f"/courses/{row['course_id']}")
    panel = page.locator("#materials")
    panel.get_by_role("link", name="All, and search").click()
    page.get_by_role("searchbox", name="Words in a title or on a page").fill("laborat")
    page.keyboard.press("Enter")
    found = page.get_by_label("What was found")
    expect(found).to_contain_text("laborat", ignore_case=True)
    assert not look_at(page, "materials found")
    found.get_by_role("link", name="outline").first.click()
    assert "page=" in page.url
    page.goto("/notifications")
    expect(page.locator("main")).to_contain_text("New in ")
    no_console_errors(page)


@pytest.mark.feature("M15")
def test_a_teacher_lands_where_there_is_something_and_sees_how_many_opened_it(
    open_page: OpenPage,
) -> None:
    page = open_page("faculty")
    row = known(page, "pdf")
    page.goto(f"/courses/{row['course_id']}/materials")
    expect(page.locator("#kept-materials")).to_contain_text("outline")
    assert not look_at(page, "materials kept")
    page.locator(f"#m-{row['id']}").get_by_role("link", name="opened by").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who opened it")
    expect(page.locator("main")).to_contain_text("not named")
    assert not look_at(page, "materials readers")
    no_console_errors(page)
