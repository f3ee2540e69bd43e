"""Column types and shared table shapes mean the same on every database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import String, UniqueConstraint, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.core.db.engine import Database, database_url
from quad.core.db.model import Model, Row, SoftDeleted, Versioned
from quad.core.db.types import Fixed, NormalisedKey, Utc, enum_type, normalised, rounded


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Sample(SoftDeleted, Versioned, Row):
    """A table only these tests have."""

    __tablename__ = "test_sample"
    __table_args__ = (UniqueConstraint("code", "live"),)

    code: Mapped[str] = mapped_column(NormalisedKey(80))
    amount: Mapped[Decimal] = mapped_column(Fixed(2), default=Decimal(0))
    moment: Mapped[datetime | None] = mapped_column(Utc())
    colour: Mapped[Colour] = mapped_column(enum_type(Colour), default=Colour.RED)
    note: Mapped[str] = mapped_column(String(80), default="")


Model.metadata.remove(Sample.__table__)  # type: ignore[arg-type]


@pytest.fixture
def table(database: Database) -> Iterator[Database]:
    Sample.__table__.create(database.engine)  # type: ignore[attr-defined]
    yield database
    Sample.__table__.drop(database.engine)  # type: ignore[attr-defined]


@pytest.fixture
def rows(table: Database) -> Iterator[Session]:
    with table.writer() as session:
        yield session


@pytest.mark.db
def test_a_thousand_times_ten_cents_is_exactly_a_hundred(rows: Session) -> None:
    rows.add_all([Sample(code=str(n), amount=Decimal("0.10")) for n in range(1000)])
    rows.flush()
    assert rows.scalar(select(func.sum(Sample.amount))) == Decimal("100.00")
    assert rows.scalar(select(func.count()).where(Sample.amount == Decimal("0.10"))) == 1000
    assert rows.scalar(select(func.count()).where(Sample.amount > Decimal("0.10"))) == 0


@pytest.mark.db
def test_a_value_with_more_decimals_is_refused_not_rounded(rows: Session) -> None:
    rows.add(Sample(code="x", amount=Decimal("1.005")))
    with pytest.raises((ValueError, StatementError), match="more than 2 decimals"):
        rows.flush()


@pytest.mark.db
def test_moments_keep_microseconds_and_the_instant(rows: Session) -> None:
    there = datetime(2026, 3, 29, 2, 30, 0, 123456, timezone(timedelta(hours=5, minutes=30)))
    rows.add(Sample(code="x", moment=there))
    rows.commit()
    rows.expire_all()
    kept = rows.scalar(select(Sample.moment))
    assert kept == there
    assert kept is not None
    assert kept.tzinfo is UTC or kept.utcoffset() == timedelta(0)
    earlier = there - timedelta(microseconds=1)
    assert rows.scalar(select(func.count()).where(Sample.moment > earlier)) == 1


@pytest.mark.db
def test_a_naive_time_is_refused(rows: Session) -> None:
    rows.add(Sample(code="x", moment=datetime(2026, 1, 1)))  # noqa: DTZ001
    with pytest.raises((ValueError, StatementError), match="naive"):
        rows.flush()


@pytest.mark.db
def test_accents_tell_words_apart_and_case_does_not(rows: Session) -> None:
    rows.add_all([Sample(code="José"), Sample(code="Jose")])
    rows.flush()
    assert rows.scalar(select(func.count()).where(Sample.code == "JOSÉ")) == 1
    rows.add(Sample(code="jOsÉ"))
    with pytest.raises(IntegrityError):
        rows.flush()


@pytest.mark.db
def test_a_deleted_row_frees_its_key_and_two_live_ones_collide(rows: Session) -> None:
    first = Sample(code="a")
    rows.add(first)
    rows.flush()
    first.deleted_at = datetime.now(UTC)
    rows.flush()
    second = Sample(code="a")
    rows.add(second)
    rows.flush()
    second.deleted_at = datetime.now(UTC)
    rows.flush()
    rows.add(Sample(code="a"))
    rows.flush()
    first.deleted_at = None
    with pytest.raises(IntegrityError):
        rows.flush()


@pytest.mark.db
def test_the_database_itself_refuses_a_word_outside_the_enum(table: Database) -> None:
    with table.engine.begin() as connection, pytest.raises(DBAPIError):
        connection.execute(
            text(
                "INSERT INTO test_sample (code, amount, colour, note, version, created_at, updated_at)"
                " VALUES ('x', 0, 'blue', '', 1, '2026-01-01', '2026-01-01')"
            )
        )


@pytest.mark.db
def test_the_second_of_two_saves_is_told(table: Database) -> None:
    with table.writer() as first:
        first.add(Sample(code="a"))
        first.commit()
    with table.writer() as one:
        row = one.scalars(select(Sample)).one()
        assert row.version == 1
        row.note = "mine"
        one.commit()
        assert row.version == 2


def test_the_usual_spellings_of_an_address_reach_our_drivers() -> None:
    assert database_url("postgres://u@h/d").drivername == "postgresql+psycopg"
    assert database_url("mariadb://u@h/d").drivername == "mysql+pymysql"
    assert database_url("mysql://u@h/d").query["charset"] == "utf8mb4"
    assert database_url("sqlite:///x.db").drivername == "sqlite"


def test_a_reading_session_cannot_write_on_sqlite(table: Database) -> None:
    with table.reader() as session:
        session.add(Sample(code="x"))
        with pytest.raises(DBAPIError, match="readonly"):
            session.flush()


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(words: str) -> None:
    once = normalised(words)
    assert normalised(once) == once
    assert once == once.strip()


@given(st.integers(-(10**12), 10**12))
def test_rounding_is_half_up_to_two_places(thousandths: int) -> None:
    exact = Decimal(thousandths).scaleb(-3)
    assert abs(rounded(exact) - exact) <= Decimal("0.005")
    assert rounded(Decimal("2.675")) == Decimal("2.68")
