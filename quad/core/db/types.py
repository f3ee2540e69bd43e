"""Column types that mean the same on SQLite, PostgreSQL and MariaDB."""

from __future__ import annotations

import enum
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Integer, String
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator, TypeEngine

BigId = BigInteger().with_variant(Integer, "sqlite")


class Utc(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC with microseconds in every database."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time was given where an aware one is needed")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Read SQLite's text in one step instead of three; a page reads hundreds of moments."""
        if dialect.name == "sqlite":
            return _moment
        return super().result_processor(dialect, coltype)


def _moment(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(stored).replace(tzinfo=UTC)


class Fixed(TypeDecorator[Decimal]):
    """An exact decimal with `places` digits after the point, kept as a scaled whole number.

    SQLite's NUMERIC is a binary float (1,000 × 0.10 is not 100 there), so no database's own decimal is used.
    A value with more digits is refused, never rounded: rounding is the caller's decision.
    """

    impl = BigInteger
    cache_ok = True

    def __init__(self, places: int = 2) -> None:
        super().__init__()
        self.places = places

    def process_bind_param(self, value: Decimal | int | str | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        scaled = Decimal(value).scaleb(self.places)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than {self.places} decimals")
        return int(scaled)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        return _unscaled(self.places, value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Read without a call per layer of types; a page reads hundreds of decimals, and most of them again."""
        return partial(_unscaled, self.places)


@lru_cache(50_000)
def _unscaled(places: int, stored: Any | None) -> Decimal | None:
    return None if stored is None else Decimal(int(stored)).scaleb(-places)


def rounded(value: Decimal, places: int = 2) -> Decimal:
    """Round half up, the way marks are rounded on paper."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def enum_type(kind: type[enum.StrEnum], length: int = 30, *, name: str = "") -> Enum:
    """A word from `kind`, stored as VARCHAR with a CHECK, so that every database refuses other words.

    `name` is the CHECK's; a table with two columns of one kind needs two.
    """
    return Enum(
        kind,
        name=name or kind.__name__.lower(),
        native_enum=False,
        create_constraint=True,
        length=length,
        values_callable=lambda members: [member.value for member in members],
    )


class NormalisedKey(TypeDecorator[str]):
    """A natural key compared the same everywhere: see `normalised`."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else normalised(value)


def normalised(text: str) -> str:
    """Fold case and Unicode compatibility forms and collapse spaces; accents stay ('José' is not 'jose')."""
    if text.isascii():  # the same answer at half the cost; imports ask for every row
        return " ".join(text.lower().split())
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
