"""The walk knows every page of the site, and looks at those that no link of the demo leads to.

The small college of the matrix has one of everything: a link of each kind that is still good, a list that is being
written, an application, an invitation, results that are locked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy.orm import Session

from quad.core.mail.outbox import NOWHERE
from quad.web.security import SESSION_COOKIE
from quad.web.site import Site
from tests.browser.looking import look_at, settle, watch_console
from tests.browser.small_college import College, fill, served
from tests.browser.test_pages import PLACES
from tests.factories.people import PASSWORD, person
from tests.matrix.requests import path_of
from tests.matrix.test_routes import TABLE

# A group of its own: with two workers both halves of the walk run side by side.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(900),
]

NOT_PAGES = {
    "/events/check-in-keeper.js": "a script, at work in test_events.py",
    "/healthz": "JSON for machines",
    "/readyz": "JSON for machines",
    "/metrics": "text for Prometheus",
    "/dashboard": "leads to the start page",
    "/cards/<name>": "a card of the start page, seen there",
    "/search/suggestions": "the list below the search field, seen in test_behaviour.py",
    "/sign-in/with/<slug>": "leads to the provider",
    "/sign-in/with/<slug>/back": "comes from the provider and leads on",
    "/prove/with/<slug>": "leads to the provider",
    "/account/links/<slug>/add": "leads to the provider",
    "/people/<int:user_id>": "leads to the page of the person",
    "/profile/network/view": "leads to the own page",
    "/students/<int:student_id>/skills": "leads to the skills of the person",
    "/students/<int:student_id>/timeline": "leads to the timeline of the person",
    "/alumni/<int:member_id>/timeline": "leads to the timeline of the person",
    "/events/<slug>": "another address of /events/<int:event_id>",
    "/account/data/<int:copy_id>/progress": "a part of /account/data, seen there",
    "/account/data/<int:copy_id>/file": "a file",
    "/requests/<int:request_id>/letter": "a file",
    "/requests/<int:request_id>/files/<int:attachment_id>": "a file",
    "/materials/<int:material_id>/content": "a file",
    "/materials/<int:material_id>/versions/<int:version_id>/content": "a file",
    "/materials/<int:material_id>/captions/<int:caption_id>": "a file",
    "/materials/<int:material_id>/preview": "a part of the page of a document, seen there",
    "/events/<int:event_id>/event.ics": "a file",
    "/events/<int:event_id>/ticket.pdf": "a file",
    "/events/<int:event_id>/certificate.pdf": "a file",
    "/events/<int:event_id>/cover": "a picture",
    "/events/<int:event_id>/speakers/<int:speaker_id>/photo": "a picture",
    "/pages/images/<int:image_id>": "a picture",
    "/community/posts/<int:post_id>/pictures/<int:picture_id>": "a picture",
    "/feedback/<int:form_id>/results.csv": "a file",
    "/events/feed/<token>.ics": "a calendar for programs",
    "/announcements/<int:announcement_id>/files/<int:attachment_id>": "a file",
    "/unsubscribe/<token>": "only from a mail, seen in tests/notifications/test_mailing.py",
    "/messages/<int:conversation_id>/news": "a part of a conversation, seen there",
    "/messages/files/<int:attachment_id>": "a file",
    "/messages/compose/student/<int:student_id>": "leads to the first message to the student",
    "/uploads/<path:name>": "leads to a file",
    "/offerings/<int:offering_id>/attendance.csv": "a file",
    "/offerings/<int:offering_id>/attendance.xlsx": "a file",
    "/audit/history/<thing>/<int:row_id>": "a part of the page of the thing, seen there",
    "/promotions/<int:promotion_id>/progress": "a part of the page of the promotion, seen there",
    "/documents/batches/<int:batch_id>/progress": "a part of the page of the batch, seen there",
    "/coding/at-risk": "leads to the list of students",
    "/skills/suggest": "the list below the field for skills, seen in test_skills.py",
    "/references/<int:reference_id>/document": "a file",
    "/mentoring/<int:booking_id>.ics": "a file",
    "/coding/leaderboard/me": "a part of the leaderboard, seen there",
    "/coding/snapshots/<int:snapshot_id>/evidence": "a picture",
    "/documents/<int:document_id>/file": "a file",
    "/students/<int:student_id>/transcript.pdf": "a file",
    "/documents/batches/<int:batch_id>/file": "a file",
    "/analytics/<name>/file": "a file",
    "/reports/<int:report_id>/file": "a file",
    "/record/transcript.pdf": "a file",
    "/people/<int:user_id>/photo/<mark>": "a picture",
    "/jobs/<int:job_id>/ways": "a part of the page of the job, seen there",
    "/audience/reach": "a part of forms that ask who is meant, seen there",
    "/download/cv/<int:application_id>": "a file",
    "/progress/<int:job_id>": "a part of the pages that wait for work, seen there",
    "/lists/exports/<int:export_id>/progress": "a part of the page of the file, seen there",
    "/lists/exports/<int:export_id>/file": "a file",
    "/imports/<kind>/template.csv": "a file",
    "/imports/batches/<int:batch_id>/errors.csv": "a file",
    "/grading-schemes/<int:scheme_id>/regrading": "a part of the page of the scheme, seen there",
    "/offerings/<int:offering_id>/marks.csv": "a file",
    "/offerings/<int:offering_id>/marks.xlsx": "a file",
    "/offerings/<int:offering_id>/enrol-batch": "the enrol page answers; alone it leads there",
    "/dev/mailbox/<int:mail_id>/html": "a mail as its reader sees it, inside the page of the mail",
}
# Pages that the matrix does not see open: it signs in otherwise, or its site is closed.
STEPS = {
    "/sign-in/code": "test_the_second_step_in_each_way",
    "/account/factors/app": "test_the_second_step_in_each_way",
    "/account/first-email": "test_the_pages_that_come_first",
    "/account/factors/passkeys/new": "AS_WELL",
    "/signed-out/<slug>": "AS_WELL",
    "/dev/ui/error/<int:status>": "AS_WELL",
}
AS_WELL = {
    "nobody": ("/register", "/register?as=alumnus", "/signed-out/campus", "/dev/ui/error/404"),
    "admin": ("/account/factors/passkeys/new", "/account/security", "/account"),
    "hod": (),
    "fac": (),
    "stu": ("/account/security",),
}
NO_EMAIL, NEW_PASSWORD = f"nobody{NOWHERE}", "first@college.example"


def flat(address: str) -> str:
    """Return a rule or a place as the walk of the demo writes it: each number is a `*`."""
    return re.sub(r"<int:\w+>", "*", address.partition("?")[0])


WALKED = {flat(place) for places in PLACES.values() for place in places}


def others(role: str) -> list[str]:
    """Return the rules that are left to `role`: the first of all roles that sees the page."""
    left = []
    for line in TABLE:
        if line.method != "GET" or line.rule.startswith("/api/v1/") or line.rule in NOT_PAGES:
            continue
        seen_by = next((each for each in AS_WELL if line.cells[each] == "200"), None)
        if seen_by == role and line.rule not in STEPS and flat(line.rule) not in WALKED:
            left.append(line.rule)
    return left


def test_the_walk_knows_every_page(_site: Site) -> None:
    rules = {rule.rule for rule in _site.url_map.iter_rules() if "GET" in (rule.methods or ())}
    pages = {rule for rule in rules if not rule.startswith("/api/v1/")}
    walked = {rule for rule in pages if flat(rule) in WALKED}
    walked |= {rule for role in AS_WELL for rule in others(role)} | set(STEPS)
    unknown = sorted(pages - walked - set(NOT_PAGES))
    assert not unknown, "walk these, or say in NOT_PAGES why not:\n" + "\n".join(unknown)
    gone = sorted((set(NOT_PAGES) | set(STEPS)) - rules)
    assert not gone, "the site has no such address any more:\n" + "\n".join(gone)


@pytest.fixture(scope="module")
def college(tmp_path_factory: pytest.TempPathFactory) -> Iterator[College]:
    """Serve the small college, with two more people: one without an address, one with a password to change."""

    def more(db: Session) -> None:
        person(db, email=NO_EMAIL, username="no-email")
        person(db, email=NEW_PASSWORD, must_change_password=True)

    folder = tmp_path_factory.mktemp("college")
    world = fill(folder, more)
    provider = '{"campus": {"issuer": "https://id.example", "client_id": "quad", "name": "Campus"}}'
    with served(
        folder,
        QUAD_LOGIN_CODE="required",
        QUAD_REGISTRATION="approval",
        QUAD_OIDC=provider,
    ) as address:
        yield College(address, world)


@pytest.fixture
def enter(browser: Browser, college: College) -> Iterator[Callable[[str], Page]]:
    """Open a page of the small college as one of its people; "nobody" is somebody signed out."""
    contexts = []

    def open_one(role: str) -> Page:
        context = browser.new_context(base_url=college.address, reduced_motion="reduce")
        contexts.append(context)
        member = college.world.members.get(role)
        if member is not None:
            context.add_cookies(
                [{"name": SESSION_COOKIE, "value": member.cookie, "url": college.address}]
            )
        return watch_console(context.new_page())

    yield open_one
    for context in contexts:
        context.close()


class Seen:
    """What was wrong on the pages that were looked at."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: list[str] = []

    def look(self, name: str, heading: str = "") -> None:
        """Look at the page that is open; `heading` is what it must be called."""
        settle(self.page)
        title = self.page.locator("h1").first.inner_text()
        if heading and heading not in title:
            self.wrong.append(f"{name}: is called {title!r}")
        self.wrong += [f"{name}: {problem}" for problem in look_at(self.page, f"college {name}")]

    def nothing_wrong(self) -> None:
        assert not self.wrong, "\n".join(self.wrong)


@pytest.mark.parametrize("role", AS_WELL)
def test_the_pages_that_no_link_of_the_demo_leads_to(
    enter: Callable[[str], Page], college: College, role: str
) -> None:
    things: SimpleNamespace = college.world.seen_by(role)
    seen = Seen(enter(role))
    for place in (*(path_of("GET", rule, things) for rule in others(role)), *AS_WELL[role]):
        answer = seen.page.goto(place)
        assert answer is not None
        if "html" not in answer.headers.get("content-type", "") or not seen.page.query_selector(
            "h1"
        ):
            seen.wrong.append(f"{place}: is no page; say in NOT_PAGES what it is")
            continue
        if not answer.ok and "/dev/ui/error/" not in place:
            seen.wrong.append(f"{place}: {answer.status}")
        seen.look(f"{role} {place}")
    seen.nothing_wrong()


def by_password(page: Page, name: str) -> None:
    page.goto("/login")
    page.get_by_label("E-mail or user name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_load_state()
