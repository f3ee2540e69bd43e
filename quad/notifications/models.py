"""What people were told, how they want to be told, and what waits to be mailed."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.db.model import Row
from quad.core.db.types import BigId, Utc, enum_type


class MailRhythm(enum.StrEnum):
    """How soon mail comes: each thing at once, together once a day or week, or never."""

    INSTANT = "instant"
    DAILY = "daily"
    WEEKLY = "weekly"
    OFF = "off"


class Notification(Row):
    """One line in one person's inbox. The words come from the kind and `data`, in the reader's language."""

    __tablename__ = "notifications_notification"
    __table_args__ = (
        Index("ix_notifications_notification_unread", "user_id", "read_at"),
        Index("ix_notifications_notification_newest", "user_id", "id"),
        Index("ix_notifications_notification_kind", "user_id", "kind", "id"),
    )
    __audited__: ClassVar[bool] = False

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(60))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    url: Mapped[str] = mapped_column(String(300), default="")
    read_at: Mapped[datetime | None] = mapped_column(Utc())


class Preference(Row):
    """How one person wants to hear of one kind; without a row the kind's own default holds.

    `stopped` is how its mail came before the link in a mail stopped it, so that undoing brings back the same.
    """

    __tablename__ = "notifications_preference"
    __table_args__ = (UniqueConstraint("user_id", "kind"),)
    __audited__: ClassVar[bool] = False

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(60))
    in_app: Mapped[bool] = mapped_column(Boolean)
    mail: Mapped[MailRhythm] = mapped_column(
        enum_type(MailRhythm, name="mail"), default=MailRhythm.OFF, server_default="off"
    )
    stopped: Mapped[MailRhythm | None] = mapped_column(
        enum_type(MailRhythm, name="stopped"), default=None
    )


class Habit(Row):
    """When mail may come to one person, by the clock of their own zone; without a row the defaults hold.

    Quiet hours are minutes after midnight, and may run over it; with both None there are none. `digest_day` is the day
    of the weekly mail, 0 for Monday.
    """

    __tablename__ = "notifications_habit"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name="quiet_both"),
        CheckConstraint("digest_hour BETWEEN 0 AND 23", name="an_hour"),
        CheckConstraint("digest_day BETWEEN 0 AND 6", name="a_day"),
    )

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE"), unique=True
    )
    quiet_from: Mapped[int | None] = mapped_column(Integer, default=None)
    quiet_until: Mapped[int | None] = mapped_column(Integer, default=None)
    digest_hour: Mapped[int] = mapped_column(Integer, default=8)
    digest_day: Mapped[int] = mapped_column(Integer, default=0)


class Held(Row):
    """Something to be mailed together with other things, not before `due_at`; gone once that mail is written."""

    __tablename__ = "notifications_held"
    __table_args__ = (Index(None, "due_at", "user_id"), Index(None, "user_id", "due_at", "id"))
    __audited__: ClassVar[bool] = False

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(60))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    url: Mapped[str] = mapped_column(String(300), default="")
    private: Mapped[bool] = mapped_column(Boolean, default=False)
    rhythm: Mapped[MailRhythm] = mapped_column(enum_type(MailRhythm, name="rhythm"))
    due_at: Mapped[datetime] = mapped_column(Utc())
