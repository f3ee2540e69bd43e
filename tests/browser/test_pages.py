"""Every page as everybody who may see it: accessible, within its window, without complaints, light and dark.

One walk per role. A place with `*` stands for the first such address on the last page that leads to one: so the walk
also proves that every page can be reached.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import OpenPage
from tests.browser.looking import (
    COLOUR_RULES,
    complaints,
    picture,
    put_on,
    settle,
    sticking_out,
    violations,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.slow,
    pytest.mark.timeout(300),
]

STYLE_PAGES = (
    "/dev/ui/", "/dev/ui/forms", "/dev/ui/list", "/dev/ui/list-empty", "/dev/ui/data", "/dev/ui/marks",
    "/dev/ui/talk", "/dev/ui/door", "/dev/ui/door-bad", "/dev/ui/code",
)  # fmt: skip
OWN_PAGES = (
    "/", "/account", "/account/security", "/account/notifications", "/notifications", "/change-password",
    "/search?q=a", "/search?q=nobody-is-called-so", "/courses", "/courses/*", "/nowhere",
)  # fmt: skip
INSTITUTION = (
    "/departments", "/departments/*", "/programmes", "/programmes/*", "/terms", "/terms/*", "/grading-schemes",
    "/grading-schemes/*",
)  # fmt: skip
TEACHING = (
    "/courses/new", "/courses/*/edit", "/courses/*/offer", "/offerings", "/offerings/*", "/offerings/*/edit",
    "/offerings/*/components", "/offerings/*/components/*/edit", "/offerings/*/marks", "/students",
    "/students?q=nobody-is-called-so", "/students/*", "/students/*/edit", "/enrolments/*/components/*/mark",
)  # fmt: skip
RECORDS = (
    "/students/new", "/students/deleted", "/teachers", "/teachers/*", "/teachers/*/edit", "/teachers/new",
)  # fmt: skip
PLACES: dict[str, tuple[str, ...]] = {
    "": (
        "/", "/login", "/student_login", "/faculty_login", "/admin_login", "/alumni_login", "/forgot-password",
        "/register", "/reset/over", "/confirm/over", "/api/docs", "/dev/mailbox/", "/nowhere",
    ),
    "admin": (
        *OWN_PAGES, *INSTITUTION, "/departments/new", "/departments/*/edit", "/programmes/new", "/programmes/*/edit",
        "/terms/new", "/terms/*/edit", "/grading-schemes/new", "/grading-schemes/*/edit", *TEACHING, *RECORDS,
        "/users", "/users/*", "/users/new", "/settings", "/audit", "/audit/*", "/admin/permissions", "/admin/jobs",
        "/admin/jobs/*", "/admin/mail", "/admin/mail/*", "/dev/mailbox/", "/dev/mailbox/*", "/imports",
        "/imports/students", "/imports/batches/*", "/api/docs", *STYLE_PAGES,
    ),
    "hod": (*OWN_PAGES, *INSTITUTION, *TEACHING, *RECORDS),
    "faculty": (*OWN_PAGES, *TEACHING, "/users"),
    "student": (*OWN_PAGES, *INSTITUTION, "/record", "/students", "/users"),
}  # fmt: skip
WIDTH, HEIGHT = 1280, 900
NARROW = (390, 320)
LINKS = """[...document.querySelectorAll("a[href^='/']")].map((link) => link.getAttribute("href").split(/[?#]/)[0])"""
TWO_STUDENTS = (
    "Register number,First name,Last name,email,Department,Programme,Admission year,Semester\n"
    "4NV24CS901,Ada,Preview,ada.preview@college.example,CSE,BE-CSE,2024,5\n"
    "4NV24CS902,Bo,Preview,not an address,NOWHERE,BE-CSE,2024,5\n"
)


@pytest.fixture(scope="session")
def traces(browser: Browser, live_server: str, sign_in: Callable[[str], Any]) -> None:
    """Leave what some pages show: a mail that was sent, and a file that was previewed."""
    context = browser.new_context(base_url=live_server, storage_state=sign_in("admin"))
    page = context.new_page()
    page.goto("/account")
    address = page.locator("main").inner_text()
    mail = re.search(r"\S+@\S+", address)
    assert mail, "the account page shows no address"
    page.goto("/imports/students")
    file: Any = {"name": "two.csv", "mimeType": "text/csv", "buffer": TWO_STUDENTS.encode()}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Show the preview").click()
    page.wait_for_url("**/imports/batches/*")
    context.close()
    context = browser.new_context(base_url=live_server)
    page = context.new_page()
    page.goto("/forgot-password")
    page.get_by_role("textbox").first.fill(mail.group())
    page.get_by_role("main").get_by_role("button").last.click()
    page.goto("/dev/mailbox/")
    for _ in range(40):
        if page.locator("a[href^='/dev/mailbox/']").count():
            break
        page.wait_for_timeout(250)
        page.reload()
    context.close()


def look_at(page: Page, name: str) -> list[str]:
    """Return all that is wrong with the open page, in both themes and at three widths."""
    wrong = [f"sideways at {WIDTH}: {node}" for node in sticking_out(page)]
    wrong += violations(page)
    picture(page, f"{name} {WIDTH} light")
    put_on(page, "dark")
    wrong += [f"dark: {broken}" for broken in violations(page, COLOUR_RULES)]
    picture(page, f"{name} {WIDTH} dark")
    put_on(page, "light")
    for width in NARROW:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        settle(page)
        wrong += [f"sideways at {width}: {node}" for node in sticking_out(page)]
        picture(page, f"{name} {width} light")
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    return wrong + complaints(page)


@pytest.mark.parametrize("role", PLACES)
@pytest.mark.usefixtures("traces")
def test_every_page_is_accessible_fits_its_window_and_has_no_complaints(
    open_page: OpenPage, role: str
) -> None:
    page = open_page(role)
    seen: list[str] = []
    wrong: list[str] = []
    for place in PLACES[role]:
        pattern = re.compile(re.escape(place).replace(r"\*", r"\d+"))
        address = next(filter(pattern.fullmatch, seen), "") if "*" in place else place
        if not address:
            wrong.append(f"{place}: no page before it leads there")
            continue
        page.goto(address)
        settle(page)
        seen = page.evaluate(LINKS) + seen
        wrong += [f"{address}: {problem}" for problem in look_at(page, f"{role} {place}")]
    assert not wrong, f"as {role or 'nobody'}:\n" + "\n".join(wrong)
