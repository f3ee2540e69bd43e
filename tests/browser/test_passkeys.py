"""Passkeys in a real browser: Chromium with a virtual authenticator, on a server that has a name."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from quad.core.db.engine import Database
from quad.core.facts import unit
from tests.conftest import free_port, wait_until_healthy
from tests.databases import build_schema
from tests.factories.people import PASSWORD, person

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.feature("M2"),
]

EMAIL = "meera@college.example"


@pytest.fixture(scope="module")
def named_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server at http://localhost, since passkeys refuse bare numbers, with one person in it."""
    folder, port = tmp_path_factory.mktemp("named"), free_port()
    address = f"http://localhost:{port}"
    env = {
        **os.environ,
        "QUAD_MODE": "development",
        "QUAD_DATA_DIR": str(folder),
        "QUAD_BASE_URL": address,
        "QUAD_PORT": str(port),
        "QUAD_LOGIN_CODE": "off",
        "QUAD_RATE_LIMITS": "off",
        "QUAD_DATABASE_URL": "",
    }
    _fill(folder / "quad.db")
    quad = [sys.executable, "-m", "quad.cli.main"]
    log = (folder / "log").open("w")
    process = subprocess.Popen([*quad, "serve"], env=env, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_until_healthy(f"http://127.0.0.1:{port}", process)
        yield address
    finally:
        process.terminate()
        process.wait(120)
        log.close()


def _fill(path: Path) -> None:
    """Make a database from the models, as every test does, with one person in it."""
    url = f"sqlite:///{path}"
    build_schema(url)
    database = Database(url)
    with database.writer() as db, unit(db):
        person(db, email=EMAIL, name="Meera Fernandes")
    database.dispose()


@pytest.fixture
def visitor(browser: Browser, named_server: str) -> Iterator[Page]:
    """A page in a new browser."""
    context = browser.new_context(base_url=named_server)
    page = context.new_page()
    yield page
    context.close()


def authenticator(page: Page) -> tuple[Any, str]:
    """Plug a virtual authenticator in; return the session that controls it and its name."""
    control = page.context.new_cdp_session(page)
    control.send("WebAuthn.enable", {"enableUI": False})
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = control.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return control, made["authenticatorId"]


def by_password(page: Page) -> None:
    page.goto("/login")
    page.get_by_label("E-mail or user name").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def sign_out(page: Page) -> None:
    page.goto("/logout")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.wait_for_load_state()


def test_a_passkey_is_made_and_is_the_second_step_and_then_the_only_one(visitor: Page) -> None:
    control, name = authenticator(visitor)
    # Otherwise the sign-in page would take the passkey from the user name's field by itself.
    control.send(
        "WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": name, "enabled": False}
    )
    by_password(visitor)
    visitor.wait_for_selector(".q-side")
    control.send(
        "WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": name, "enabled": True}
    )
    visitor.goto("/account/security")
    visitor.get_by_role("link", name="Add a passkey").click()
    visitor.get_by_role("button", name="Add the passkey").click()
    expect(visitor.get_by_role("alert").first).to_be_visible()  # it has no name yet
    visitor.get_by_label("Name of this passkey").fill("My phone")
    visitor.get_by_role("button", name="Add the passkey").click()
    expect(visitor.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    assert len(re.findall(r"\b[a-z2-9]{4}(?:-[a-z2-9]{4}){5}\b", visitor.inner_text("ol"))) == 10
    kept = control.send("WebAuthn.getCredentials", {"authenticatorId": name})["credentials"]
    assert len(kept) == 1
    assert kept[0]["rpId"] == "localhost"

    control.send(
        "WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": name, "enabled": False}
    )
    sign_out(visitor)
    by_password(visitor)
    expect(visitor.get_by_role("heading", name="Use your passkey")).to_be_visible()
    control.send(
        "WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": name, "enabled": True}
    )
    visitor.get_by_role("button", name="Use the passkey").click()
    visitor.wait_for_selector(".q-side")

    control.send(
        "WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": name, "enabled": False}
    )
    sign_out(visitor)
    control.send(
        "WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": name, "enabled": True}
    )
    visitor.goto("/login?next=/account/security")
    # The browser offers the passkey in the field of the user name, before any button is pressed.
    visitor.wait_for_url("**/account/security")
    expect(visitor.get_by_text("My phone")).to_be_visible()

    sign_out(visitor)
    visitor.add_init_script(
        "PublicKeyCredential.isConditionalMediationAvailable = async () => false"
    )
    visitor.goto("/login?next=/account/security")
    visitor.get_by_role("button", name="Sign in with a passkey").click()
    visitor.wait_for_url("**/account/security")


def test_a_passkey_that_is_not_there_is_said_in_words(visitor: Page) -> None:
    control, name = authenticator(visitor)
    control.send("WebAuthn.setUserVerified", {"authenticatorId": name, "isUserVerified": False})
    visitor.goto("/login")
    visitor.get_by_role("button", name="Sign in with a passkey").click()
    expect(visitor.get_by_role("alert").filter(has_text="The passkey was not used")).to_be_visible()
