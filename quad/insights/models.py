"""Saved reports: whose they are, with whom they are shared, when they are sent, and what became of that."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.db.model import Row, SoftDeleted, Versioned
from quad.core.db.types import BigId, NormalisedKey, Utc, enum_type
from quad.identity.models.accounts import Role

NAME_LENGTH = 120
EVERYWHERE = 0  # the department of a share that reaches the whole institution


class Rhythm(enum.StrEnum):
    """How often a report is sent."""

    NONE = "none"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Recipients(enum.StrEnum):
    """To whom a report is sent."""

    OWNER = "owner"
    SHARED = "shared"


class SavedReport(Versioned, SoftDeleted, Row):
    """One report. `definition` is as `forms.reports.Definition` writes it; `source` is copied out of it.

    `next_on` is the day of the next mail. `failure` is the sentence the owner was told when it could not be sent;
    it is emptied when the report works again.
    """

    __tablename__ = "insights_saved_report"
    __table_args__ = (
        Index(None, "owner_id", "sort_name", "id"),
        Index(None, "next_on", "id"),
        Index(None, "sort_name", "id"),
    )

    owner_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    sort_name: Mapped[str] = mapped_column(NormalisedKey(NAME_LENGTH * 3))
    note: Mapped[str] = mapped_column(String(300), default="")
    source: Mapped[str] = mapped_column(String(60))
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    rhythm: Mapped[Rhythm] = mapped_column(enum_type(Rhythm), default=Rhythm.NONE)
    recipients: Mapped[Recipients] = mapped_column(enum_type(Recipients), default=Recipients.OWNER)
    file_format: Mapped[str] = mapped_column(String(10), default="xlsx")
    next_on: Mapped[date | None] = mapped_column(Date, default=None)
    failure: Mapped[str] = mapped_column(String(500), default="")


class ReportShare(Row):
    """Holders of `role` (in one department, or everywhere: 0) may open the report."""

    __tablename__ = "insights_report_share"
    __table_args__ = (
        UniqueConstraint("report_id", "role", "department_id"),
        Index(None, "role", "department_id", "report_id"),
    )

    report_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("insights_saved_report.id", ondelete="CASCADE")
    )
    role: Mapped[Role] = mapped_column(enum_type(Role))
    department_id: Mapped[int] = mapped_column(BigId, default=EVERYWHERE)


class ReportMute(Row):
    """Somebody who does not want the mails of a report."""

    __tablename__ = "insights_report_mute"
    __table_args__ = (UniqueConstraint("report_id", "user_id"),)

    report_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("insights_saved_report.id", ondelete="CASCADE")
    )
    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE"), index=True
    )


class DeliveryState(enum.StrEnum):
    """What became of one mail of a report."""

    SENT = "sent"
    FAILED = "failed"


class ReportDelivery(Row):
    """One report to one person for one day; the unique keeps a second mail away. `file_id` is kept for some weeks."""

    __tablename__ = "insights_report_delivery"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        UniqueConstraint("report_id", "due_on", "user_id"),
        Index(None, "created_at", "id"),
    )

    report_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("insights_saved_report.id", ondelete="CASCADE")
    )
    due_on: Mapped[date] = mapped_column(Date)
    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[DeliveryState] = mapped_column(enum_type(DeliveryState))
    rows: Mapped[int] = mapped_column(Integer, default=0)
    sentence: Mapped[str] = mapped_column(String(500), default="")
    file_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("core_file.id", ondelete="SET NULL"), index=True, default=None
    )
    sent_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
