"""Class sessions, who was there, why somebody was not, and what it comes to."""

from __future__ import annotations

import enum
from datetime import date, datetime, time
from decimal import Decimal

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Time,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from quad.core import errors
from quad.core.db.model import Row, Versioned
from quad.core.db.types import BigId, Fixed, Utc, enum_type
from quad.core.i18n import lazy_gettext

NOT_HELD = Decimal(101)


class Presence(enum.StrEnum):
    """How a student stands in one session."""

    PRESENT = "present"
    ABSENT = "absent"
    LATE = "late"
    EXCUSED = "excused"


class ClassSession(Versioned, Row):
    """One class of an offering, by the institution's calendar and clock; `taken_at` is when its register was taken."""

    __tablename__ = "academics_session"
    __table_args__ = (
        UniqueConstraint("offering_id", "held_on", "starts_at"),
        Index(None, "held_on", "offering_id"),
        CheckConstraint("minutes BETWEEN 5 AND 720", name="minutes_range"),
    )

    offering_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_offering.id", ondelete="CASCADE")
    )
    held_on: Mapped[date] = mapped_column(Date)
    starts_at: Mapped[time] = mapped_column(Time)
    minutes: Mapped[int] = mapped_column(Integer)
    topic: Mapped[str] = mapped_column(String(200), default="")
    taken_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    taken_by: Mapped[int | None] = mapped_column(BigId, default=None)


class AbsenceExcuse(Row):
    """Leave that was granted: absences of these days count as excused, also those that come in later."""

    __tablename__ = "academics_excuse"
    __table_args__ = (
        Index(None, "student_id", "first_day", "last_day"),
        CheckConstraint("first_day <= last_day", name="begins_before_it_ends"),
    )

    student_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_student.id", ondelete="RESTRICT")
    )
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(300), default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)


class Attendance(Row):
    """One student in one session. `excuse_id` names the leave that turned an absence into an excused one."""

    __tablename__ = "academics_attendance"
    __table_args__ = (
        UniqueConstraint("session_id", "enrolment_id"),
        Index(None, "enrolment_id", "session_id"),
        Index(None, "excuse_id"),
    )

    session_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_session.id", ondelete="CASCADE")
    )
    enrolment_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_enrolment.id", ondelete="CASCADE")
    )
    state: Mapped[Presence] = mapped_column(enum_type(Presence))
    excuse_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("academics_excuse.id", ondelete="SET NULL"), default=None
    )


class AttendanceTotal(Row):
    """Derived: what the registers of one enrolment come to (service/attendance_totals.py).

    `percentage` is None while nothing counts; `percentage_order` is its sortable twin, 101 then. `short` says that it
    lies below the institution's limit; `told_at` is when student and advisor were told so.
    """

    __tablename__ = "academics_attendance_total"
    __audited__ = False
    __table_args__ = (
        Index(None, "offering_id", "percentage_order", "id"),
        Index(None, "short", "told_at"),
        Index(None, "percentage_order", "id"),
    )

    enrolment_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_enrolment.id", ondelete="CASCADE"), unique=True
    )
    offering_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_offering.id", ondelete="CASCADE")
    )
    present: Mapped[int] = mapped_column(Integer, default=0)
    absent: Mapped[int] = mapped_column(Integer, default=0)
    late: Mapped[int] = mapped_column(Integer, default=0)
    excused: Mapped[int] = mapped_column(Integer, default=0)
    percentage: Mapped[Decimal | None] = mapped_column(Fixed(2), default=None)
    percentage_order: Mapped[Decimal] = mapped_column(Fixed(2), default=NOT_HELD)
    short: Mapped[bool] = mapped_column(Boolean, default=False)
    told_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)


class Holiday(Row):
    """Days without classes: no session is planned on them."""

    __tablename__ = "academics_holiday"
    __table_args__ = (
        Index(None, "first_day", "id"),
        CheckConstraint("first_day <= last_day", name="begins_before_it_ends"),
    )

    name: Mapped[str] = mapped_column(String(80))
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)


class AttendanceRule(Row):
    """How the attendance percentage becomes the marks of one component.

    `steps` are pairs of texts: from this percentage on, this many marks; the highest step reached counts, none gives 0.
    Without steps the marks are the percentage of the component's maximum.
    """

    __tablename__ = "academics_attendance_rule"

    component_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_component.id", ondelete="CASCADE"), unique=True
    )
    steps: Mapped[list[list[str]]] = mapped_column(JSON, default=list)


errors.constraint(
    "uq_academics_session_offering_id_held_on_starts_at",
    lazy_gettext("There is a class at this time already."),
    "starts_at",
)
