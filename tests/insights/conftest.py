"""A college that answers requests is another domain's; its fixtures are used here by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from quad.core.db.engine import Database
from quad.core.facts import unit
from tests.insights.reporting import As, College, build
from tests.welfare.conftest import ask, sign_in, world

__all__ = ["ask", "sign_in", "world"]


@pytest.fixture
def reporting(app: Any, database: Database) -> College:
    """A college with something in every source of reports."""
    with database.writer() as db, unit(db):
        made = build(db)
        db.expunge_all()
    return made


@pytest.fixture
def as_one(reporting: College, as_user: Callable[[int], FlaskClient]) -> As:
    """Return a client signed in as one of that college's people; one client for each."""
    known: dict[str, FlaskClient] = {}

    def client(name: str) -> FlaskClient:
        if name not in known:
            known[name] = as_user(getattr(reporting.people, name))
        return known[name]

    return client
