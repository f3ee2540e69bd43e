"""The numbers behind summaries, leaderboards and charts, all derived from approved snapshots (service/rollups.py).

`platform_id`, `department_id` and `class_id` are 0 for "all" or "none", so they have no foreign key.
"""

from __future__ import annotations

import enum
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from quad.academics.models.people import Student
from quad.coding.models.accounts import Platform
from quad.core.db.model import Model, Row
from quad.core.db.types import BigId, NormalisedKey, enum_type
from quad.core.db.views import view
from quad.institution.models import Department

ALL = 0  # the platform of figures over all accounts
NOWHERE = 0


class Risk(enum.StrEnum):
    """Why a student may need help. The first that applies, in this order."""

    NO_ACCOUNT = "no_account"
    INACTIVE = "inactive"
    NO_GROWTH = "no_growth"
    NONE = "none"


class Metric(enum.StrEnum):
    """What a leaderboard can be by."""

    TOTAL = "total_solved"
    SCORE = "score"
    RATING = "rating"
    WEEK = "growth_week"
    MONTH = "growth_month"


class Scope(enum.StrEnum):
    """Among whom one is ranked."""

    INSTITUTION = "institution"
    DEPARTMENT = "department"
    BATCH = "batch"
    CLASS = "class"


_HEADS = ("platform_id", "ranked")
_ORDERS = ("total_down", "score_down", "rating_down", "week_down", "month_down")
_PLACES = {"institution": (), "department": ("department_id",), "batch": ("admission_year",)}


class Figure(Row):
    """What one student has reached, on one platform or (`platform_id` 0) on all.

    Growth is from the approved snapshot before the latest one; `week` and `month` are the gains of the last 7 and 30
    days. The `…_down` columns hold what leaderboards rank by, negated and never above 0: one ascending index then gives
    the best first and, among equals, the names in their order. `rating_down` counts hundredths of the average.
    Nobody who left is `ranked`. `quiet_since` is the latest snapshot's day, or else the day of linking.
    `streak` counts weeks with a gain in a row, the last of them being `streak_week` (a Monday). `moves_on` is the next
    day on which a number changes although nobody does anything: a gain leaves its window, a pause becomes too long.
    """

    __tablename__ = "coding_figure"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        UniqueConstraint("student_id", "platform_id"),
        *(
            Index(
                f"ix_coding_figure_{name}_{order}",
                *_HEADS,
                *place,
                order,
                "sort_name",
                "student_id",
            )
            for name, place in _PLACES.items()
            for order in _ORDERS
        ),
        Index(None, "platform_id", "class_id"),
        Index(None, "platform_id", "ranked", "risk", "sort_name", "id"),
        Index(None, "platform_id", "department_id", "sort_name", "id"),
        Index(None, "sort_name", "id"),
        Index(None, "total_down", "id"),
        Index(None, "score_down", "id"),
        Index(None, "week_down", "id"),
        Index(None, "month_down", "id"),
        Index(None, "quiet_since", "id"),
        Index(None, "moves_on"),
    )

    student_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_student.id", ondelete="CASCADE")
    )
    platform_id: Mapped[int] = mapped_column(BigId)
    ranked: Mapped[bool] = mapped_column(Boolean)
    department_id: Mapped[int] = mapped_column(BigId)
    admission_year: Mapped[int] = mapped_column(Integer)
    class_id: Mapped[int] = mapped_column(BigId)
    sort_name: Mapped[str] = mapped_column(NormalisedKey(180))
    accounts: Mapped[int] = mapped_column(Integer, default=0)
    snapshots: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(BigInteger, default=0)
    previous: Mapped[int] = mapped_column(BigInteger, default=0)
    growth: Mapped[int] = mapped_column(BigInteger, default=0)
    easy: Mapped[int] = mapped_column(BigInteger, default=0)
    medium: Mapped[int] = mapped_column(BigInteger, default=0)
    hard: Mapped[int] = mapped_column(BigInteger, default=0)
    rating_sum: Mapped[int] = mapped_column(BigInteger, default=0)
    rated: Mapped[int] = mapped_column(Integer, default=0)
    week: Mapped[int] = mapped_column(BigInteger, default=0)
    month: Mapped[int] = mapped_column(BigInteger, default=0)
    total_down: Mapped[int] = mapped_column(BigInteger, default=0)
    score_down: Mapped[int] = mapped_column(BigInteger, default=0)
    rating_down: Mapped[int] = mapped_column(BigInteger, default=0)
    week_down: Mapped[int] = mapped_column(BigInteger, default=0)
    month_down: Mapped[int] = mapped_column(BigInteger, default=0)
    last_on: Mapped[date | None] = mapped_column(Date, default=None)
    quiet_since: Mapped[date] = mapped_column(Date)
    moves_on: Mapped[date] = mapped_column(Date)
    active_weeks: Mapped[int] = mapped_column(Integer, default=0)
    streak: Mapped[int] = mapped_column(Integer, default=0)
    streak_week: Mapped[date | None] = mapped_column(Date, default=None)
    risk: Mapped[Risk] = mapped_column(enum_type(Risk), default=Risk.NONE)


class DayGain(Model):
    """One approved day of a linked account: what was reached, and how much of it is new since the approved day before.

    `week` is its Monday.
    """

    __tablename__ = "coding_day_gain"
    __audited__: ClassVar[bool] = False
    __table_args__ = (Index(None, "student_id", "day"), Index(None, "day", "student_id"))

    account_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("coding_account.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    week: Mapped[date] = mapped_column(Date)
    student_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_student.id", ondelete="CASCADE")
    )
    total: Mapped[int] = mapped_column(Integer)
    gain: Mapped[int] = mapped_column(Integer)
    rating: Mapped[int | None] = mapped_column(Integer, default=None)


class RankCount(Model):
    """How many ranked students of a scope have exactly this value; 0 has no row. A rank is one sum over these.

    Classes are small enough to be counted.
    """

    __tablename__ = "coding_rank_count"
    __audited__: ClassVar[bool] = False

    platform_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    metric: Mapped[Metric] = mapped_column(enum_type(Metric), primary_key=True)
    scope: Mapped[Scope] = mapped_column(enum_type(Scope), primary_key=True)
    scope_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    value: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer, default=0)


class GroupTotal(Model):
    """The ranked students of one department and year of admission together."""

    __tablename__ = "coding_group_total"
    __audited__: ClassVar[bool] = False

    department_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    admission_year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    students: Mapped[int] = mapped_column(Integer, default=0)
    with_account: Mapped[int] = mapped_column(Integer, default=0)
    accounts: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(BigInteger, default=0)
    score: Mapped[int] = mapped_column(BigInteger, default=0)
    growth: Mapped[int] = mapped_column(BigInteger, default=0)
    week: Mapped[int] = mapped_column(BigInteger, default=0)
    month: Mapped[int] = mapped_column(BigInteger, default=0)
    easy: Mapped[int] = mapped_column(BigInteger, default=0)
    medium: Mapped[int] = mapped_column(BigInteger, default=0)
    hard: Mapped[int] = mapped_column(BigInteger, default=0)
    rating_sum: Mapped[int] = mapped_column(BigInteger, default=0)
    rated: Mapped[int] = mapped_column(Integer, default=0)
    no_account: Mapped[int] = mapped_column(Integer, default=0)
    inactive: Mapped[int] = mapped_column(Integer, default=0)
    no_growth: Mapped[int] = mapped_column(Integer, default=0)


class GroupWeek(Model):
    """What the same students solved in one week, and how many of them. `week` is its Monday."""

    __tablename__ = "coding_group_week"
    __audited__: ClassVar[bool] = False

    department_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    admission_year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    week: Mapped[date] = mapped_column(Date, primary_key=True)
    gain: Mapped[int] = mapped_column(BigInteger, default=0)
    snapshots: Mapped[int] = mapped_column(Integer, default=0)
    active: Mapped[int] = mapped_column(Integer, default=0)


class RankMark(Model):
    """Where a student stood on one day, noted every week: by problems solved, on all platforms."""

    __tablename__ = "coding_rank_mark"
    __audited__: ClassVar[bool] = False
    __table_args__ = (Index(None, "noted_on"),)

    student_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("academics_student.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    noted_on: Mapped[date] = mapped_column(Date, primary_key=True)
    total: Mapped[int] = mapped_column(BigInteger)
    institution_rank: Mapped[int] = mapped_column(Integer)
    department_rank: Mapped[int] = mapped_column(Integer)


_SHOWN: Any = (
    select(
        Student.register_number.label("register_number"),
        Department.code.label("department"),
        Student.admission_year.label("admission_year"),
        Platform.key.label("platform"),
        Figure.accounts.label("accounts"),
        Figure.total.label("problems_solved"),
        Figure.easy.label("easy"),
        Figure.medium.label("medium"),
        Figure.hard.label("hard"),
        (-Figure.score_down).label("score"),
        Figure.rating_sum.label("rating_sum"),
        Figure.rated.label("rated_accounts"),
        Figure.growth.label("growth"),
        Figure.week.label("growth_week"),
        Figure.month.label("growth_month"),
        Figure.active_weeks.label("active_weeks"),
        Figure.last_on.label("last_snapshot_on"),
        Figure.risk.label("risk"),
    )
    .join(Student, Student.id == Figure.student_id)
    .outerjoin(Department, Department.id == Student.department_id)
    .outerjoin(Platform, Platform.id == Figure.platform_id)
    .where(Figure.ranked.is_(True))
)
FIGURES_VIEW = view(
    "vw_coding_students",
    _SHOWN,
    about="What students have solved: one row for each platform, and one without a platform for all of them.",
    columns={
        "register_number": "Register number of the student",
        "department": "Code of the student's department",
        "admission_year": "Year of admission",
        "platform": "Word of the platform, empty in the row over all of them",
        "accounts": "Linked accounts",
        "problems_solved": "Problems solved by the latest approved snapshots",
        "easy": "Easy ones among them, as far as known",
        "medium": "Medium ones among them, as far as known",
        "hard": "Hard ones among them, as far as known",
        "score": "Score, weighted by difficulty and platform",
        "rating_sum": "Sum of the contest ratings",
        "rated_accounts": "Accounts that have a rating",
        "growth": "Latest approved snapshot minus the one before",
        "growth_week": "Gained in the last 7 days",
        "growth_month": "Gained in the last 30 days",
        "active_weeks": "Weeks with a gain",
        "last_snapshot_on": "Day of the latest approved snapshot",
        "risk": "no_account, inactive, no_growth or none",
    },
)
