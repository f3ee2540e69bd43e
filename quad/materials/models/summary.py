"""What machines make of materials: the text of a document by its pages, and its summary.

All of it can be made again from the file, so it stays out of the audit's before and after; that a teacher changed, hid
or asked for a summary is told by facts.
"""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.mysql import MEDIUMTEXT
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.db.model import Row, Versioned
from quad.core.db.types import BigId, Utc, enum_type

LONGEST_SUMMARY = 6_000
LONGEST_PROBLEM = 300


class SummaryState(enum.StrEnum):
    """How far a summary is. `none` says that there is nothing to summarise; `problem` tells why."""

    WAITING = "waiting"
    READY = "ready"
    NONE = "none"


class Maker(enum.StrEnum):
    """Who wrote a summary: the built-in one took sentences, a provider's model wrote, or a person did."""

    BUILTIN = "builtin"
    PROVIDER = "provider"
    PERSON = "person"


class Extract(Row):
    """What could be read of a version. `total` is how many pages it has, `problem` what could not be read and why."""

    __tablename__ = "materials_extract"
    __audited__: ClassVar[bool] = False

    version_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("materials_version.id", ondelete="CASCADE"), unique=True
    )
    total: Mapped[int] = mapped_column(Integer, default=0)
    words: Mapped[int] = mapped_column(Integer, default=0)
    problem: Mapped[str] = mapped_column(String(LONGEST_PROBLEM), default="")


class ExtractPage(Row):
    """The text of one page. `number` is None where a document has no pages one could turn to."""

    __tablename__ = "materials_page"
    __audited__: ClassVar[bool] = False
    __table_args__ = (UniqueConstraint("version_id", "place"),)

    version_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("materials_version.id", ondelete="CASCADE")
    )
    place: Mapped[int] = mapped_column(Integer)
    number: Mapped[int | None] = mapped_column(Integer, default=None)
    text: Mapped[str] = mapped_column(Text().with_variant(MEDIUMTEXT(), "mysql", "mariadb"))


class Summary(Versioned, Row):
    """The summary of a version.

    `points` are [sentence, page] in the order of the document, `questions` are [question, answer, page]. `made_at` is
    when the machine made it, `edited_at` when a person last changed the words. `job_id` shows how far it is.
    """

    __tablename__ = "materials_summary"
    __audited__: ClassVar[bool] = False

    version_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("materials_version.id", ondelete="CASCADE"), unique=True
    )
    state: Mapped[SummaryState] = mapped_column(
        enum_type(SummaryState), default=SummaryState.WAITING
    )
    maker: Mapped[Maker] = mapped_column(enum_type(Maker), default=Maker.BUILTIN)
    model: Mapped[str] = mapped_column(String(120), default="")
    points: Mapped[list[Any]] = mapped_column(JSON, default=list)
    terms: Mapped[list[Any]] = mapped_column(JSON, default=list)
    questions: Mapped[list[Any]] = mapped_column(JSON, default=list)
    language: Mapped[str] = mapped_column(String(12), default="")
    minutes: Mapped[int] = mapped_column(Integer, default=0)
    problem: Mapped[str] = mapped_column(String(LONGEST_PROBLEM), default="")
    hidden: Mapped[bool] = mapped_column(Boolean, default=False)
    made_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    edited_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    editor_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="SET NULL"), index=True, default=None
    )
    job_id: Mapped[int | None] = mapped_column(BigId, default=None)


class SummaryUse(Row):
    """What a provider's model was asked for in one month, in calls and tokens."""

    __tablename__ = "materials_summary_use"
    __audited__: ClassVar[bool] = False
    __table_args__ = (UniqueConstraint("month", "model"),)

    month: Mapped[date] = mapped_column(Date)
    model: Mapped[str] = mapped_column(String(120))
    calls: Mapped[int] = mapped_column(Integer, default=0)
    asked: Mapped[int] = mapped_column(BigInteger, default=0)
    answered: Mapped[int] = mapped_column(BigInteger, default=0)
