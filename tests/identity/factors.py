"""People with second factors, for tests."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient

from quad.core import clock
from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.identity.service import totp
from tests.identity.conftest import found, sign_in
from tests.identity.softkey import SoftKey

KEY = re.compile(r'id="app-key">([A-Z2-7 ]+)<')
CODES = re.compile(r"<code>([a-z2-9-]{29})</code>")
HERE = "http://localhost:8000"


def code_of(key: str, *, steps: int = 0) -> str:
    """Return the code an app shows now, or `steps` half minutes from now."""
    return totp.code_for(key, totp.counter_at(clock.now()) + steps)


def set_up_app(client: FlaskClient) -> tuple[str, list[str]]:
    """Set an app up as a signed-in person; return its key and the recovery codes shown."""
    assert client.post("/account/factors/app/start").location == "/account/factors/app"
    key = found(KEY, client.get("/account/factors/app").text).replace(" ", "")
    # The code of the step before, so that the one shown now is still to be used.
    page = client.post("/account/factors/app", data={"code": code_of(key, steps=-1)})
    return key, CODES.findall(page.text)


def app_of(database: Database, user: User, secret: str) -> tuple[str, list[str]]:
    """Give somebody an app without pages; return its key and their recovery codes."""
    me = Actor(id=user.id)
    with database.writer() as db, unit(db):
        key = totp.start(db, me, secret).key
        codes = totp.confirm(db, me, code_of(key, steps=-1), secret)
    return key, codes


def add_passkey(client: FlaskClient, key: SoftKey, name: str = "Phone") -> Any:
    """Add a passkey as a signed-in person."""
    options: Any = client.post("/account/factors/passkeys/options").json
    data = {"name": name, "credential": key.create(options)}
    return client.post("/account/factors/passkeys/new", data=data)


def begin(client: FlaskClient, user: User) -> None:
    """Give the password and stand before the second step."""
    assert sign_in(client, user.email).location == "/sign-in/code"
