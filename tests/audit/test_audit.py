"""The audit: nothing can forget it, nobody but an administrator reads it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.audit.models import AuditEntry
from quad.core.db.engine import Database
from quad.core.facts import unit
from quad.identity.models import User
from tests.factories.people import person

SignIn = Callable[..., FlaskClient]


def entries(database: Database) -> list[AuditEntry]:
    with database.reading() as db:
        return list(db.scalars(select(AuditEntry).order_by(AuditEntry.id)))


@pytest.mark.db
def test_a_command_leaves_its_fact_its_changes_and_where_it_came_from(
    as_role: SignIn, database: Database
) -> None:
    client = as_role("admin")
    answer = client.post(
        "/api/v1/academics/departments",
        json={"name": "Computing", "code": "CS"},
        headers={"User-Agent": "Registry tool 1.0", "X-Request-ID": "abc-123"},
    )
    assert answer.status_code == 201
    entry = entries(database)[-1]
    assert entry.action == "department added"
    assert entry.data == {"department_id": int(answer.get_json()["data"]["id"])}
    assert [change["after"]["name"] for change in entry.changes] == ["Computing"]
    assert (entry.address, entry.user_agent, entry.request_id) == (
        "127.0.0.1",
        "Registry tool 1.0",
        "abc-123",
    )
    assert entry.actor_id is not None


def test_a_change_no_fact_speaks_of_is_still_written_down(database: Database) -> None:
    with database.writer() as db, unit(db):
        number = person(db, name="Ada Lovelace").id
    with database.writer() as db, unit(db):
        db.get_one(User, number).full_name = "Ada King"
    entry = entries(database)[-1]
    assert entry.action == "changed"
    assert entry.changes[0]["before"] == {"full_name": "Ada Lovelace"}
    assert entry.changes[0]["after"] == {"full_name": "Ada King"}


def test_what_is_rolled_back_leaves_no_entry(database: Database) -> None:
    def fail(db: Session) -> None:
        with unit(db):
            person(db)
            raise RuntimeError

    with pytest.raises(RuntimeError), database.writer() as db:
        fail(db)
    assert entries(database) == []


def test_only_an_administrator_reads_the_audit(as_role: SignIn) -> None:
    admin = as_role("admin")
    assert admin.get("/audit").status_code == 200
    for role in ("hod", "faculty", "student"):
        page = as_role(role).get("/audit")
        assert page.status_code == 200 or page.status_code == 403
        assert "signed in" not in page.text


def test_one_entry_shows_each_changed_value_before_and_after(
    as_role: SignIn, database: Database
) -> None:
    with database.writer() as db, unit(db):
        number = person(db, name="Ada Lovelace").id
    with database.writer() as db, unit(db):
        db.get_one(User, number).full_name = "Ada King"
    wanted = entries(database)[-1].id
    page = as_role("admin").get(f"/audit/{wanted}")
    assert "Ada Lovelace" in page.text
    assert "Ada King" in page.text
    assert as_role("student").get(f"/audit/{wanted}").status_code == 404
