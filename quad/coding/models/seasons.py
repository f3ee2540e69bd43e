"""Leaderboards that stand still: a season's end is kept as it was."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, Integer, String
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.db.model import Row
from quad.core.db.types import BigId, NormalisedKey, Utc
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l


class Season(Row):
    """A time for which students compete. Freezing it writes down who stood where; that stays.

    `freezing_at` is set while a job writes down the places of a large institution.
    """

    __tablename__ = "coding_season"
    __table_args__ = (
        Unique("name_key"),
        Index(None, "starts_on", "id"),
        CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),
    )

    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(NormalisedKey(240))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    frozen_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    freezing_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)


class SeasonPlace(Row):
    """Where one student stood when a season was frozen. `growth` is what was solved during the season."""

    __tablename__ = "coding_season_place"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        Unique("season_id", "student_id"),
        Index(None, "season_id", "rank", "sort_name", "id"),
        Index(
            "ix_coding_season_place_department",
            "season_id",
            "department_id",
            "department_rank",
            "id",
        ),
        Index(None, "student_id"),
    )

    season_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("coding_season.id", ondelete="CASCADE")
    )
    student_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_student.id", ondelete="CASCADE")
    )
    department_id: Mapped[int] = mapped_column(BigId)
    sort_name: Mapped[str] = mapped_column(NormalisedKey(180))
    rank: Mapped[int] = mapped_column(Integer)
    department_rank: Mapped[int] = mapped_column(Integer)
    growth: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int] = mapped_column(BigInteger)
    score: Mapped[int] = mapped_column(BigInteger)


constraint("uq_coding_season_name_key", _l("There is a season of this name already."), "name")
