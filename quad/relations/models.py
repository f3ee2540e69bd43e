"""Who follows, blocks and reports whom. Two people who follow each other are connected."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.db.model import Row
from quad.core.db.types import BigId, Utc, enum_type
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l


class Reason(enum.StrEnum):
    """Why something is reported."""

    HARASSMENT = "harassment"
    FALSE_IDENTITY = "false_identity"
    SPAM = "spam"
    UNSUITABLE = "unsuitable"
    OTHER = "other"


class ReportState(enum.StrEnum):
    """What became of a report."""

    OPEN = "open"
    ACTED = "acted"
    DISMISSED = "dismissed"


class Follow(Row):
    """One person hears of another. Two rows that mirror each other are a connection."""

    __tablename__ = "relations_follow"
    __table_args__ = (
        UniqueConstraint("follower_id", "followed_id"),
        Index(None, "followed_id", "follower_id"),
        CheckConstraint("follower_id <> followed_id", name="not_oneself"),
    )

    follower_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE")
    )
    followed_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE")
    )


class Block(Row):
    """One person wants nothing to do with another: neither meets the other any more."""

    __tablename__ = "relations_block"
    __table_args__ = (
        UniqueConstraint("blocker_id", "blocked_id"),
        Index(None, "blocked_id", "blocker_id"),
        CheckConstraint("blocker_id <> blocked_id", name="not_oneself"),
    )

    blocker_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE")
    )
    blocked_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE")
    )


class Report(Row):
    """Somebody says that a person, or something a person made, does not belong here.

    `subject_type` and `subject_id` name the thing ("user" and the person's number for a person), `person_id` whose it
    is. The floors above report their own things.
    """

    __tablename__ = "relations_report"
    __table_args__ = (
        UniqueConstraint("reporter_id", "subject_type", "subject_id", "open_mark"),
        Index(None, "state", "created_at", "id"),
        Index(None, "created_at", "id"),
        CheckConstraint(
            "(state = 'open' AND open_mark = 1) OR (state <> 'open' AND open_mark IS NULL)",
            name="open_marked",
        ),
    )

    reporter_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE")
    )
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE"), index=True
    )
    subject_type: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int] = mapped_column(BigId)
    title: Mapped[str] = mapped_column(String(200), default="")
    url: Mapped[str] = mapped_column(String(300), default="")
    reason: Mapped[Reason] = mapped_column(enum_type(Reason))
    text: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[ReportState] = mapped_column(enum_type(ReportState), default=ReportState.OPEN)
    # 1 while the report is open, so that one person has one open report of a thing.
    open_mark: Mapped[int | None] = mapped_column(default=1)
    decided_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    decided_by_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="SET NULL"), index=True, default=None
    )
    outcome: Mapped[str] = mapped_column(String(500), default="")


constraint("uq_relations_follow_follower_id_followed_id", _l("You follow this person already."))
constraint("uq_relations_block_blocker_id_blocked_id", _l("You block this person already."))
constraint(
    "uq_relations_report_reporter_id_subject_type_subject_id_open_mark",
    _l("You reported this already. An administrator looks at it."),
)
