"""Tallies: how many rows there are by scope, equal to a count on three databases whatever path the change takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import DateTime, Integer, String, delete, insert, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from quad.core import clock, facts
from quad.core.counters import Drift
from quad.core.db.engine import Database
from quad.core.db.types import BigId
from quad.core.tallies import Tally, TallyRow, as_numbers, statement


class Base(DeclarativeBase):
    pass


class Book(Base):
    __tablename__ = "testing_book"
    __table_args__ = {"mysql_engine": "InnoDB"}

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shelf_id: Mapped[int | None] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(10), default="new")
    deleted_at: Mapped[Any] = mapped_column(DateTime, nullable=True)


BOOKS = Tally("testing.books", Book, Book.shelf_id)  # type: ignore[arg-type]
LENT = Tally("testing.lent", Book, Book.shelf_id, (Book.state, "lent"))  # type: ignore[arg-type]
GONE = clock.now().replace(tzinfo=None)


def run(db: Session, statements: Any) -> None:
    for each in statements.get(db.get_bind().dialect.name, ()):
        db.connection().exec_driver_sql(each)


@pytest.fixture
def books(database: Database) -> Iterator[Database]:
    """A table of books with two tallies; one book was there before them."""
    Base.metadata.create_all(database.engine)
    with database.writer() as db, facts.unit(db):
        db.execute(insert(Book), [{"id": 1, "shelf_id": 7}])
        run(db, BOOKS.attachment().create)
        run(db, LENT.attachment().create)
    yield database
    with database.writer() as db, facts.unit(db):
        run(db, LENT.attachment().drop)
        run(db, BOOKS.attachment().drop)
        db.execute(delete(TallyRow).where(TallyRow.name.startswith("testing.")))
    Base.metadata.drop_all(database.engine)


def kept(db: Session, tally: Tally) -> dict[int, int]:
    rows = db.execute(select(TallyRow.scope, TallyRow.value).where(TallyRow.name == tally.name))
    return {scope: value for scope, value in rows if value}


@pytest.mark.db
def test_rows_that_were_there_before_the_tally_are_counted(books: Database) -> None:
    with books.reading() as db:
        assert kept(db, BOOKS) == {7: 1}


@pytest.mark.db
def test_a_tally_follows_every_kind_of_change(books: Database) -> None:
    with books.writer() as db, facts.unit(db):
        db.execute(insert(Book), [{"id": n, "shelf_id": n % 2 or None} for n in range(2, 12)])
        assert kept(db, BOOKS) == {7: 1, 1: 5, 0: 5}
        db.execute(update(Book).where(Book.id <= 3).values(state="lent"))
        assert kept(db, LENT) == {7: 1, 0: 1, 1: 1}
        db.execute(update(Book).where(Book.shelf_id == 1).values(shelf_id=7))
        assert kept(db, BOOKS) == {7: 6, 0: 5}
        db.execute(update(Book).where(Book.id == 1).values(deleted_at=GONE))
        assert kept(db, BOOKS) == {7: 5, 0: 5}
        db.execute(update(Book).where(Book.id == 1).values(deleted_at=None))
        db.execute(delete(Book).where(Book.shelf_id.is_(None)))
        assert kept(db, BOOKS) == {7: 6}
        assert BOOKS.drifts(db) == LENT.drifts(db) == []


@pytest.mark.db
def test_what_is_rolled_back_was_not_counted(books: Database) -> None:
    with books.writer() as db:
        db.execute(insert(Book), [{"id": 2, "shelf_id": 7}])
        db.rollback()
        assert kept(db, BOOKS) == {7: 1}


@pytest.mark.db
def test_a_wrong_tally_is_found_and_set_right(books: Database) -> None:
    with books.writer() as db, facts.unit(db):
        db.execute(update(TallyRow).where(TallyRow.name == BOOKS.name).values(value=9))
        assert BOOKS.drifts(db) == [Drift("testing.books", 7, 9, 1)]
        assert BOOKS.recount(db) == 1
        assert BOOKS.recount(db) == 0
        assert kept(db, BOOKS) == {7: 1}


@pytest.mark.db
def test_numbers_come_in_all_and_within_some_scopes(books: Database) -> None:
    with books.writer() as db, facts.unit(db):
        db.execute(insert(Book), [{"id": n, "shelf_id": n} for n in range(2, 5)])
        found = as_numbers(db.execute(statement([BOOKS.name, LENT.name], [2, 3])))
        assert found == {BOOKS.name: (4, 2)}


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["add", "move", "lend", "hide", "show", "remove"]),
        st.integers(1, 6),
        st.sampled_from([None, 1, 2]),
    ),
    max_size=25,
)


@given(changes=CHANGES)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_happens_a_tally_is_what_a_count_gives(
    books: Database, changes: list[tuple[str, int, int | None]]
) -> None:
    with books.writer() as db:
        for kind, number, shelf in changes:
            row = update(Book).where(Book.id == number)
            if kind == "add":
                if db.get(Book, number) is None:
                    db.execute(insert(Book), [{"id": number, "shelf_id": shelf}])
            elif kind == "remove":
                db.execute(delete(Book).where(Book.id == number))
            elif kind == "move":
                db.execute(row.values(shelf_id=shelf))
            elif kind == "lend":
                db.execute(row.values(state="lent" if shelf else "new"))
            else:
                db.execute(row.values(deleted_at=GONE if kind == "hide" else None))
            db.expire_all()
        assert BOOKS.drifts(db) == LENT.drifts(db) == []
        db.rollback()
