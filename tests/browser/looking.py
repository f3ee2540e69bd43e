"""What a page must hold when somebody looks at it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The browser itself reports every answer above 399, also of pages that are meant to refuse.
NOT_OURS = re.compile(r"the server responded with a status of 4\d\d")

_said: WeakKeyDictionary[Page, list[str]] = WeakKeyDictionary()


def watch_console(page: Page) -> Page:
    """Remember what the page complains about from now on."""
    said = _said.setdefault(page, [])

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not NOT_OURS.search(message.text):
            said.append(f"{message.type}: {message.text}")

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    return page


def no_console_errors(page: Page) -> None:
    """Fail with what the page complained about since it was opened."""
    said = _said.get(page, [])
    assert not said, f"{page.url} complained:\n" + "\n".join(said)


def settle(page: Page) -> None:
    """Wait until the page stands still: cards are loaded, charts drawn, fonts there."""
    page.wait_for_load_state("load")
    page.wait_for_function("!document.querySelector('[aria-busy=true], .htmx-request')")
    page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")


def axe_clean(page: Page) -> None:
    """Fail with each accessibility rule the page breaks (WCAG 2.0 to 2.2, A and AA, and best practice)."""
    results: Any = Axe().run(page, options={"runOnly": RULES})
    broken = [
        f"{violation['id']}: {violation['help']}\n    {node['html'][:200]}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]
    assert not broken, f"{page.url} breaks:\n" + "\n".join(broken)


def fits_sideways(page: Page) -> None:
    """Fail when the page itself scrolls sideways, naming what sticks out."""
    over = page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          return [...document.querySelectorAll("body *")]
            .filter((node) => node.getBoundingClientRect().right > width + 1)
            .slice(0, 5).map((node) => node.outerHTML.slice(0, 120));
        }"""
    )
    assert not over, f"{page.url} is wider than its window:\n" + "\n".join(over)


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page in the folder that ``QUAD_PICTURES`` names; do nothing without it."""
    folder = os.environ.get("QUAD_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        page.screenshot(path=Path(folder) / f"{plain}.png", full_page=True)
