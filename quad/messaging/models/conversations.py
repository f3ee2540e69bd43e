"""Conversations of two people, what they wrote, and how each of them wants it."""

from __future__ import annotations

import enum
from datetime import datetime, time
from typing import ClassVar

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    Time,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from quad.core import clock
from quad.core.counters import counter
from quad.core.db.model import Row, SoftDeleted
from quad.core.db.types import BigId, Utc, enum_type
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l

LONGEST_TEXT = 5_000
KEY_LENGTH = 40


class ConversationState(enum.StrEnum):
    """Whether both may write. A `requested` one waits for the receiver, who knows its first message only."""

    OPEN = "open"
    REQUESTED = "requested"
    DECLINED = "declined"


class Box(enum.StrEnum):
    """Where a conversation stands for one of its two people; `away` is in no list."""

    INBOX = "inbox"
    REQUESTS = "requests"
    AWAY = "away"


class Conversation(Row):
    """Two people, the smaller number first, so that a pair has one conversation.

    `last_message_at` is kept by the database (models/triggers.py).
    """

    __tablename__ = "messaging_conversation"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        UniqueConstraint("low_id", "high_id"),
        Index(None, "high_id"),
        Index(None, "opener_id", "created_at"),
        CheckConstraint("low_id < high_id", name="ordered"),
    )

    low_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="RESTRICT"))
    high_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="RESTRICT"))
    opener_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT")
    )
    state: Mapped[ConversationState] = mapped_column(
        enum_type(ConversationState), default=ConversationState.OPEN
    )
    last_message_at: Mapped[datetime] = mapped_column(Utc(), default=clock.now)


class Side(Row):
    """A conversation as one of its two people has it.

    `unread` and `last_message_at` are kept by the database. `waiting_since` is when the first unread message came,
    until it is read or a letter went out.
    """

    __tablename__ = "messaging_side"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        UniqueConstraint("conversation_id", "person_id"),
        Index(None, "person_id", "box", "last_message_at", "id"),
        Index(None, "person_id", "unread"),
        Index(None, "other_id"),
        Index(None, "waiting_since"),
    )

    conversation_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("messaging_conversation.id", ondelete="RESTRICT")
    )
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT")
    )
    other_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT")
    )
    box: Mapped[Box] = mapped_column(enum_type(Box), default=Box.INBOX)
    unread: Mapped[int] = mapped_column(Integer, default=0)
    muted: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    last_message_at: Mapped[datetime] = mapped_column(Utc(), default=clock.now)
    waiting_since: Mapped[datetime | None] = mapped_column(Utc(), default=None)


class Message(SoftDeleted, Row):
    """What one of the two wrote. `side_id` is the receiver's side, which counts it until `read_at`.

    Rows are added; a change keeps what stood there (`Revision`), and taking back leaves an empty row. `key` names the
    writing of it, so that sending a form twice sends once.
    """

    __tablename__ = "messaging_message"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        UniqueConstraint("sender_id", "key"),
        Index(None, "conversation_id", "id"),
        Index(None, "conversation_id", "created_at"),
        Index(None, "conversation_id", "updated_at"),
        Index(None, "side_id", "read_at"),
    )

    conversation_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("messaging_conversation.id", ondelete="RESTRICT")
    )
    sender_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT")
    )
    side_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("messaging_side.id", ondelete="RESTRICT")
    )
    text: Mapped[str] = mapped_column(Text, default="")
    key: Mapped[str | None] = mapped_column(String(KEY_LENGTH), default=None)
    delivered_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    read_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    edited_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)


class Revision(Row):
    """What a message said before it was changed or taken back. No page shows it; its writer gets it with their data."""

    __tablename__ = "messaging_revision"
    __audited__: ClassVar[bool] = False

    message_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("messaging_message.id", ondelete="CASCADE"), index=True
    )
    text: Mapped[str] = mapped_column(Text)


class Attachment(Row):
    """A file that came with a message."""

    __tablename__ = "messaging_attachment"
    __audited__: ClassVar[bool] = False

    message_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("messaging_message.id", ondelete="CASCADE"), index=True
    )
    file_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("core_file.id", ondelete="RESTRICT"), index=True
    )


class MessagingWish(Row):
    """How one person wants messages; without a row the defaults hold.

    `presence` lets the other one of a conversation see that the person is here. Between `quiet_from` and `quiet_until`,
    by the person's own clock, no letter goes out.
    """

    __tablename__ = "messaging_wish"
    __audited__: ClassVar[bool] = False

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE"), unique=True
    )
    receipts: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    requests: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    presence: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    quiet_from: Mapped[time | None] = mapped_column(Time, default=None)
    quiet_until: Mapped[time | None] = mapped_column(Time, default=None)


class Presence(Row):
    """When one of a person's pages was open last, to the minute or so; others see it as their wishes allow."""

    __tablename__ = "messaging_presence"
    __audited__: ClassVar[bool] = False

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE"), unique=True
    )
    here_at: Mapped[datetime] = mapped_column(Utc())


UNREAD = counter(Side.unread, Message.side_id, while_null=(Message.read_at,))

constraint(
    "uq_messaging_conversation_low_id_high_id",
    _l("You two began a conversation at the same moment. Send it once more."),
)
constraint("uq_messaging_message_sender_id_key", _l("This message was sent already."))
