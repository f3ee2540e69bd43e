"""Every page as everybody who may see it: accessible, within its window, without complaints, light and dark."""

from __future__ import annotations

import pytest

from tests.browser.conftest import OpenPage
from tests.browser.looking import axe_clean, fits_sideways, no_console_errors, picture, settle

pytestmark = pytest.mark.browser

STYLE_PAGES = (
    "/dev/ui/", "/dev/ui/forms", "/dev/ui/list", "/dev/ui/list-empty", "/dev/ui/data", "/dev/ui/marks",
    "/dev/ui/talk",
)  # fmt: skip
OWN_PAGES = (
    "/",
    "/account",
    "/account/security",
    "/account/notifications",
    "/notifications",
    "/search?q=a",
    "/nowhere",
)
PAGES: dict[str, tuple[str, ...]] = {
    "": (
        "/", "/login", "/student_login", "/faculty_login", "/admin_login", "/forgot-password", "/register", "/nowhere",
        "/dev/ui/door", "/dev/ui/door-bad", "/dev/ui/code",
    ),
    "admin": (
        *OWN_PAGES, *STYLE_PAGES, "/admin/jobs", "/admin/mail", "/admin/permissions", "/audit", "/change-password",
        "/courses", "/courses/1", "/courses/new", "/departments", "/departments/1", "/departments/new", "/dev/mailbox/",
        "/grading-schemes", "/grading-schemes/1", "/imports", "/imports/students", "/offerings", "/offerings/1",
        "/offerings/1/marks", "/programmes", "/programmes/1", "/settings", "/students", "/students/1",
        "/students?q=nobody-is-called-so", "/students/deleted", "/students/new", "/teachers", "/teachers/1", "/terms",
        "/terms/1", "/users", "/users/1", "/users/new",
    ),
    "hod": (*OWN_PAGES, "/students", "/courses", "/offerings", "/teachers"),
    "faculty": (*OWN_PAGES, "/students", "/offerings"),
    "student": (*OWN_PAGES, "/record", "/users"),
}  # fmt: skip
VISITS = [(role, path) for role, paths in PAGES.items() for path in paths]
NARROW = (390, 320)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("role", "path"), VISITS)
def test_a_page_is_accessible_and_fits_its_window(
    open_page: OpenPage, role: str, path: str, theme: str
) -> None:
    page = open_page(role, theme=theme)
    page.goto(path)
    settle(page)
    fits_sideways(page)
    axe_clean(page)
    picture(page, f"{role} {path} 1280 {theme}")
    for width in NARROW:
        page.set_viewport_size({"width": width, "height": 800})
        settle(page)
        fits_sideways(page)
        picture(page, f"{role} {path} {width} {theme}")
    axe_clean(page)
    no_console_errors(page)
