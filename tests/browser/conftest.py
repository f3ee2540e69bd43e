"""A real browser on a real server. Skipped, with the reason printed, where there is no Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.looking import watch_console

# The shell first: a whole browser starts its own toolbars for each context, which costs a second of processor.
CANDIDATES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
OPTIONS = ["--no-sandbox", "--disable-dev-shm-usage", "--font-render-hinting=none"]
WIDTH, HEIGHT = 1280, 900

OpenPage = Callable[..., Page]


def chromium() -> str | None:
    """Return the browser that ``QUAD_CHROMIUM`` names, else the first one that is installed."""
    named = os.environ.get("QUAD_CHROMIUM")
    if named:
        return named if Path(named).is_file() else None
    return next((path for name in CANDIDATES if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("No Chromium here: install it, or name one in QUAD_CHROMIUM.")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def sign_in(browser: Browser, live_server: Any) -> Callable[[str], Any]:
    """Return the cookies of somebody with a role, signed in once by the demo's button; "" is somebody signed out."""
    known: dict[str, Any] = {"": None}

    def state(role: str) -> Any:
        if role not in known:
            context = browser.new_context(base_url=str(live_server))
            page = context.new_page()
            page.goto("/login")
            page.locator(f"button[name=role][value={role}]").click()
            page.wait_for_selector(".q-side")
            known[role] = context.storage_state()
            context.close()
        return known[role]

    return state


@pytest.fixture
def open_page(
    browser: Browser, live_server: Any, sign_in: Callable[[str], Any]
) -> Iterator[OpenPage]:
    """Open pages: ``open_page(role="", theme="light", width=1280, scripts=True)``; all are closed afterwards."""
    contexts: list[BrowserContext] = []

    def open_one(
        role: str = "", *, theme: str = "light", width: int = WIDTH, scripts: bool = True
    ) -> Page:
        options: dict[str, Any] = {
            "color_scheme": theme,
            "java_script_enabled": scripts,
            "reduced_motion": "reduce",
        }
        context = browser.new_context(
            base_url=str(live_server),
            viewport={"width": width, "height": HEIGHT},
            storage_state=sign_in(role),
            **options,
        )
        contexts.append(context)
        return watch_console(context.new_page())

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """One page of somebody signed out."""
    return open_page()
