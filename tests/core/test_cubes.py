"""Cubes: rows counted by every combination of some values, equal to a count on three databases whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Integer, String, delete, insert, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from quad.core import facts
from quad.core.cubes import Cube
from quad.core.db.engine import Database


class Base(DeclarativeBase):
    pass


class Loan(Base):
    __tablename__ = "testing_loan"
    __table_args__ = {"mysql_engine": "InnoDB"}

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    shelf_id: Mapped[int | None] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(10), default="book")
    days: Mapped[int | None] = mapped_column(Integer)
    open: Mapped[bool] = mapped_column(default=True)


class LoanFigures(Base):
    __tablename__ = "testing_loan_figures"
    __table_args__ = {"mysql_engine": "InnoDB"}

    shelf_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    weeks: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
    days: Mapped[int] = mapped_column(BigInteger)


CUBE = Cube(
    LoanFigures,  # type: ignore[arg-type]
    Loan,  # type: ignore[arg-type]
    keys={
        "shelf_id": "COALESCE({row}shelf_id, 0)",
        "kind": "{row}kind",
        "weeks": "COALESCE({row}days, 0) - COALESCE({row}days, 0) % 7",
    },
    sums={"days": "COALESCE({row}days, 0)"},
    counts="{row}open",
    watched=("shelf_id", "kind", "days", "open"),
)


def run(db: Session, statements: Any) -> None:
    for each in statements.get(db.get_bind().dialect.name, ()):
        db.connection().exec_driver_sql(each)


@pytest.fixture
def loans(database: Database) -> Iterator[Database]:
    """A table of loans with a cube; one loan was there before it."""
    Base.metadata.create_all(database.engine)
    with database.writer() as db, facts.unit(db):
        db.execute(insert(Loan), [{"id": 1, "shelf_id": 7, "days": 9}])
        run(db, CUBE.attachment().create)
    yield database
    with database.writer() as db, facts.unit(db):
        run(db, CUBE.attachment().drop)
    Base.metadata.drop_all(database.engine)


@pytest.mark.db
def test_a_cube_counts_what_was_there_and_follows_every_change(loans: Database) -> None:
    with loans.writer() as db, facts.unit(db):
        assert CUBE.stored(db) == {(7, "book", 7): (1, 9)}
        db.execute(insert(Loan), [{"id": n, "shelf_id": None, "days": n} for n in range(2, 9)])
        assert CUBE.stored(db)[0, "book", 0] == (5, 20)
        assert CUBE.stored(db)[0, "book", 7] == (2, 15)
        db.execute(update(Loan).where(Loan.id <= 3).values(kind="film"))
        assert CUBE.stored(db)[7, "film", 7] == (1, 9)
        db.execute(update(Loan).where(Loan.id == 4).values(open=False))
        db.execute(delete(Loan).where(Loan.id == 5))
        assert CUBE.stored(db)[0, "book", 0] == (1, 6)
        assert CUBE.drifts(db) == []


@pytest.mark.db
def test_a_wrong_cube_is_found_and_set_right_without_losing_rows(loans: Database) -> None:
    with loans.writer() as db, facts.unit(db):
        db.execute(update(Loan).values(shelf_id=8))
        db.execute(update(LoanFigures).values(days=5))
        assert len(CUBE.drifts(db)) == 2
        assert CUBE.recount(db) == 2
        assert CUBE.recount(db) == 0
        assert CUBE.stored(db) == {(8, "book", 7): (1, 9)}
        assert len(db.execute(select(LoanFigures.shelf_id)).all()) == 2
        run(db, CUBE.attachment().create)
        assert len(db.execute(select(LoanFigures.shelf_id)).all()) == 2


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["add", "move", "kind", "days", "close", "open", "remove"]),
        st.integers(1, 5),
        st.sampled_from([None, 1, 20]),
    ),
    max_size=25,
)


@given(changes=CHANGES)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_happens_a_cube_is_what_a_count_gives(
    loans: Database, changes: list[tuple[str, int, int | None]]
) -> None:
    with loans.writer() as db:
        for kind, number, value in changes:
            row = update(Loan).where(Loan.id == number)
            if kind == "add":
                if db.get(Loan, number) is None:
                    db.execute(insert(Loan), [{"id": number, "shelf_id": value, "days": value}])
            elif kind == "remove":
                db.execute(delete(Loan).where(Loan.id == number))
            elif kind == "move":
                db.execute(row.values(shelf_id=value))
            elif kind == "kind":
                db.execute(row.values(kind="film" if value else "book"))
            elif kind == "days":
                db.execute(row.values(days=value))
            else:
                db.execute(row.values(open=kind == "open"))
            db.expire_all()
        assert CUBE.drifts(db) == []
        db.rollback()
