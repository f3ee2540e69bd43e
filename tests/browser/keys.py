"""A browser without a mouse."""

from __future__ import annotations

from playwright.sync_api import Page, expect

MOST = 400
FITS = "(wanted) => document.activeElement.matches(wanted)"


def press_until(page: Page, selector: str) -> None:
    """Press Tab until the focus is on what fits the selector."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        if page.evaluate(FITS, selector):
            return
    raise AssertionError(f"The Tab key never reaches {selector} on {page.url}")


def enter(page: Page, selector: str) -> None:
    """Go to a link or a button by Tab and press it; it leads to another page."""
    press_until(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def skip_to_content(page: Page) -> None:
    """Use the first link of a page, past the menu."""
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def account_menu(page: Page, item: str) -> None:
    """Open the menu of the own account and choose from it with the arrows."""
    press_until(page, "header button[aria-label*='account of']")
    page.keyboard.press("Enter")
    wanted = page.locator(".dropdown-item", has_text=item)
    expect(wanted).to_be_visible()
    for _ in range(MOST):
        page.keyboard.press("ArrowDown")
        if wanted.evaluate("(node) => node === document.activeElement"):
            break
    else:
        raise AssertionError(f"The arrows never reach {item}")
    with page.expect_navigation():
        page.keyboard.press("Enter")
