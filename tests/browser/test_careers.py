"""A job in a real browser: posted, approved, not for everybody, applied for, and in the report at the end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.looking import axe_clean, no_console_errors, settle
from tests.materials import samples

pytestmark = [pytest.mark.browser]
TITLE = "Engineer for a journey"


def hired(page: Page) -> int:
    """Return how many the placement report counts as hired."""
    found: dict[str, Any] = page.request.get("/api/v1/placement/report").json()["data"]
    return int(found["hired"])


def move(page: Page, stage: str, offer: str = "") -> None:
    """Bring the application that is shown to a stage."""
    page.get_by_label("Stage").select_option(label=stage)
    if offer:
        page.get_by_label("Salary offered").fill(offer)
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator("dd", has_text=stage).first).to_be_visible()


@pytest.mark.feature("A8", "A9", "A33")
def test_a_job_goes_from_an_alumnus_over_approval_and_stages_into_the_report(
    open_page: OpenPage, tmp_path: Path
) -> None:
    if not open_page().request.get("/login").text().count('value="alumnus"'):
        pytest.skip("The demo college has no alumnus to sign in as.")
    alumnus, office, student = (open_page(role) for role in ("alumnus", "placement", "student"))
    before = hired(office)

    alumnus.goto("/jobs/create")
    alumnus.get_by_label("Title").fill(TITLE)
    alumnus.get_by_label("Company").fill("Journey Works")
    alumnus.get_by_label("About the work").fill("Walk from one end to the other.")
    alumnus.get_by_label("Salary from").fill("500000")
    alumnus.get_by_label("Salary to").fill("600000")
    alumnus.locator("summary", has_text="Roles").click()
    alumnus.get_by_label("Student", exact=True).check()
    alumnus.get_by_label("CGPA, at least").fill("9.99")
    expect(alumnus.locator(".q-reach")).to_contain_text("Reaches", timeout=15_000)
    settle(alumnus)
    axe_clean(alumnus)
    alumnus.get_by_role("button", name="Save").click()
    alumnus.get_by_role("button", name="Send in").click()
    expect(alumnus.locator("main")).to_contain_text("waits for the placement office")
    place = alumnus.url

    office.goto("/jobs/manage?state=waiting")
    office.get_by_role("link", name=TITLE).first.click()
    office.get_by_role("button", name="Approve").click()
    expect(office.locator("main")).to_contain_text("Applicants")

    student.goto(place)
    expect(student.locator(".q-check")).to_contain_text("Not met: CGPA 9.99 or more")
    expect(student.get_by_role("link", name="Apply", exact=True)).to_have_count(0)
    student.locator("summary", has_text="What would make me eligible?").click()
    expect(student.locator(".q-ways")).to_contain_text("CGPA 9.99 or more", timeout=15_000)
    settle(student)
    axe_clean(student)

    alumnus.get_by_role("link", name="Change").click()
    alumnus.get_by_label("CGPA, at least").fill("5")
    alumnus.get_by_role("button", name="Save").click()
    expect(alumnus.locator("main")).to_contain_text("CGPA 5.00 or more")

    cv = tmp_path / "my cv.pdf"
    cv.write_bytes(samples.pdf())
    student.goto(place)
    student.get_by_role("link", name="Apply", exact=True).click()
    student.set_input_files("#f-file", cv)
    student.get_by_label("Cover letter").fill("I walk well.")
    student.get_by_role("button", name="Send application").click()
    expect(student.locator("main")).to_contain_text("my cv.pdf")
    application = student.url

    alumnus.goto(f"{place}/board")
    settle(alumnus)
    axe_clean(alumnus)
    lane = alumnus.locator(".q-lane", has=alumnus.locator("#lane-applied"))
    lane.get_by_role("combobox").select_option(label="Shortlisted")
    lane.get_by_role("button").click()
    expect(alumnus.locator(".q-lane", has=alumnus.locator("#lane-shortlisted"))).to_contain_text(
        "Fit"
    )
    alumnus.goto(application)
    with alumnus.expect_download() as taken:
        alumnus.get_by_role("link", name="CV", exact=True).click()
    assert taken.value.suggested_filename == "my cv.pdf"
    move(alumnus, "Interview")
    move(alumnus, "Offered", offer="550000")
    move(alumnus, "Hired")

    student.goto(application)
    expect(student.locator("main")).to_contain_text("Hired")
    assert hired(office) == before + 1
    for page in (alumnus, office, student):
        no_console_errors(page)
