"""What a page must hold when somebody looks at it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from weakref import WeakKeyDictionary, WeakSet

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Page

WIDTH, HEIGHT = 1280, 900
QUIET = "!document.querySelector('[aria-busy=true], .htmx-request')"
PATIENCE = 400
NARROW = (390, 320)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The dark theme changes colours and nothing else.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
# The browser itself reports every answer above 399, also of pages that are meant to refuse; and that axe asks in vain
# in the frame of a mail, which is shut off from the page.
NOT_OURS = re.compile(
    r"the server responded with a status of 4\d\d"
    r"|Failed to execute 'postMessage' .* recipient window's origin \('null'\)"
)
# What stands again and again breaks the same rules each time: the first ones speak for the others.
REPEATED = ("tbody > tr:nth-child(n+6)", "main li:nth-child(n+9)", "option:nth-child(n+4)")
FRAME = ".q-side"
# Only the violations come back: everything else axe found out is a megabyte per page.
AXE = """async ([only, exclude]) => (await axe.run({include: [["html"]], exclude},
  {runOnly: only, resultTypes: ["violations"]})).violations.flatMap(
  (broken) => broken.nodes.slice(0, 5).map((node) => `${broken.id}: ${broken.help}: ${node.html.slice(0, 200)}`))"""
WIDER = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")]
    .filter((node) => node.getBoundingClientRect().right > width + 1)
    .slice(0, 5).map((node) => node.outerHTML.slice(0, 120));
}"""
THEME = """(theme) => {
  document.documentElement.dataset.bsTheme = theme;
  document.dispatchEvent(new CustomEvent("quad:theme"));
}"""

_said: WeakKeyDictionary[Page, list[str]] = WeakKeyDictionary()
_framed: WeakSet[Page] = WeakSet()


def watch_console(page: Page) -> Page:
    """Remember what the page complains about from now on."""
    said = _said.setdefault(page, [])

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not NOT_OURS.search(message.text):
            said.append(f"{message.type}: {message.text}")

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    return page


def complaints(page: Page) -> list[str]:
    """Return what the page complained about since it was opened or asked last."""
    said = _said.get(page, [])
    found, said[:] = said[:], []
    return found


def no_console_errors(page: Page) -> None:
    """Fail with what the page complained about since it was opened."""
    said = complaints(page)
    assert not said, f"{page.url} complained:\n" + "\n".join(said)


def settle(page: Page) -> None:
    """Wait until the page stands still: cards are loaded, charts drawn, fonts there."""
    page.wait_for_load_state("load")
    # Asked from here: waiting inside the page would evaluate text, which the content policy forbids.
    for _turn in range(PATIENCE):
        if page.evaluate(QUIET):
            break
        page.wait_for_timeout(50)
    else:
        raise AssertionError(f"{page.url} is still busy")
    page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")


def put_on(page: Page, theme: str) -> None:
    """Show the page light or dark, without loading it again."""
    page.evaluate(THEME, theme)
    page.evaluate("new Promise(requestAnimationFrame)")


def violations(
    page: Page, rules: list[str] = RULES, leave_out: tuple[str, ...] = REPEATED
) -> list[str]:
    """Return each accessibility rule the page breaks (WCAG 2.0 to 2.2, A and AA, and best practice), and where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    broken: list[str] = page.evaluate(AXE, [rules, [[selector] for selector in leave_out]])
    return broken


def axe_clean(page: Page) -> None:
    """Fail with each accessibility rule the page breaks."""
    broken = violations(page)
    assert not broken, f"{page.url} breaks:\n" + "\n".join(broken)


def sticking_out(page: Page) -> list[str]:
    """Return what makes the page itself scroll sideways, or nothing."""
    over: list[str] = page.evaluate(WIDER)
    return over


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page in the folder that ``QUAD_PICTURES`` names; do nothing without it."""
    folder = os.environ.get("QUAD_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        page.screenshot(path=Path(folder) / f"{plain}.png", full_page=True)


def look_at(page: Page, name: str) -> list[str]:
    """Return all that is wrong with the open page: in both themes when wide, and what sticks out when narrow."""
    wrong = [f"sideways at {WIDTH}: {node}" for node in sticking_out(page)]
    # The bar at the side is the same on every page that one person opens: once is enough.
    leave_out = (*REPEATED, FRAME) if page in _framed else REPEATED
    wrong += violations(page, leave_out=leave_out)
    picture(page, f"{name} {WIDTH} light")
    put_on(page, "dark")
    wrong += [f"dark: {broken}" for broken in violations(page, COLOUR_RULES, leave_out)]
    picture(page, f"{name} {WIDTH} dark")
    put_on(page, "light")
    for width in NARROW:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        settle(page)
        wrong += [f"sideways at {width}: {node}" for node in sticking_out(page)]
        picture(page, f"{name} {width} light")
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    if page.query_selector(FRAME):
        _framed.add(page)
    return wrong + complaints(page)
