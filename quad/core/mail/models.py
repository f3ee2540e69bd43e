"""Every letter that leaves, with what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import (
    JSON,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.db.model import Row
from quad.core.db.types import BigId, NormalisedKey, Utc, enum_type

LongText = Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")
ANSWER_LENGTH = 1000


class MailState(StrEnum):
    """Where a letter is. `sending` means its text is on the wire, `failed` will be tried again."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DEAD = "dead"


class Mail(Row):
    """One letter to one address. The Message-ID is fixed here, so a repeated letter can be recognised.

    Of a `private` one not even the log of mails tells. `headers` are what it says beside the usual ones, such as
    `List-Unsubscribe`. `bounced_at` is when the addressee's server turned out not to take it, at once or later.
    """

    __tablename__ = "core_mail"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        UniqueConstraint("key"),
        UniqueConstraint("message_id"),
        Index(None, "created_at", "id"),
        Index(None, "state", "id"),
        Index(None, "address", "id"),
    )

    template: Mapped[str] = mapped_column(String(120))
    key: Mapped[str | None] = mapped_column(String(200), default=None)
    name: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(254))
    sender: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(300))
    body_text: Mapped[str | None] = mapped_column(LongText, info={"secret": True})
    body_html: Mapped[str | None] = mapped_column(LongText, info={"secret": True})
    language: Mapped[str] = mapped_column(String(20), default="en")
    secret: Mapped[bool] = mapped_column(Boolean, default=False)
    private: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    message_id: Mapped[str] = mapped_column(String(200))
    state: Mapped[MailState] = mapped_column(enum_type(MailState), default=MailState.QUEUED)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    uncertain: Mapped[int] = mapped_column(Integer, default=0)
    answer: Mapped[str] = mapped_column(String(ANSWER_LENGTH), default="")
    sent_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    headers: Mapped[dict[str, str] | None] = mapped_column(JSON, default=None)
    bounced_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)


class MailAttachment(Row):
    """A file that goes with a letter. When the file is deleted, a letter still under way goes without it."""

    __tablename__ = "core_mail_attachment"
    __audited__: ClassVar[bool] = False
    __table_args__ = (UniqueConstraint("mail_id", "file_id"),)

    mail_id: Mapped[int] = mapped_column(BigId, ForeignKey("core_mail.id", ondelete="CASCADE"))
    file_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("core_file.id", ondelete="CASCADE"), index=True
    )


class MailAddress(Row):
    """An address that was refused for good. Nothing goes to a suppressed one until somebody lifts it.

    `refusals` counts those in a row; a letter that is taken sets it back.
    """

    __tablename__ = "core_mail_address"
    __audited__: ClassVar[bool] = False
    __table_args__ = (Index(None, "suppressed_at", "id"), Index(None, "last_at", "id"))

    address: Mapped[str] = mapped_column(NormalisedKey(254), unique=True)
    refusals: Mapped[int] = mapped_column(Integer, default=0)
    reason: Mapped[str] = mapped_column(String(ANSWER_LENGTH), default="")
    last_at: Mapped[datetime] = mapped_column(Utc())
    suppressed_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
