"""Texts that would like to be scripts stand in every field that people write, and nothing of them ever runs.

The small college with hostile texts in every written column of its database, each page once, by a real browser under
the real content policy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from quad.core.db.engine import Database
from quad.core.house import NAME, TERM_LINE, WELCOME
from quad.core.jobs.runtime import attach
from quad.core.policy import SYSTEM
from quad.core.settings import change
from quad.web.security import SESSION_COOKIE
from tests.browser.hostile_texts import ELSEWHERE, LINE, LINES, MARK, PRODUCT, plant
from tests.browser.looking import complaints, settle, watch_console
from tests.browser.small_college import College, fill, served
from tests.browser.test_every_address import NOT_PAGES, STEPS
from tests.conftest import make_settings
from tests.matrix.requests import path_of
from tests.matrix.test_routes import TABLE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

# Who looks at a page: the first of these that may see it.
READERS = ("fac", "stu", "plc", "alu", "hod", "admin", "nobody")
WATCH = """
window.planted = [];
window.alert = (what) => window.planted.push(`alert ${what}`);
addEventListener("securitypolicyviolation", ({ violatedDirective: rule, blockedURI: what }) =>
  window.planted.push(`the policy stopped ${what}: ${rule}`));
"""
LOOK = """([mark, product]) => {
  const all = [...document.querySelectorAll("*")];
  const told = (what, nodes) => nodes.map((node) => `${what}: ${node.outerHTML.slice(0, 160)}`);
  const places = ["href", "src", "action", "formaction", "xlink:href", "srcdoc"];
  const runs = (value) => /^[\\s\\u0000-\\u001f]*(javascript|vbscript|data:text)/i.test(value ?? "");
  return [
    ...window.planted,
    ...told("element", all.filter((node) => node.hasAttribute(mark))),
    ...told("handler", all.filter((node) => [...node.attributes].some(({ name }) => /^on/.test(name)))),
    ...told("script", all.filter((node) => places.some((name) => runs(node.getAttribute(name))))),
    ...(document.body.textContent.includes(product) ? ["a text was taken for a template"] : []),
  ];
}"""


def hostile_house(db: Session) -> None:
    """The institution itself is called so."""
    change(db, SYSTEM, {each.key: LINE[:180] for each in (NAME, WELCOME, TERM_LINE)})


@pytest.fixture(scope="module")
def college(tmp_path_factory: pytest.TempPathFactory) -> Iterator[College]:
    """Serve the small college with hostile texts."""
    folder = tmp_path_factory.mktemp("hostile")
    world = fill(folder, hostile_house)
    database = Database(f"sqlite:///{folder / 'quad.db'}")
    attach(database, make_settings(folder))
    assert plant(database) > 200
    database.dispose()
    with served(folder, QUAD_LOGIN_CODE="off", QUAD_REGISTRATION="approval") as address:
        yield College(address, world)


class Look:
    """A page whose every misstep is noted."""

    def __init__(self, page: Page) -> None:
        self.page = watch_console(page)
        self.wrong: list[str] = []
        page.on("dialog", self._dialog)
        page.on("request", self._request)

    def _dialog(self, dialog: Any) -> None:
        self.wrong.append(f"{self.page.url}: a dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Any) -> None:
        if ELSEWHERE in request.url.partition("?")[0]:
            self.wrong.append(f"{self.page.url}: asked {request.url[:100]}")

    def at(self, place: str) -> None:
        """Go there and look."""
        answer = self.page.goto(place)
        assert answer is not None
        if answer.status >= 500:
            self.wrong.append(f"{place}: {answer.status}")
        settle(self.page)
        self.here(place)

    def here(self, name: str) -> None:
        """Look at the page that is open."""
        found = self.page.evaluate(LOOK, [MARK, PRODUCT])
        self.wrong += [f"{name}: {what}" for what in (*found, *complaints(self.page))]

    def nothing_wrong(self) -> None:
        assert not self.wrong, "\n".join(self.wrong)


@pytest.fixture
def enter(browser: Browser, college: College) -> Iterator[Callable[[str], Look]]:
    """Open a page as one of the people; "nobody" is somebody signed out."""
    contexts = []

    def open_one(role: str) -> Look:
        context = browser.new_context(base_url=college.address, reduced_motion="reduce")
        contexts.append(context)
        context.add_init_script(WATCH)
        member = college.world.members.get(role)
        if member is not None:
            cookie: Any = {"name": SESSION_COOKIE, "value": member.cookie, "url": college.address}
            context.add_cookies([cookie])
        return Look(context.new_page())

    yield open_one
    for context in contexts:
        context.close()


def seen_first_by(role: str) -> list[str]:
    """Return the rules of pages, and of parts of pages, that are left to a reader."""
    parts = {rule for rule, why in NOT_PAGES.items() if "seen" in why}
    return [
        line.rule
        for line in TABLE
        if line.method == "GET"
        and not line.rule.startswith(("/api/v1/", "/dev/ui"))
        and (line.rule not in NOT_PAGES or line.rule in parts)
        and line.rule not in STEPS
        and next((each for each in READERS if line.cells[each] == "200"), None) == role
    ]


@pytest.mark.parametrize("role", READERS)
def test_hostile_texts_run_on_no_page(
    enter: Callable[[str], Look], college: College, role: str
) -> None:
    look, things = enter(role), college.world.seen_by(role)
    for rule in seen_first_by(role):
        look.at(path_of("GET", rule, things))
    look.nothing_wrong()


def test_what_was_looked_for_or_typed_wrongly_comes_back_as_words(
    enter: Callable[[str], Look],
) -> None:
    look = enter("admin")
    asked = quote(LINE[:1_500])
    for place in ("/search", "/students", "/users", "/community", "/events", "/messages"):
        look.at(f"{place}?q={asked}")
    look.at(f"/nowhere/{quote(LINE[:300])}")
    look.at("/departments/new")
    for field in look.page.locator("main input[type=text]:visible").all():
        field.fill(LINE[:1_000])
    look.page.get_by_role("main").get_by_role("button", name="Save").click()
    settle(look.page)
    assert look.page.locator("main [aria-invalid=true]").count(), "it was typed wrongly"
    look.here("the form with what was typed")
    out = enter("nobody")
    out.at(f"/login?next={quote('javascript:alert(1)')}")
    look.nothing_wrong()
    out.nothing_wrong()


def test_hostile_words_arrive_live_and_in_the_list_while_typing_as_words(
    enter: Callable[[str], Look], college: College
) -> None:
    writer, reader = enter("fac"), enter("stu")
    reader.at("/")
    writer.at(f"/messages/compose/{college.world.members['stu'].user_id}")
    writer.page.locator("main textarea").fill(LINES)
    writer.page.get_by_role("main").get_by_role("button", name="Send").click()
    expect(reader.page.locator("#toasts")).to_contain_text("wrote to you", timeout=60_000)
    reader.here("the news")
    settle(writer.page)
    writer.here("what was written")
    reader.page.keyboard.press("Control+k")
    reader.page.keyboard.type("com")
    expect(reader.page.locator("#suggestions a").first).to_be_visible(timeout=60_000)
    reader.here("the list while typing")
    for look in (writer, reader):
        look.nothing_wrong()


def test_the_page_of_a_mail_shows_hostile_names_as_words(
    enter: Callable[[str], Look], college: College
) -> None:
    out, look = enter("nobody"), enter("admin")
    look.at("/dev/mailbox/")
    mails = look.page.locator("a[href^='/dev/mailbox/']")
    before = mails.first.get_attribute("href")
    out.at("/forgot-password")
    out.page.get_by_role("textbox").first.fill(college.world.members["stu"].email)
    out.page.get_by_role("main").get_by_role("button").last.click()
    for _turn in range(120):
        if mails.first.get_attribute("href") != before:
            break
        look.page.wait_for_timeout(500)
        look.page.reload()
    newest = mails.first.get_attribute("href") or ""
    look.at(newest)
    look.page.goto(f"{newest}/html")  # no script may run there, not even that of a test
    assert MARK in look.page.locator("body").inner_text(), "the name stands in it, as words"
    assert look.page.locator(f"[{MARK}]").count() == 0
    look.nothing_wrong()
    out.nothing_wrong()
