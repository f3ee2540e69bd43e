"""A small college in the database of the test."""

from __future__ import annotations

import pytest

from quad.core.facts import unit
from tests.factories import academics as factory


@pytest.fixture
def college(database):
    """Three students, one offering, two components (40 and 60), nothing marked; committed."""
    with database.writer() as session, unit(session):
        made = factory.college(session)
        session.expunge_all()
    return made
