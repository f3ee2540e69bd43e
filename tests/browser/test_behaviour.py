"""What scripts add to pages, tried on the style pages, and what is left without them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.keys import press_until
from tests.browser.looking import axe_clean, no_console_errors, settle

BUSY = 60_000  # milliseconds, on a machine that has other work

pytestmark = [pytest.mark.browser]


def test_the_theme_is_kept_and_there_before_the_first_paint(open_page: OpenPage) -> None:
    page = open_page(theme="dark")
    page.goto("/dev/ui/")
    root = page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.reload()
    expect(root).to_have_attribute("data-bs-theme", "light")
    no_console_errors(page)


def test_picked_rows_are_counted_and_offer_only_what_is_allowed_for_all(
    open_page: OpenPage,
) -> None:
    page = open_page()
    page.goto("/dev/ui/list")
    bar = page.get_by_role("region", name="Selected students")
    expect(bar).to_be_hidden()
    page.get_by_role("checkbox", name="Select Jyothi Ramesh").check()
    expect(bar).to_contain_text("1 selected")
    expect(bar.get_by_role("button", name="Remove")).to_be_enabled()
    page.get_by_role("checkbox", name="Select Bhavesh Patel").check()
    expect(bar.get_by_role("button", name="Remove")).to_be_disabled()
    page.get_by_role("checkbox", name="Select all on this page").check()
    bar.get_by_role("button", name="Select all 182").click()
    expect(bar).to_contain_text("All 182 selected")
    expect(page.locator("[data-everything]")).to_have_value("1")
    axe_clean(page)
    bar.get_by_role("button", name="Clear selection").click()
    expect(bar).to_be_hidden()


def test_typing_into_the_search_of_a_list_keeps_the_cursor_and_changes_the_address(
    open_page: OpenPage,
) -> None:
    page = open_page()
    page.goto("/dev/ui/list")
    search = page.get_by_label("Search by name, number or e-mail")
    search.press_sequentially("jyo", delay=30)
    page.wait_for_url("**/list?q=jyo*")
    expect(search).to_be_focused()
    expect(search).to_have_value("jyo")
    no_console_errors(page)


def test_sorting_keeps_the_focus_on_the_column(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/dev/ui/list")
    page.locator("#sort-sample-cgpa").press("Enter")
    page.wait_for_url("**sort=cgpa*")
    expect(page.locator("#sort-sample-cgpa")).to_be_focused()
    no_console_errors(page)


@pytest.mark.parametrize("menu", ["Add filter", "Columns", "Export"])
def test_an_open_menu_is_accessible_and_escape_closes_it(open_page: OpenPage, menu: str) -> None:
    page = open_page()
    page.goto("/dev/ui/list")
    button = page.get_by_role("button", name=menu, exact=True)
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    axe_clean(page)
    page.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(button).to_be_focused()


def test_what_is_hard_to_take_back_is_asked_about_first(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/dev/ui/")
    dialog = page.get_by_role("dialog", name="Are you sure?")
    page.get_by_role("button", name="Delete").click()
    expect(dialog).to_contain_text("Delete this department? It has no courses.")
    axe_clean(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.url.endswith("/dev/ui/")
    page.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    page.wait_for_url("**/dev/ui/?*")


def test_a_password_can_be_shown_and_is_hidden_again_before_it_is_sent(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/dev/ui/door")
    password = page.locator("#f-password")
    password.fill("a secret")
    page.get_by_role("button", name="Show password").click()
    expect(password).to_have_attribute("type", "text")
    page.evaluate(
        "document.querySelector('#f-password').form.addEventListener('submit', (e) => e.preventDefault())"
    )
    page.get_by_role("button", name="Continue").click()
    expect(password).to_have_attribute("type", "password")


def test_a_message_of_a_script_is_text_and_can_be_closed(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/dev/ui/forms")
    page.evaluate(
        "document.body.dispatchEvent(new CustomEvent('toast',"
        " {bubbles: true, detail: {kind: 'bad', text: '<b>No</b>', href: '//elsewhere.example'}}))"
    )
    message = page.locator("#toasts .q-toast")
    expect(message).to_contain_text("<b>No</b>")
    expect(message.locator("a")).to_have_count(0)
    axe_clean(page)
    message.get_by_role("button", name="Close message").click()
    expect(message).to_have_count(0)


def test_a_marks_sheet_is_walked_by_keys_and_marks_what_is_out_of_range(
    open_page: OpenPage,
) -> None:
    page = open_page()
    page.goto("/dev/ui/marks")
    page.wait_for_selector("[data-sheet][data-ready]")
    page.locator("#mark-0-a1").click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#mark-2-a1")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#mark-2-i1")).to_be_focused()
    page.keyboard.type("31")
    expect(page.locator("#mark-2-i1")).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Shift+Enter")
    expect(page.locator("#mark-1-i1")).to_be_focused()


def test_a_column_from_a_spreadsheet_fills_the_cells_below(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/dev/ui/marks")
    page.wait_for_selector("[data-sheet][data-ready]")
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text/plain", "7\\t20\\n8\\t21\\n");
          const cell = document.querySelector("#mark-0-a1");
          cell.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }"""
    )
    values = [
        page.locator(f"#mark-{cell}").input_value() for cell in ("0-a1", "0-i1", "1-a1", "1-i1")
    ]
    assert values == ["7", "20", "8", "21"]


def test_control_k_goes_to_the_search_and_escape_comes_back(open_page: OpenPage) -> None:
    page = open_page("admin")
    page.goto("/dev/ui/list")
    start = page.get_by_label("Search by name, number or e-mail")
    start.focus()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("searchbox", name="Search people and courses")).to_be_focused()
    page.keyboard.press("Escape")
    expect(start).to_be_focused()


def test_the_menu_of_a_phone_opens_as_a_dialog_and_gives_the_focus_back(
    open_page: OpenPage,
) -> None:
    page = open_page("admin", width=390)
    page.goto("/dev/ui/")
    opener = page.get_by_role("button", name="Open menu")
    opener.click()
    expect(page.get_by_role("dialog", name="Menu")).to_be_visible()
    axe_clean(page)
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_the_first_tab_leads_past_the_menu(open_page: OpenPage) -> None:
    page = open_page("admin")
    page.goto("/dev/ui/talk")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_tabs_of_one_browser_share_one_live_stream(open_page: OpenPage) -> None:
    first = open_page("admin")
    second = first.context.new_page()
    streams: list[str] = []
    first.context.on(
        "request", lambda request: streams.append(request.url) if "/live" in request.url else None
    )
    first.goto("/dev/ui/talk")
    second.goto("/dev/ui/talk")
    settle(second)
    first.wait_for_timeout(500)
    assert len(streams) == 1
    first.close()
    second.wait_for_timeout(500)
    assert len(streams) == 2


def test_without_scripts_lists_menus_and_messages_still_work(open_page: OpenPage) -> None:
    page = open_page("admin", scripts=False)
    page.goto("/dev/ui/list")
    search = page.get_by_label("Search by name, number or e-mail")
    search.fill("jyo")
    page.get_by_role("button", name="Search", exact=True).click()
    page.wait_for_url("**q=jyo*")
    expect(page.get_by_role("region", name="Selected students")).to_be_visible()
    page.get_by_role("button", name="Export").focus()
    expect(page.get_by_role("link", name="CSV")).to_be_visible()
    page.goto("/dev/ui/")
    expect(page.locator("#toasts")).to_contain_text("The student was added.")
    expect(page.get_by_role("button", name="Switch between light and dark")).to_be_hidden()


def test_a_mark_is_entered_and_saved_with_the_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/login")
    press_until(page, "button[name=role][value=faculty]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".q-side")
    press_until(page, ".q-nav[href='/offerings']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/offerings")
    press_until(page, "main th a[href^='/offerings/']")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/offerings/\d+$"))
    press_until(page, "main a[href$='/marks']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/marks")
    press_until(page, "[data-sheet] input")
    cell = page.locator(":focus").get_attribute("id")
    before = page.locator(f"#{cell}").input_value()
    after = "1" if before != "1" else "2"
    page.keyboard.type(after)
    page.keyboard.press("Enter")
    reason = page.locator("#reason")
    if reason.count():
        press_until(page, "#reason")
        page.keyboard.type("Added up wrongly.")
    press_until(page, "main form[data-guard] button[type=submit], main .q-foot button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts .q-toast")).to_be_visible()
    page.reload()
    expect(page.locator(f"#{cell}")).to_have_value(after)
    no_console_errors(page)


def test_the_page_of_the_api_lists_operations_and_calls_in_the_name_of_who_is_signed_in(
    open_page: OpenPage,
) -> None:
    page = open_page("admin")
    page.set_default_timeout(BUSY)  # the page draws a thousand operations
    page.goto("/api/docs")
    page.locator(".opblock-tag", has_text="Institution").first.click()
    added = page.locator(".opblock-post", has_text="/api/v1/academics/departments").first
    added.locator(".opblock-summary-control").click()
    added.get_by_role("button", name="Try it out").click()
    added.locator("textarea").fill('{"name": "Department of Tries", "code": "TRY"}')
    added.get_by_role("button", name="Execute").click()
    status = added.locator(".live-responses-table tbody .response-col_status")
    expect(status).to_contain_text("201", timeout=BUSY)
    no_console_errors(page)
