"""Units of work: one commit, savepoints for items, retries, captured changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from quad.core import facts
from quad.core.db.changes import HIDDEN, take_changes
from quad.core.db.engine import Database
from quad.core.errors import Rejected
from quad.core.facts import Fact, after_commit, attempt, emit, on, run, unit
from quad.identity.models.accounts import User
from quad.institution.models import Department
from tests.factories.people import person


@dataclass(frozen=True, kw_only=True)
class SomethingHappened(Fact):
    number: int


@pytest.fixture
def listener() -> Iterator[list[int]]:
    heard: list[int] = []

    @on(SomethingHappened)
    def hear(_db: Session, fact: SomethingHappened) -> None:
        heard.append(fact.number)

    yield heard
    facts._listeners[SomethingHappened].remove(hear)


def department(code: str) -> Department:
    return Department(code=code, code_key=code, name=f"Department of {code}", sort_name=code)


def count(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count(Department.id))) or 0


@pytest.mark.db
def test_leaving_commits_and_raising_rolls_back_everything(database: Database) -> None:
    with database.writer() as db, unit(db):
        db.add(department("CS"))
    with pytest.raises(RuntimeError), database.writer() as db, unit(db):
        db.add(department("EE"))
        db.flush()
        raise RuntimeError
    assert count(database) == 1


def test_a_fact_reaches_the_listeners_of_its_kind_in_the_same_unit(
    db: Session, listener: list[int]
) -> None:
    with unit(db):
        emit(db, SomethingHappened(actor_id=None, number=7))
        assert listener == [7]


def test_a_listener_that_fails_takes_the_command_with_it(database: Database) -> None:
    def fail(_db: Session, _fact: Fact) -> None:
        raise RuntimeError("listener")

    on(SomethingHappened)(fail)
    try:
        with pytest.raises(RuntimeError, match="listener"), database.writer() as db, unit(db):
            db.add(department("CS"))
            emit(db, SomethingHappened(actor_id=None, number=1))
    finally:
        facts._listeners[SomethingHappened].remove(fail)
    assert count(database) == 0


@pytest.mark.db
def test_a_refused_item_leaves_the_others_standing(database: Database) -> None:
    outcomes = []
    with database.writer() as db, unit(db):
        for code in ("CS", "CS", "EE"):
            try:
                with attempt(db):
                    db.add(department(code))
                outcomes.append("kept")
            except Exception as error:
                outcomes.append(str(error))
    assert outcomes[0] == outcomes[2] == "kept"
    assert "UNIQUE" not in outcomes[1].upper()
    assert count(database) == 2


def test_what_follows_a_commit_does_not_follow_a_rollback(database: Database) -> None:
    done: list[str] = []
    with database.writer() as db, unit(db):
        after_commit(db, lambda: done.append("kept"))
        with pytest.raises(Rejected), attempt(db):
            after_commit(db, lambda: done.append("refused item"))
            raise Rejected("no")
        assert done == []
    with pytest.raises(RuntimeError), database.writer() as db, unit(db):
        after_commit(db, lambda: done.append("never"))
        raise RuntimeError
    assert done == ["kept"]


def test_a_unit_runs_again_when_the_database_was_busy(database: Database) -> None:
    tries: list[int] = []

    def busy_twice(_db: Session) -> str:
        tries.append(1)
        if len(tries) < 3:
            original = sqlite3.OperationalError("database is locked")
            original.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise OperationalError("x", None, original)
        return "done"

    assert run(database.writer, busy_twice) == "done"
    assert len(tries) == 3


def test_a_unit_does_not_run_again_after_another_error(database: Database) -> None:
    tries: list[int] = []

    def fail(_db: Session) -> None:
        tries.append(1)
        raise OperationalError("x", None, sqlite3.OperationalError("no such table: y"))

    with pytest.raises(OperationalError):
        run(database.writer, fail)
    assert len(tries) == 1


def _changes(database: Database, work: Callable[[Session], None]) -> list[tuple[str, dict, dict]]:
    with database.writer() as db:
        work(db)
        db.flush()
        found = [(c.action, c.before, c.after) for c in take_changes(db)]
        db.rollback()
    return found


@pytest.mark.db
def test_changed_columns_are_captured_before_and_after(database: Database) -> None:
    with database.writer() as db, unit(db):
        db.add(department("CS"))

    def rename(db: Session) -> None:
        db.scalars(select(Department)).one().name = "Computing"

    expected = ("update", {"name": "Department of CS"}, {"name": "Computing"})
    assert _changes(database, rename) == [expected]


@pytest.mark.db
def test_statements_on_many_rows_are_captured_too(database: Database) -> None:
    with database.writer() as db, unit(db):
        db.add_all([department("CS"), department("EE")])

    def rename_all(db: Session) -> None:
        db.execute(update(Department).values(name="Same"))

    found = _changes(database, rename_all)
    assert [(action, after) for action, _before, after in found] == [
        ("update", {"name": "Same"})
    ] * 2


def test_secret_columns_are_captured_without_their_value(database: Database) -> None:
    with database.writer() as db, unit(db):
        number = person(db, role="student").id

    def set_hash(db: Session) -> None:
        db.get_one(User, number).password_hash = "new hash"

    [(_action, _before, after)] = _changes(database, set_hash)
    assert after["password_hash"] == HIDDEN


def test_changes_of_a_refused_item_are_forgotten(database: Database) -> None:
    with database.writer() as db:
        db.add(department("CS"))
        with pytest.raises(Rejected), attempt(db):
            db.add(department("EE"))
            db.flush()
            raise Rejected("no")
        assert [change.after["code"] for change in take_changes(db)] == ["CS"]
        db.rollback()
