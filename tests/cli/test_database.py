"""`quad db` and `quad demo`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select

from quad.academics.models.people import Student
from quad.academics.models.results import Mark
from quad.core.db.model import Model
from quad.identity.models.accounts import RoleGrant, User
from tests.cli.conftest import Installation


def tables(site: Installation) -> set[str]:
    with site.database() as database:
        return set(inspect(database.engine).get_table_names())


@pytest.mark.feature("A69", "C34")
def test_the_tables_are_made_and_making_them_again_changes_nothing(bare: Installation) -> None:
    for _ in range(2):
        told = bare.quad("db", "upgrade")
        assert told.code == 0, told.err
    assert tables(bare) >= set(Model.metadata.tables)
    told = bare.quad("db", "current", "--json")
    assert told.code == 0
    assert told.json["current"] == told.json["newest"]
    assert told.json["newest"]
    assert bare.quad("db", "check").code == 0


@pytest.mark.feature("A69", "C34")
def test_the_way_back_leaves_no_table_of_ours(bare: Installation) -> None:
    bare.quad("db", "upgrade")
    told = bare.quad("db", "downgrade", "base")
    assert told.code == 0, told.err
    assert not tables(bare) & set(Model.metadata.tables)
    assert bare.quad("db", "upgrade").code == 0
    assert bare.quad("db", "check").code == 0


@pytest.mark.feature("A72", "C34")
def test_a_table_that_differs_is_found(bare: Installation) -> None:
    bare.quad("db", "upgrade")
    with bare.database() as database, database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE institution_term ADD COLUMN colour VARCHAR(10)")
    told = bare.quad("db", "check")
    assert told.code == 1
    assert "colour" in told.err


@pytest.mark.feature("A71")
def test_emptying_needs_a_yes(bare: Installation) -> None:
    bare.quad("db", "upgrade")
    create = ("user", "create", "--email", "mira@college.example", "--name", "Mira")
    assert bare.quad(*create, "--role", "admin").code == 0
    refused = bare.quad("db", "reset")
    assert refused.code == 1
    assert "--yes" in refused.err
    with bare.reading() as db:
        assert db.scalar(select(func.count()).select_from(User)) == 1
    told = bare.quad("db", "reset", "--yes")
    assert told.code == 0, told.err
    with bare.reading() as db:
        assert db.scalar(select(func.count()).select_from(User)) == 0
    assert bare.quad("db", "check").code == 0


@pytest.mark.slow
@pytest.mark.feature("A70", "L55", "C31")
def test_the_demo_fills_a_college_once(bare: Installation, filled_demo: Path) -> None:
    assert "Sign in" in (filled_demo / "told").read_text()
    shutil.copytree(filled_demo / "data", bare.folder, dirs_exist_ok=True)
    demo = ("demo", "--no-serve", "--folder", str(bare.folder))

    def counts() -> tuple[int, ...]:
        with bare.reading() as db:
            kinds = (User, Student, Mark)
            return tuple(db.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds)

    first = counts()
    assert min(first) > 50
    with bare.reading() as db:
        roles = set(db.scalars(select(RoleGrant.role).distinct()))
    assert {"admin", "hod", "faculty", "student"} <= roles
    assert bare.quad(*demo).code == 0
    assert counts() == first
    # What follows from the day is judged in the zone of the college, wherever the command runs.
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        assert bare.quad("doctor", "--json", QUAD_TIME_ZONE=zone).code == 0
