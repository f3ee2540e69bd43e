"""Every letter that leaves, with what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint, false
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.db.model import Row
from quad.core.db.types import BigId, Utc, enum_type

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

    Of a `private` one not even the log of mails tells.
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


class MailAttachment(Row):
    """A file that goes with a letter. When the file is deleted, a letter still under way goes without it."""

    __tablename__ = "core_mail_attachment"
    __audited__: ClassVar[bool] = False
    __table_args__ = (UniqueConstraint("mail_id", "file_id"),)

    mail_id: Mapped[int] = mapped_column(BigId, ForeignKey("core_mail.id", ondelete="CASCADE"))
    file_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("core_file.id", ondelete="CASCADE"), index=True
    )
