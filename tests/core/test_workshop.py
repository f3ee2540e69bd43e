"""The suite's own databases: made for a test, gone after it, and never a configured one."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import OperationalError

from quad.core.db.engine import Database
from quad.institution.models import Department
from tests.databases import Workshop, server_problem


@pytest.mark.db
@pytest.mark.feature("L53")
def test_a_database_is_made_empty_and_gone_afterwards(workshop: Workshop, dialect: str) -> None:
    problem = server_problem(dialect)
    if problem:
        pytest.skip(problem)
    with workshop.bare(dialect) as made:
        url = made.url
        assert inspect(made.engine).get_table_names() == []
        if dialect != "sqlite":
            assert str(url.database).startswith("quad_test_")
    if dialect == "sqlite":
        return
    gone = Database(url.render_as_string(hide_password=False))
    with pytest.raises(OperationalError), gone.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    gone.dispose()


@pytest.mark.db
@pytest.mark.feature("L53")
@pytest.mark.parametrize("turn", [1, 2])
def test_what_one_test_writes_the_next_does_not_find(database: Database, turn: int) -> None:
    with database.writer() as db:
        assert db.query(Department).count() == 0, f"turn {turn}"
        db.add(Department(code="CS", code_key="CS", name="Computing", sort_name="Computing"))
        db.commit()
