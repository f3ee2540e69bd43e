"""Coding platforms, and which account a student has on each."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, String
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.db.model import Row, Versioned
from quad.core.db.types import BigId, NormalisedKey, Utc
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l

KEY_LENGTH = 40
HANDLE_LENGTH = 60
CODE_LENGTH = 24
WHOLE = 100  # percent
HEAVIEST = 1_000


class Platform(Versioned, Row):
    """A place where students solve problems. The usual ones get their row when they are needed first (kinds.py).

    `key` is its word on the wire. `profile_url` has `{handle}` in it. `weight` is in percent: what a solved problem
    counts here in the score. On one that is not `open` nobody links an account any more.
    """

    __tablename__ = "coding_platform"
    __table_args__ = (
        Unique("key"),
        Index(None, "position", "id"),
        CheckConstraint(f"weight BETWEEN 0 AND {HEAVIEST}", name="weight_range"),
    )

    key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    name: Mapped[str] = mapped_column(String(80))
    handle_pattern: Mapped[str] = mapped_column(String(200))
    handle_hint: Mapped[str] = mapped_column(String(200), default="")
    profile_url: Mapped[str] = mapped_column(String(200), default="")
    weight: Mapped[int] = mapped_column(Integer, default=WHOLE)
    position: Mapped[int] = mapped_column(Integer, default=0)
    open: Mapped[bool] = mapped_column(Boolean, default=True)


class CodingAccount(Versioned, Row):
    """A student's account on a platform. Unlinking keeps the row and its snapshots; linking again revives it.

    `proof_code` is what the student shows in the public profile to prove whose it is; `proved_at` says it was seen.
    `linked_on` is a day in the institution's zone.
    """

    __tablename__ = "coding_account"
    __table_args__ = (
        Unique("student_id", "platform_id"),
        Index(None, "platform_id", "username_key"),
        Index(None, "unlinked_at", "id"),
    )

    student_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_student.id", ondelete="RESTRICT")
    )
    platform_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("coding_platform.id", ondelete="RESTRICT")
    )
    username: Mapped[str] = mapped_column(String(HANDLE_LENGTH))
    username_key: Mapped[str] = mapped_column(NormalisedKey(HANDLE_LENGTH * 3))
    linked_on: Mapped[date] = mapped_column(Date)
    proof_code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    proved_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    unlinked_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)

    @property
    def is_active(self) -> bool:
        """Tell whether it is linked now."""
        return self.unlinked_at is None


class CodingProfile(Row):
    """What a student decided about coding: `hide_name` keeps the name from other students in leaderboards."""

    __tablename__ = "coding_profile"
    __table_args__ = (Unique("student_id"),)

    student_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_student.id", ondelete="CASCADE")
    )
    hide_name: Mapped[bool] = mapped_column(Boolean, default=False)


constraint("uq_coding_platform_key", _l("There is a platform of this name already."), "name")
constraint(
    "uq_coding_account_student_id_platform_id",
    _l("An account on this platform was linked just now."),
    "username",
)
constraint("uq_coding_profile_student_id", _l("This was changed just now. Please try again."))
