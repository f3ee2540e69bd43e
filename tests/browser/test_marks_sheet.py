"""The marks sheet in a real browser: keys, pasting, undoing, two teachers, a server that is away, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import OpenPage
from tests.browser.looking import (
    axe_clean,
    no_console_errors,
    picture,
    put_on,
    settle,
    sticking_out,
)

pytestmark = [pytest.mark.browser]

CALL = """async ([method, path, body]) => {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const answer = await fetch("/api/v1" + path, {
    method, body: body && JSON.stringify(body),
    headers: {"Content-Type": "application/json", "X-CSRFToken": token},
  });
  return answer.json();
}"""
PASTE = """([cell, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.getElementById(cell).dispatchEvent(
    new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""
_numbers = count(1)


def call(page: Page, method: str, path: str, body: Any = None) -> Any:
    """Call the API in the name of whoever has the page open."""
    answer = page.evaluate(CALL, [method, path, body])
    assert answer["success"], answer
    return answer["data"]


@dataclass(frozen=True)
class Place:
    """One offering made for a test."""

    id: str
    enrolments: list[str]
    parts: list[str]

    @property
    def address(self) -> str:
        return f"/offerings/{self.id}/marks"

    @property
    def api(self) -> str:
        return f"/academics/offerings/{self.id}/marks"

    def cell(self, student: int = 0, part: int = 0) -> str:
        return f"mark-{self.enrolments[student]}-{self.parts[part]}"

    def key(self, student: int = 0, part: int = 0) -> dict[str, str]:
        return {"enrolment_id": self.enrolments[student], "component_id": self.parts[part]}


MakePlace = Callable[..., Place]


@pytest.fixture
def make_place(open_page: OpenPage) -> MakePlace:
    """Make an offering with students and components (Internal 1 of 30, Internal 2 of 30, Exam of 100)."""

    def make(students: int = 12) -> Place:
        admin = open_page("admin")
        admin.goto("/")
        teacher = open_page("faculty")
        teacher.goto("/")
        faculty = call(teacher, "GET", "/me")["id"]
        number = next(_numbers)
        course = {"code": f"TRY{number}", "title": f"Trials {number}", "credits": 4}
        term = call(admin, "GET", "/academics/terms?size=1")[0]["id"]
        offered = call(
            admin,
            "POST",
            "/academics/offerings",
            {
                "course_id": call(admin, "POST", "/academics/courses", course)["id"],
                "term_id": term,
                "faculty_id": faculty,
            },
        )["id"]
        people = call(admin, "GET", f"/students?size={students}")
        where = f"/academics/offerings/{offered}"
        call(admin, "POST", f"{where}/roster", {"student_ids": [one["id"] for one in people]})
        for name, kind, maximum, weight in (
            ("Internal 1", "internal", 30, 20),
            ("Internal 2", "internal", 30, 20),
            ("Exam", "external", 100, 60),
        ):
            part = {"name": name, "kind": kind, "maximum": maximum, "weight": weight}
            call(admin, "POST", f"{where}/components", part)
        sheet = call(admin, "GET", f"{where}/marks")
        for page in (admin, teacher):
            page.context.close()
        return Place(
            offered,
            [row["enrolment_id"] for row in sheet["rows"]],
            [part["id"] for part in sheet["components"]],
        )

    return make


def look_at(page: Page, place: Place) -> Page:
    """Open a sheet and wait until its script is there."""
    page.goto(place.address)
    page.wait_for_selector("[data-sheet][data-ready]")
    return page


def cell(page: Page, name: str) -> Locator:
    return page.locator(f"#{name}")


def saved(page: Page) -> None:
    """Wait until everything is saved."""
    expect(page.locator("[data-sheet-state]")).to_contain_text("Saved at")
    expect(page.locator("td[data-state]:not([data-state=''])")).to_have_count(0)


def values(page: Page, place: Place, part: int = 0) -> list[str]:
    return [
        cell(page, place.cell(student, part)).input_value()
        for student in range(len(place.enrolments))
    ]


@pytest.mark.feature("L29")
def test_sixty_marks_are_entered_with_the_keyboard_alone_and_are_there_after_a_reload(
    open_page: OpenPage, make_place: MakePlace
) -> None:
    place = make_place(60)
    page = look_at(open_page("faculty"), place)
    cell(page, place.cell()).focus()
    for number in range(60):
        page.keyboard.type(f"{number % 30},5")
        page.keyboard.press("Enter")
    saved(page)
    page.reload()
    assert values(page, place) == [f"{number % 30}.5" for number in range(60)]
    no_console_errors(page)


@pytest.mark.feature("L29")
def test_arrows_tab_home_and_end_walk_and_escape_takes_back_what_was_typed(
    open_page: OpenPage, make_place: MakePlace
) -> None:
    place = make_place()
    page = look_at(open_page("faculty"), place)
    cell(page, place.cell()).focus()
    for key, student, part in (
        ("ArrowRight", 0, 1),
        ("ArrowDown", 1, 1),
        ("End", 1, 2),
        ("Home", 1, 0),
        ("ArrowUp", 0, 0),
        ("Tab", 0, 1),
        ("Shift+Tab", 0, 0),
        ("PageDown", 10, 0),
        ("Control+End", 11, 2),
        ("Control+Home", 0, 0),
    ):
        page.keyboard.press(key)
        expect(cell(page, place.cell(student, part))).to_be_focused()
    page.keyboard.type("12")
    page.keyboard.press("Escape")
    expect(cell(page, place.cell())).to_have_value("")
    page.keyboard.type("12")
    page.keyboard.press("Control+Enter")
    expect(cell(page, place.cell(1))).to_be_focused()
    page.get_by_placeholder("Name or number").fill("no such person")
    expect(page.locator("tr[data-row]:visible")).to_have_count(0)
    page.get_by_placeholder("Name or number").fill("")
    page.get_by_role("button", name="Missing 12").click()
    saved(page)
    no_console_errors(page)


@pytest.mark.feature("L29")
def test_a_block_is_pasted_undone_and_done_again_and_saved_each_time(
    open_page: OpenPage, make_place: MakePlace
) -> None:
    place = make_place()
    page = look_at(open_page("faculty"), place)
    requests: list[str] = []
    page.on("request", lambda one: requests.append(one.url) if one.method == "PUT" else None)
    cell(page, place.cell()).focus()
    block = "\n".join(f"{row},5\t{row}" for row in range(12)) + "\n"
    page.evaluate(PASTE, [place.cell(), block])
    saved(page)
    assert len(requests) == 1
    assert values(page, place) == [f"{row}.5" for row in range(12)]
    assert values(page, place, 1) == [str(row) for row in range(12)]
    expect(page.locator(f"[data-average='{place.parts[0]}']")).to_have_text("6.0")
    page.keyboard.press("Control+z")
    assert values(page, place) == [""] * 12
    expect(page.locator(f"[data-average='{place.parts[0]}']")).to_have_text("–")
    saved(page)
    page.keyboard.press("Control+y")
    expect(page.locator(f"[data-average='{place.parts[0]}']")).to_have_text("6.0")
    saved(page)
    page.reload()
    assert values(page, place, 1) == [str(row) for row in range(12)]


def test_picked_cells_are_filled_down_and_cleared(
    open_page: OpenPage, make_place: MakePlace
) -> None:
    place = make_place()
    page = look_at(open_page("faculty"), place)
    cell(page, place.cell()).focus()
    page.keyboard.type("17")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+d")
    assert values(page, place)[:5] == ["17"] * 4 + [""]
    saved(page)
    page.keyboard.press("Delete")
    assert values(page, place)[:4] == [""] * 4
    saved(page)


@pytest.mark.feature("L29")
def test_two_teachers_in_one_cell_are_both_shown_and_either_mark_can_be_taken(
    open_page: OpenPage, make_place: MakePlace
) -> None:
    place = make_place()
    page = look_at(open_page("faculty"), place)
    other = open_page("admin")
    other.goto("/")
    entries = [place.key(0) | {"value": 20}, place.key(1) | {"value": 21}]
    call(other, "PUT", place.api, {"entries": entries})
    cell(page, place.cell()).focus()
    page.keyboard.type("25")
    page.keyboard.press("Enter")
    page.keyboard.type("26")
    page.keyboard.press("Enter")
    page.keyboard.type("27")
    page.keyboard.press("Enter")
    notices = page.locator("[data-sheet-notices]")
    expect(notices).to_contain_text("you typed 25")
    expect(notices).to_contain_text("entered 20 at")
    settle(page)
    axe_clean(page)
    picture(page, "marks conflict")
    expect(cell(page, place.cell())).to_have_value("25")
    expect(page.locator("[data-sheet-state]")).to_contain_text("2 not saved")
    notices.get_by_role("button", name="Keep 25").click()
    notices.get_by_role("button", name="Take 21").click()
    saved(page)
    page.reload()
    assert values(page, place)[:3] == ["25", "21", "27"]


def test_what_a_colleague_saves_appears_by_itself(
    open_page: OpenPage, make_place: MakePlace
) -> None:
    place = make_place()
    page = look_at(open_page("faculty"), place)
    other = open_page("admin")
    other.goto("/")
    call(other, "PUT", place.api, {"entries": [place.key(2, 2) | {"absent": True}]})
    expect(cell(page, place.cell(2, 2))).to_have_value("AB", timeout=15_000)
    expect(page.locator("[data-sheet-notices]")).to_be_empty()


@pytest.mark.feature("L29")
def test_what_does_not_fit_stays_in_its_cell_is_named_and_survives_a_reload(
    open_page: OpenPage, make_place: MakePlace
) -> None:
    place = make_place()
    page = look_at(open_page("faculty"), place)
    cell(page, place.cell()).focus()
    for text in ("34", "x2", "-1", "1.234", "29"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    notices = page.locator("[data-sheet-notices]")
    expect(notices).to_contain_text("4 marks are not saved.")
    for words in (
        "34, but the maximum is 30.",
        "“x2” is not a mark.",
        "-1, but a mark is 0 or more.",
    ):
        expect(notices).to_contain_text(words)
    expect(page.locator("[data-sheet-state]")).to_contain_text("4 not saved")
    expect(cell(page, place.cell())).to_have_attribute("aria-invalid", "true")
    notices.get_by_role("link", name="Go to the cell").first.press("Enter")
    expect(cell(page, place.cell())).to_be_focused()
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.wait_for_selector("[data-sheet][data-ready]")
    expect(cell(page, place.cell(4))).to_have_value("29")
    expect(notices).to_contain_text("4 marks typed here")
    notices.get_by_role("button", name="Put them back").click()
    assert values(page, place)[:5] == ["34", "x2", "-1", "1.234", "29"]
    page.get_by_role("button", name="To fix 4").click()
    expect(page.locator("tr[data-row]:visible")).to_have_count(4)
    for _ in range(4):
        page.locator("input[aria-invalid=true]").first.fill("")
        page.keyboard.press("Enter")
    expect(notices).to_be_empty()


@pytest.mark.feature("L29")
def test_while_the_server_is_away_nothing_is_lost_and_it_is_sent_when_it_is_back(
    open_page: OpenPage, make_place: MakePlace
) -> None:
    place = make_place()
    page = look_at(open_page("faculty"), place)
    away = [True]

    def gate(route: Route) -> None:
        if away[0]:
            route.abort()
        else:
            route.continue_()

    page.route(f"**/api/v1{place.api}**", gate)
    cell(page, place.cell()).focus()
    page.keyboard.type("19")
    page.keyboard.press("Enter")
    expect(page.locator("[data-sheet-notices]")).to_contain_text("The server cannot be reached.")
    expect(page.locator("[data-sheet-state]")).to_contain_text("1 not saved")
    page.keyboard.type("18")
    page.keyboard.press("Enter")
    away[0] = False
    saved(page)
    expect(page.locator("[data-sheet-notices]")).to_be_empty()
    page.reload()
    assert values(page, place)[:2] == ["19", "18"]


def test_published_marks_wait_for_a_reason(open_page: OpenPage, make_place: MakePlace) -> None:
    place = make_place()
    admin = open_page("admin")
    admin.goto("/")
    call(admin, "PUT", place.api, {"entries": [place.key() | {"value": 20}]})
    call(admin, "POST", f"/academics/offerings/{place.id}/components/{place.parts[0]}/publish")
    page = look_at(open_page("faculty"), place)
    cell(page, place.cell()).fill("21")
    page.keyboard.press("Enter")
    expect(page.locator("[data-sheet-notices]")).to_contain_text("Say why it changes")
    page.locator("#reason").fill("Counted again")
    page.keyboard.press("Enter")
    saved(page)
    page.reload()
    expect(cell(page, place.cell())).to_have_value("21")


def test_without_scripts_the_sheet_is_a_form(open_page: OpenPage, make_place: MakePlace) -> None:
    place = make_place(3)
    page = open_page("faculty", scripts=False)
    page.goto(place.address)
    cell(page, place.cell()).fill("20")
    cell(page, place.cell(1)).fill("31")
    page.get_by_role("button", name="Save marks").click()
    expect(page.get_by_text("31, but the maximum is 30.")).to_be_visible()
    expect(cell(page, place.cell(1))).to_have_value("31")
    cell(page, place.cell(1)).fill("30")
    page.get_by_role("button", name="Save marks").click()
    assert values(page, place)[:2] == ["20", "30"]


@pytest.mark.parametrize("width", [1280, 390])
def test_the_sheet_and_its_pages_are_accessible_in_both_themes(
    open_page: OpenPage, make_place: MakePlace, width: int
) -> None:
    place = make_place()
    page = look_at(open_page("faculty", width=width), place)
    cell(page, place.cell()).fill("34")
    page.keyboard.press("Enter")
    page.keyboard.type("20")
    page.keyboard.press("Enter")
    expect(page.locator("[data-sheet-state]")).to_contain_text("1 not saved")
    for address in (None, f"/offerings/{place.id}/components", f"{place.address}/upload"):
        if address:
            page.once("dialog", lambda dialog: dialog.accept())
            page.goto(address)
        settle(page)
        for theme in ("light", "dark"):
            put_on(page, theme)
            axe_clean(page)
            picture(page, f"marks {address or ''} {theme} {width}")
        put_on(page, "light")
        assert not sticking_out(page)
    no_console_errors(page)
