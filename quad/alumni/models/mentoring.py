"""Mentoring: times that graduates offer, and who meets them then."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.db.model import Row, Versioned
from quad.core.db.types import BigId, Utc, enum_type
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l

TOPIC_LENGTH = 160


class BookingState(enum.StrEnum):
    """Where a meeting stands."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class MentorSlot(Versioned, Row):
    """A time somebody offers. `place` is a room or an address online, shown once a meeting is confirmed.

    `withdrawn_at` takes it out of the offers.
    """

    __tablename__ = "alumni_mentor_slot"
    __table_args__ = (
        UniqueConstraint("mentor_id", "starts_at"),
        Index(None, "starts_at", "id"),
        CheckConstraint("minutes BETWEEN 10 AND 480", name="minutes_range"),
    )

    mentor_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT")
    )
    starts_at: Mapped[datetime] = mapped_column(Utc())
    ends_at: Mapped[datetime] = mapped_column(Utc())
    minutes: Mapped[int] = mapped_column(Integer)
    topic: Mapped[str] = mapped_column(String(TOPIC_LENGTH), default="")
    place: Mapped[str] = mapped_column(String(300), default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)


class MentorBooking(Versioned, Row):
    """Somebody would like to meet at a time. `held_mark` is 1 while the time is taken: by one person at most."""

    __tablename__ = "alumni_mentor_booking"
    __table_args__ = (
        UniqueConstraint("slot_id", "held_mark"),
        Index(None, "student_id", "created_at"),
        Index(None, "state", "reminded_at"),
        CheckConstraint(
            "(state IN ('requested', 'confirmed') AND held_mark = 1)"
            " OR (state NOT IN ('requested', 'confirmed') AND held_mark IS NULL)",
            name="held_marked",
        ),
    )

    slot_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("alumni_mentor_slot.id", ondelete="CASCADE")
    )
    student_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT")
    )
    note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[BookingState] = mapped_column(
        enum_type(BookingState), default=BookingState.REQUESTED
    )
    held_mark: Mapped[int | None] = mapped_column(Integer, default=1)
    answered_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    reason: Mapped[str] = mapped_column(String(500), default="")
    reminded_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)


class MentorFeedback(Row):
    """What one of the two says about a meeting: 1 to 5, and words for the other one."""

    __tablename__ = "alumni_mentor_feedback"
    __table_args__ = (
        UniqueConstraint("booking_id", "by_id"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating_range"),
    )

    booking_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("alumni_mentor_booking.id", ondelete="CASCADE")
    )
    by_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT"), index=True
    )
    rating: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(String(1_000), default="")


constraint(
    "uq_alumni_mentor_slot_mentor_id_starts_at", _l("You offer this time already."), "starts_at"
)
constraint(
    "uq_alumni_mentor_booking_slot_id_held_mark",
    _l("Somebody else took this time a moment earlier. Choose another one."),
)
constraint("uq_alumni_mentor_feedback_booking_id_by_id", _l("You said what you think already."))
