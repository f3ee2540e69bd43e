"""Who is meant, as a value: two announcements for the same people share one audience, and no audience ever changes."""

from __future__ import annotations

import enum
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.db.model import Model, Row
from quad.core.db.types import BigId, Fixed, enum_type

HASH_LENGTH = 64


class Trait(enum.StrEnum):
    """One kind of thing that people have in common. An audience names values of some of them."""

    ROLE = "role"
    DEPARTMENT = "department"
    PROGRAMME = "programme"
    SEMESTER = "semester"
    BATCH = "batch"
    GRADUATION_YEAR = "graduation_year"
    SKILL = "skill"


class Audience(Row):
    """Who is meant. `kinds` is how many traits are named; a person has one value of each and reaches the thresholds.

    `fingerprint` is the hash of everything that is asked, so that the same people are one row. Whoever wants other
    people takes another audience: rows are only ever added.
    """

    __tablename__ = "audience"
    __table_args__ = (
        CheckConstraint("kinds >= 0", name="kinds_not_negative"),
        CheckConstraint("max_backlogs >= 0", name="backlogs_not_negative"),
        Index(None, "kinds"),
    )

    fingerprint: Mapped[str] = mapped_column(String(HASH_LENGTH), unique=True)
    kinds: Mapped[int] = mapped_column(Integer)
    min_cgpa: Mapped[Decimal | None] = mapped_column(Fixed(2), default=None)
    max_backlogs: Mapped[int | None] = mapped_column(Integer, default=None)


class AudienceTerm(Model):
    """One value of a trait. `value` is the number of a row, a semester or a year; a role is in `word` (`value` 0)."""

    __tablename__ = "audience_term"
    __audited__: ClassVar[bool] = False
    __table_args__ = (Index(None, "kind", "value", "word", "audience_id"),)

    audience_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("audience.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    kind: Mapped[Trait] = mapped_column(enum_type(Trait), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    word: Mapped[str] = mapped_column(String(30), primary_key=True, default="")
