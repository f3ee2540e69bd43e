"""Who reviews for whom while away, and what is done for students at risk."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from quad.coding.models.figures import Risk
from quad.core.db.model import Row, Versioned
from quad.core.db.types import BigId, Utc, enum_type


class Delegation(Row):
    """`deputy_id` reviews for `mentor_id` from `first_day` to `last_day`, both included, unless ended before."""

    __tablename__ = "coding_delegation"
    __table_args__ = (
        Index(None, "deputy_id", "last_day"),
        Index(None, "mentor_id", "last_day"),
        CheckConstraint("first_day <= last_day", name="starts_before_it_ends"),
    )

    mentor_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE")
    )
    deputy_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE")
    )
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    ended_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)


class Outcome(enum.StrEnum):
    """What came of a follow-up."""

    OPEN = "open"
    IMPROVED = "improved"
    UNCHANGED = "unchanged"
    PASSED_ON = "passed_on"
    NOT_NEEDED = "not_needed"


class FollowUp(Versioned, Row):
    """What a mentor noted about a student at risk, what is to be done until when, and what came of it.

    Personal: the audit tells of it by facts only.
    """

    __tablename__ = "coding_follow_up"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        Index(None, "student_id", "id"),
        Index(None, "assignee_id", "outcome", "due_on"),
    )

    student_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_student.id", ondelete="CASCADE")
    )
    reason: Mapped[Risk] = mapped_column(enum_type(Risk))
    note: Mapped[str] = mapped_column(Text, default="")
    task: Mapped[str] = mapped_column(String(200), default="")
    due_on: Mapped[date | None] = mapped_column(Date, default=None)
    assignee_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="SET NULL"), default=None
    )
    outcome: Mapped[Outcome] = mapped_column(enum_type(Outcome), default=Outcome.OPEN)
    outcome_note: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
