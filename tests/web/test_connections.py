"""However a request ends, its database connections go back to the pool."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from quad.core.db.engine import Database
from quad.core.errors import NotFound, Rejected
from quad.web.kit import current_db
from quad.web.site import Site

pytestmark = [pytest.mark.db, pytest.mark.feature("L58")]
SignIn = Callable[..., FlaskClient]


def taken(database: Database) -> int:
    """Count the connections that somebody still holds."""
    pools = {engine.pool for engine in (database.engine, database.reading_engine)}
    assert all(isinstance(pool, QueuePool) for pool in pools)
    return sum(pool.checkedout() for pool in pools if isinstance(pool, QueuePool))


def crash() -> Any:
    raise RuntimeError("a fault of ours")


def refuse() -> Any:
    raise Rejected("no")


def lose() -> Any:
    raise NotFound


def break_the_transaction() -> Any:
    current_db().execute(text("SELECT no_such_column FROM institution_department"))


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("ending", "status"),
    [(crash, 500), (refuse, 409), (lose, 404), (break_the_transaction, (500, 503))],
)
def test_a_view_that_fails_keeps_no_connection(
    method: str,
    ending: Callable[[], Any],
    status: Any,
    as_role: SignIn,
    app: Site,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = as_role("admin")

    def view(**_path: Any) -> Any:
        current_db().execute(text("SELECT 1"))
        assert taken(database) > 0, "the view holds one itself, or this test proves nothing"
        return ending()

    monkeypatch.setitem(app.view_functions, "institution.department_new", view)
    answer = client.open("/departments/new", method=method)
    assert answer.status_code in (status if isinstance(status, tuple) else (status,))
    assert taken(database) == 0


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/departments", 200),
        ("GET", "/departments/999999", 404),
        ("GET", "/nowhere", 404),
        ("PUT", "/departments", 405),
        ("POST", "/departments/new", 422),
        ("GET", "/api/v1/academics/departments", 200),
        ("POST", "/api/v1/academics/departments", 415),
    ],
)
def test_an_ordinary_request_keeps_none_either(
    method: str, path: str, status: int, as_role: SignIn, database: Database
) -> None:
    assert as_role("admin").open(path, method=method).status_code == status
    assert taken(database) == 0


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_interrupted_search_for_the_person_keeps_none(
    method: str, app: Site, database: Database
) -> None:
    def find(db: Session, _request: object) -> Any:
        db.execute(text("SELECT 1"))
        raise RuntimeError("while looking who it is")

    here = app.extensions["quad"]
    app.extensions["quad"] = replace(here, door=replace(here.door, find=find))
    try:
        assert app.test_client().open("/login", method=method).status_code == 500
    finally:
        app.extensions["quad"] = here
    assert taken(database) == 0


def test_a_forged_form_keeps_none(as_role: SignIn, database: Database) -> None:
    assert as_role("admin").post("/departments/new", csrf=False).status_code == 400
    assert taken(database) == 0
