"""A small college in the database of the test."""

from __future__ import annotations

import pytest

from quad.core.facts import unit
from quad.core.files import Files
from quad.core.importing.pipeline import run_import
from quad.core.policy import SYSTEM
from tests.factories import academics as factory


@pytest.fixture
def college(database):
    """Three students, one offering, two components (40 and 60), nothing marked; committed."""
    with database.writer() as session, unit(session):
        made = factory.college(session)
        session.expunge_all()
    return made


@pytest.fixture
def bring(app, database, settings, tmp_path):
    """Import text as a file, as the command line does."""

    def run(importer, text, **options):
        path = tmp_path / "rows.csv"
        path.write_text(text)
        return run_import(
            database, Files.from_settings(settings), importer, path, SYSTEM, **options
        )

    return run
