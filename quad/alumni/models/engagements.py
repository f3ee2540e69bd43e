"""What graduates do for the institution: talks, trainings, judging, mentoring."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.db.model import Row, Versioned
from quad.core.db.types import BigId, Utc, enum_type

TITLE_LENGTH = 160


class EngagementKind(enum.StrEnum):
    """What somebody did."""

    SPEAKING = "speaking"
    TRAINING = "training"
    JUDGING = "judging"
    MENTORING = "mentoring"


class EngagementState(enum.StrEnum):
    """Whether the other side says so as well."""

    LOGGED = "logged"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class Engagement(Versioned, Row):
    """Something a graduate did. `by_institution` says which side wrote it down; the other side confirms it.

    `year` is that of `held_on`, kept for the report.
    """

    __tablename__ = "alumni_engagement"
    __table_args__ = (
        Index(None, "year", "state", "alumnus_id"),
        Index(None, "alumnus_id", "held_on"),
        Index(None, "held_on", "id"),
        Index(None, "state", "held_on", "id"),
        CheckConstraint("minutes BETWEEN 0 AND 60000", name="minutes_range"),
    )

    alumnus_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT")
    )
    kind: Mapped[EngagementKind] = mapped_column(enum_type(EngagementKind))
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    about: Mapped[str] = mapped_column(Text, default="")
    held_on: Mapped[date] = mapped_column(Date)
    year: Mapped[int] = mapped_column(Integer)
    minutes: Mapped[int] = mapped_column(Integer, default=0)
    department_id: Mapped[int | None] = mapped_column(
        BigId,
        ForeignKey("institution_department.id", ondelete="RESTRICT"),
        index=True,
        default=None,
    )
    by_institution: Mapped[bool]
    state: Mapped[EngagementState] = mapped_column(
        enum_type(EngagementState), default=EngagementState.LOGGED
    )
    answered_by_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="SET NULL"), index=True, default=None
    )
    answered_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    reason: Mapped[str] = mapped_column(String(500), default="")
    thanked_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    thanked_by_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="SET NULL"), index=True, default=None
    )
    thanks: Mapped[str] = mapped_column(String(1_000), default="")
