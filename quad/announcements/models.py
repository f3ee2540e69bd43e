"""Announcements: what is said, to whom, and who has seen it."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from quad.academics.models.teaching import Offering
from quad.audience.models import Audience
from quad.core.counters import counter
from quad.core.db.model import Row, SoftDeleted, Versioned
from quad.core.db.types import BigId, NormalisedKey, Utc, enum_type
from quad.core.db.views import view
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l
from quad.identity.models.accounts import SORT_LENGTH, User

TITLE_LENGTH = 160
ONE_TARGET = (
    "(CASE WHEN audience_id IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN offering_id IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN mentor_id IS NULL THEN 0 ELSE 1 END) = 1"
)


class AnnouncementState(enum.StrEnum):
    """How far an announcement is. Whether a published one is over, its end says."""

    DRAFT = "draft"
    WAITING = "waiting"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Priority(enum.StrEnum):
    """How much an announcement presses."""

    NORMAL = "normal"
    IMPORTANT = "important"
    URGENT = "urgent"


class Announcement(SoftDeleted, Versioned, Row):
    """One announcement. `body` is Markdown. It is meant for an audience, for everybody in an offering, or for the
    students of a mentor: for exactly one of them.

    `rank` is the place in lists: pinned before others, then by priority, then the newest (`service.standing.rank_of`).
    `begins_at` None means as soon as it is published. `told`, `unseen`, `unacknowledged` and `commented` are counted
    by the database.
    """

    __tablename__ = "announcements_announcement"
    __table_args__ = (
        CheckConstraint(ONE_TARGET, name="one_target"),
        Index(None, "state", "rank", "id"),
        Index(None, "state", "begins_at"),
        Index(None, "rank", "id"),
        Index(None, "sort_title", "id"),
        Index(None, "author_id", "rank", "id"),
        Index(None, "audience_id", "state", "rank"),
        Index(None, "offering_id", "state", "rank"),
        Index(None, "mentor_id", "state", "rank"),
    )

    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    sort_title: Mapped[str] = mapped_column(NormalisedKey(TITLE_LENGTH * 2))
    body: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT")
    )
    state: Mapped[AnnouncementState] = mapped_column(
        enum_type(AnnouncementState, name="state"), default=AnnouncementState.DRAFT
    )
    priority: Mapped[Priority] = mapped_column(
        enum_type(Priority, name="priority"), default=Priority.NORMAL
    )
    pinned: Mapped[bool] = mapped_column(Boolean, default=False)
    rank: Mapped[int] = mapped_column(BigInteger, default=0)
    begins_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    ends_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    published_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    audience_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey(Audience.id, ondelete="RESTRICT"), default=None
    )
    offering_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey(Offering.id, ondelete="RESTRICT"), default=None
    )
    mentor_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT"), default=None
    )
    acknowledge: Mapped[bool] = mapped_column(Boolean, default=False)
    comments: Mapped[bool] = mapped_column(Boolean, default=False)
    refusal: Mapped[str] = mapped_column(String(1000), default="")
    told: Mapped[int] = mapped_column(Integer, default=0)
    unseen: Mapped[int] = mapped_column(Integer, default=0)
    unacknowledged: Mapped[int] = mapped_column(Integer, default=0)
    commented: Mapped[int] = mapped_column(Integer, default=0)

    @property
    def mentees(self) -> bool:
        """Tell whether it is for the students of a mentor."""
        return self.mentor_id is not None


class Attachment(Row):
    """A file that goes with an announcement."""

    __tablename__ = "announcements_attachment"
    __table_args__ = (Index(None, "announcement_id", "id"),)

    announcement_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("announcements_announcement.id", ondelete="CASCADE")
    )
    file_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("core_file.id", ondelete="RESTRICT"), index=True
    )


class Recipient(Row):
    """One person who was told of an announcement, or opened it: once each, so nobody is told twice."""

    __tablename__ = "announcements_recipient"
    __table_args__ = (
        UniqueConstraint("announcement_id", "user_id"),
        Index(None, "announcement_id", "sort_name", "id"),
        Index("ix_announcements_recipient_open", "user_id", "acknowledged_at", "announcement_id"),
    )

    announcement_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("announcements_announcement.id", ondelete="RESTRICT")
    )
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="RESTRICT"))
    sort_name: Mapped[str] = mapped_column(NormalisedKey(SORT_LENGTH))
    seen_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    acknowledged_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)


class AnnouncementComment(SoftDeleted, Row):
    """Something said below an announcement."""

    __tablename__ = "announcements_comment"
    __table_args__ = (Index(None, "announcement_id", "id"),)

    announcement_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("announcements_announcement.id", ondelete="RESTRICT")
    )
    author_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT"), index=True
    )
    text: Mapped[str] = mapped_column(String(2000))


counter(Announcement.told, Recipient.announcement_id)
counter(Announcement.unseen, Recipient.announcement_id, while_null=(Recipient.seen_at,))
counter(
    Announcement.unacknowledged,
    Recipient.announcement_id,
    while_null=(Recipient.acknowledged_at,),
)
counter(Announcement.commented, AnnouncementComment.announcement_id)
constraint("uq_announcements_recipient_announcement_id_user_id", _l("Reload the page once more."))

_REACHED: Any = (
    select(
        Announcement.id.label("announcement_id"),
        Announcement.title.label("title"),
        User.full_name.label("author"),
        Announcement.priority.label("priority"),
        Announcement.pinned.label("pinned"),
        Announcement.published_at.label("published_at"),
        Announcement.ends_at.label("ends_at"),
        Announcement.told.label("told"),
        (Announcement.told - Announcement.unseen).label("seen"),
        Announcement.acknowledge.label("acknowledgement_asked"),
        (Announcement.told - Announcement.unacknowledged).label("acknowledged"),
        Announcement.commented.label("comments"),
    )
    .join(User, User.id == Announcement.author_id)
    .where(
        Announcement.state == AnnouncementState.PUBLISHED,
        Announcement.deleted_at.is_(None),
    )
)
REACH_VIEW = view(
    "vw_announcement_reach",
    _REACHED,
    about="Published announcements with how many people were told, have seen and have acknowledged them.",
    columns={
        "announcement_id": "Number of the announcement",
        "title": "Title",
        "author": "Name of who wrote it",
        "priority": "normal, important or urgent",
        "pinned": "Whether it stands above the others",
        "published_at": "When it was published (UTC)",
        "ends_at": "Until when it is shown (UTC); empty without an end",
        "told": "People who were told of it",
        "seen": "Of those, people who opened it",
        "acknowledgement_asked": "Whether people are asked to confirm that they read it",
        "acknowledged": "People who confirmed",
        "comments": "Comments below it",
    },
)
