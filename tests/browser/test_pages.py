"""Every page as everybody who may see it: accessible, within its window, without complaints, light and dark.

One walk per role. A place with `*` stands for the first such address on the last page that leads to one: so the walk
also proves that every page can be reached. The pages that no link leads to are walked in test_every_address.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import OpenPage
from tests.browser.looking import look_at, settle

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(900),
]

STYLE_PAGES = (
    "/dev/ui/", "/dev/ui/forms", "/dev/ui/list", "/dev/ui/list-empty", "/dev/ui/data", "/dev/ui/marks",
    "/dev/ui/talk", "/dev/ui/door", "/dev/ui/door-bad", "/dev/ui/code",
)  # fmt: skip
EVERYBODY = (
    "/", "/notifications", "/search?q=a", "/search?q=nobody-is-called-so", "/courses", "/courses/*", "/nowhere",
)  # fmt: skip
OWN_PAGES = (
    "/account", "/account/email", "/account/security", "/account/security/log", "/account/data", "/account/tokens",
    "/account/notifications", "/profile", "/profile/edit", "/change-password", "/delete_account", "/role", "/logout",
)  # fmt: skip
INSTITUTION = (
    "/departments", "/departments/*", "/programmes", "/programmes/*", "/terms", "/terms/*", "/grading-schemes",
    "/grading-schemes/*", "/campuses", "/campuses/*", "/degrees", "/degrees/*", "/batches", "/batches/*", "/classes",
    "/classes/*",
)  # fmt: skip
INSTITUTION_FORMS = tuple(
    f"/{kind}/{act}"
    for kind in (
        "departments", "programmes", "terms", "grading-schemes", "campuses", "degrees", "batches", "classes",
    )
    for act in ("new", "*/edit")
)  # fmt: skip
TEACHING = (
    "/courses/new", "/courses/*/edit", "/courses/*/offer", "/offerings", "/offerings/*", "/offerings/*/edit",
    "/offerings/*/enrol", "/offerings/*/components", "/offerings/*/components/*/edit", "/offerings/*/marks",
    "/offerings/*/marks/upload", "/offerings/*/results", "/students", "/students?q=nobody-is-called-so",
    "/students/*", "/students/*/edit", "/enrolments/*/components/*/mark", "/enrolments/*", "/enrolments/*/award",
)  # fmt: skip
RECORDS = (
    "/students/new", "/students/deleted", "/teachers", "/teachers/*", "/teachers/*/edit", "/teachers/new",
    "/teachers/deleted", "/staff", "/staff/*", "/staff/new", "/staff/assign", "/registrations", "/invitations",
    "/invitations/new",
)  # fmt: skip
ADMINISTRATION = (
    "/users", "/users/*", "/users/*/merge", "/users/*/sees", "/users/duplicates", "/users/new", "/settings",
    "/audit", "/audit/*", "/admin/permissions", "/admin/jobs", "/admin/jobs/*", "/admin/mail", "/admin/mail/*",
    "/dev/mailbox/", "/dev/mailbox/*", "/imports", "/imports/students", "/imports/batches/*", "/api/docs",
)  # fmt: skip
GIVEN = (
    "/profile/skills", "/skills", "/skills/*", "/connections", "/references", "/references/*", "/references/new",
    "/mentoring", "/mentoring/*", "/timeline",
)  # fmt: skip
EVENTS = (
    "/events", "/events/*", "/events/*/register", "/events/past", "/events/mine", "/events/calendar", "/events/create",
    "/events/feed",
)  # fmt: skip
MESSAGES = (
    "/messages", "/messages/*", "/messages?q=friday", "/messages?box=requests", "/messages/compose",
    "/messages/compose/*", "/messages/settings",
)  # fmt: skip
HOSTED = (
    "/events", "/events/mine", "/events/*", "/events/*/edit", "/events/*/programme", "/events/*/speakers/new",
    "/events/*/agenda/new", "/events/*/attendees", "/events/*/check-in",
    "/events/*/results", "/events/past",
)  # fmt: skip
ANNOUNCED = (
    "/announcements", "/announcements/*", "/announcements/past",
)  # fmt: skip
ANNOUNCING = (
    *ANNOUNCED, "/announcements/mine", "/announcements/create", "/announcements/*/edit", "/announcements/*/readers",
)  # fmt: skip
PLACES: dict[str, tuple[str, ...]] = {
    "": (
        "/", "/login", "/student_login", "/faculty_login", "/admin_login", "/alumni_login", "/forgot-password",
        "/register", "/reset/over", "/confirm/over", "/nowhere", "/events", "/events/*",
    ),
    "admin": (*EVERYBODY, *TEACHING, *RECORDS, *STYLE_PAGES),
    "admin, the institution": (*INSTITUTION, *INSTITUTION_FORMS, *ADMINISTRATION),
    "admin, reports": (
        "/reports", "/reports/*", "/reports/*/sending", "/reports/*/edit", "/reports/new",
        "/reports/new?ready=coding.metrics.departments",
        "/reports/new?add=department&f0.field=cgpa&f0.op=least&f0.value=7&f1.field=semester&f1.op=least&f1.value=x",
    ),
    "hod": (
        *EVERYBODY, "/departments", "/departments/*", "/batches", "/batches/*", "/students", "/students/*",
        "/students/*/edit", "/teachers", "/teachers/*", "/staff", "/staff/*", "/registrations", "/requests/queue",
        "/users",
    ),
    "faculty": (*EVERYBODY, *TEACHING, "/users"),
    "student, careers": (
        "/jobs", "/jobs?q=nothing-is-called-so", "/jobs/*", "/jobs/*/apply", "/applications", "/applications/*",
        "/drives", "/drives/*",
    ),
    "placement": (
        "/", "/jobs/manage", "/jobs/create", "/jobs/*", "/jobs/*/edit", "/jobs/*/applicants", "/jobs/*/board",
        "/applications/*", "/drives", "/drives/new", "/drives/*", "/drives/*/edit", "/placement/report",
    ),
    "faculty, events": HOSTED,
    "admin, announcements": (
        *ANNOUNCING, "/announcements/all", "/announcements/approvals", "/admin/mail/addresses",
        "/admin/mail/addresses/*",
    ),
    "student, announcements": ANNOUNCED,
    "student, events": (*EVENTS, "/events/*/ticket", "/events/*/attendees", "/events/*/feedback"),
    "counsellor": (
        "/", "/coding/review", "/coding/delegations", "/coding/students", "/coding/students/*", "/coding/analytics",
        "/coding/leaderboard",
    ),
    "hod, events": ("/events/approvals",),
    "student, messages": MESSAGES,
    "student": (
        *EVERYBODY, *OWN_PAGES, *GIVEN, *INSTITUTION, "/record", "/simulator", "/simulator/compare", "/students",
        "/users",
    ),
}  # fmt: skip
MOST_TRIED = 12  # of somebody else's students or offerings, which one sees and does not edit
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


def leading_to(page: Page, place: str, seen: list[str]) -> str:
    """Return an address of this kind that was seen, or that one of the first things seen one step above leads to."""
    pattern, above = (
        re.compile(re.escape(kind).replace(r"\*", r"\d+"))
        for kind in (place, place.rpartition("/")[0])
    )
    found = next(filter(pattern.fullmatch, seen), "")
    things = [] if found else list(dict.fromkeys(filter(above.fullmatch, seen)))
    # The newest first, then what the home page names.
    for thing in (*things[:MOST_TRIED], *things[MOST_TRIED:][-MOST_TRIED:]):
        page.goto(thing)
        settle(page)
        found = next(filter(pattern.fullmatch, page.evaluate(LINKS)), "")
        if found:
            break
    return found


@pytest.mark.parametrize("walk", PLACES)
@pytest.mark.usefixtures("traces")
def test_every_page_is_accessible_fits_its_window_and_has_no_complaints(
    open_page: OpenPage, walk: str
) -> None:
    role = walk.partition(",")[0]
    page = open_page(role)
    seen: list[str] = []
    wrong: list[str] = []
    for place in PLACES[walk]:
        address = leading_to(page, place, seen) if "*" in place else place
        if not address:
            wrong.append(f"{place}: no page before it leads there")
            continue
        page.goto(address)
        settle(page)
        seen = page.evaluate(LINKS) + seen
        wrong += [f"{address}: {problem}" for problem in look_at(page, f"{role} {place}")]
    assert not wrong, f"as {walk or 'nobody'}:\n" + "\n".join(wrong)
