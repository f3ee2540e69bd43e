"""What people were told, and how they want to be told."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Boolean, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.db.model import Row
from quad.core.db.types import BigId, Utc


class Notification(Row):
    """One line in one person's inbox. The words come from the kind and `data`, in the reader's language."""

    __tablename__ = "notifications_notification"
    __table_args__ = (
        Index("ix_notifications_notification_unread", "user_id", "read_at"),
        Index("ix_notifications_notification_newest", "user_id", "id"),
    )
    __audited__: ClassVar[bool] = False

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(60))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    url: Mapped[str] = mapped_column(String(300), default="")
    read_at: Mapped[datetime | None] = mapped_column(Utc())


class Preference(Row):
    """How one person wants to hear of one kind; without a row the kind's own default holds."""

    __tablename__ = "notifications_preference"
    __table_args__ = (UniqueConstraint("user_id", "kind"),)
    __audited__: ClassVar[bool] = False

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(60))
    in_app: Mapped[bool] = mapped_column(Boolean)
    by_mail: Mapped[bool] = mapped_column(Boolean)
