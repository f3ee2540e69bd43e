"""Migrations: up, down, up again; nothing lost; the tables equal the models."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select

from quad.core.db import migration
from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.institution.models import Department
from tests.databases import Workshop, server_problem
from tests.factories.people import person


@pytest.fixture
def empty(workshop: Workshop, dialect: str) -> Iterator[Database]:
    """A database without tables."""
    problem = server_problem(dialect)
    if problem:
        pytest.skip(problem)
    with workshop.bare(dialect) as database:
        yield database


@pytest.mark.db
@pytest.mark.feature("L54", "C34", "A69")
def test_up_down_and_up_again_and_once_more_keeps_every_row(empty: Database) -> None:
    assert migration.current(empty).current is None
    migration.upgrade(empty)
    state = migration.current(empty)
    assert state.current == state.newest
    assert migration.differences(empty) == []
    migration.downgrade(empty, "base")
    left = set(inspect(empty.engine).get_table_names()) - {"alembic_version"}
    assert left == set()
    migration.upgrade(empty)
    assert migration.differences(empty) == []
    with empty.writer() as db, unit(db):
        db.add(Department(code="CS", code_key="cs", name="Computing", sort_name="computing"))
        person(db, role="admin")
    migration.upgrade(empty)
    with empty.reading() as db:
        assert db.scalar(select(func.count(Department.id))) == 1


@pytest.mark.feature("A71")
def test_reset_leaves_empty_tables(empty: Database) -> None:
    migration.upgrade(empty)
    with empty.writer() as db, unit(db):
        db.add(Department(code="CS", code_key="cs", name="Computing", sort_name="computing"))
    migration.reset(empty)
    with empty.reading() as db:
        assert db.scalar(select(func.count(Department.id))) == 0
    assert migration.differences(empty) == []


def test_migrations_are_found_in_the_checkout() -> None:
    folder = migration.scripts_folder()
    assert (folder / "env.py").is_file()
    assert list(Path(folder / "versions").glob("*.py"))
