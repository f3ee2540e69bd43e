"""What people say about themselves, what they may look back on, and copies of all that is kept about them."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.db.model import Row, Versioned
from quad.core.db.types import BigId, Utc, enum_type


def photo_path(user_id: int, mark: str) -> str:
    """Return the address of a person's small photo; nothing without a mark."""
    return f"/people/{user_id}/photo/{mark}" if mark else ""


class Profile(Versioned, Row):
    """What a person adds to the account. `links` are web addresses; the two photos are squares of one picture."""

    __tablename__ = "identity_profile"

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE"), unique=True
    )
    pronouns: Mapped[str] = mapped_column(String(40), default="")
    bio: Mapped[str] = mapped_column(Text, default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    links: Mapped[list[Any]] = mapped_column(JSON, default=list)
    photo_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("core_file.id", ondelete="SET NULL"), default=None, index=True
    )
    small_photo_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("core_file.id", ondelete="SET NULL"), default=None, index=True
    )


class SecurityKind(enum.StrEnum):
    """What a person's security log tells of."""

    SIGNED_IN = "signed_in"
    NEW_DEVICE = "new_device"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    LOCKED = "locked"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a word of the log
    PASSWORD_ASKED = "password_asked"  # noqa: S105 - a word of the log
    PASSWORD_GIVEN = "password_given"  # noqa: S105 - a word of the log
    EMAIL_ASKED = "email_asked"
    EMAIL_CHANGED = "email_changed"
    EMAIL_KEPT = "email_kept"
    TOKEN_MADE = "token_made"  # noqa: S105 - a word of the log
    TOKEN_ENDED = "token_ended"  # noqa: S105 - a word of the log
    TOKEN_REUSED = "token_reused"  # noqa: S105 - a word of the log
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    RECOVERY_MADE = "recovery_made"
    RECOVERY_USED = "recovery_used"
    PROVIDER_LINKED = "provider_linked"
    PROVIDER_UNLINKED = "provider_unlinked"
    DATA_ASKED = "data_asked"
    DELETION_ASKED = "deletion_asked"
    DELETION_UNDONE = "deletion_undone"


class SecurityEvent(Row):
    """One line of a person's security log: what, when, with which device and from which address.

    A refused sign-in with a name nobody has is written as well, for nobody, so that the work done tells nothing.
    """

    __tablename__ = "identity_security_event"
    __audited__ = False
    __table_args__ = (
        Index("ix_identity_security_event_of", "user_id", "id"),
        Index("ix_identity_security_event_at", "created_at", "id"),
    )

    user_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE"), default=None
    )
    kind: Mapped[SecurityKind] = mapped_column(enum_type(SecurityKind))
    ip: Mapped[str] = mapped_column(String(45), default="")
    user_agent: Mapped[str] = mapped_column(String(300), default="")


class OwnDataCopy(Row):
    """A copy of everything kept about a person, as a file that only they may open, until `expires_at`."""

    __tablename__ = "identity_own_data_copy"

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE"), index=True
    )
    job_id: Mapped[int | None] = mapped_column(BigId, default=None)
    file_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("core_file.id", ondelete="SET NULL"), default=None, index=True
    )
    size: Mapped[int] = mapped_column(Integer, default=0)
    finished_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    expires_at: Mapped[datetime] = mapped_column(Utc(), index=True)
