"""Documents the institution has given out, and the numbers they bear."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.db.model import Id, Model, Row
from quad.core.db.types import BigId, NormalisedKey, Utc


class DocumentSeries(Model):
    """The last number given in one kind and year."""

    __tablename__ = "academics_document_series"
    __audited__ = False
    __table_args__ = (UniqueConstraint("kind", "year"),)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(40))
    year: Mapped[int] = mapped_column(Integer)
    last: Mapped[int] = mapped_column(Integer, default=0)


class DocumentBatch(Row):
    """Documents of one kind for many students, made by the worker and handed out as one ZIP to who asked.

    `skipped` are the students for whom there was nothing to issue.
    """

    __tablename__ = "academics_document_batch"
    __table_args__ = (Index(None, "owner_id", "id"), Index(None, "expires_at"))

    kind: Mapped[str] = mapped_column(String(40))
    owner_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="CASCADE"))
    term_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("institution_term.id", ondelete="SET NULL"), default=None
    )
    student_ids: Mapped[list[int]] = mapped_column(JSON)
    skipped: Mapped[list[int]] = mapped_column(JSON, default=list)
    total: Mapped[int] = mapped_column(Integer)
    language: Mapped[str] = mapped_column(String(20), default="en")
    job_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("core_job.id", ondelete="SET NULL"), default=None
    )
    file_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("core_file.id", ondelete="SET NULL"), default=None
    )
    finished_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    expires_at: Mapped[datetime] = mapped_column(Utc())


class IssuedDocument(Row):
    """One document that was given out; `created_by` and `created_at` say by whom and when.

    `serial` is what is printed on it and `serial_key` what is compared. `holder` is the student's name as it stands on
    the paper. `public_lines` are further pairs of label and text that whoever holds the paper may check. `sha256` is
    of the file; it stays when the file goes. Both are empty only while a batch is making the document.
    """

    __tablename__ = "academics_document"
    __table_args__ = (
        UniqueConstraint("serial_key"),
        UniqueConstraint("kind", "year", "number"),
        Index(None, "student_id", "id"),
        Index(None, "batch_id", "id"),
        Index(None, "sha256"),
        Index(None, "created_by"),
        Index(None, "issued_on", "id"),
        Index(None, "holder_key", "id"),
        Index(None, "kind", "issued_on", "id"),
    )

    serial: Mapped[str] = mapped_column(String(60))
    serial_key: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(40))
    year: Mapped[int] = mapped_column(Integer)
    number: Mapped[int] = mapped_column(Integer)
    student_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_student.id", ondelete="RESTRICT")
    )
    holder: Mapped[str] = mapped_column(String(160))
    holder_key: Mapped[str] = mapped_column(NormalisedKey(180))
    issued_on: Mapped[date] = mapped_column(Date)
    public_lines: Mapped[list[Any]] = mapped_column(JSON, default=list)
    sha256: Mapped[str | None] = mapped_column(String(64), default=None)
    file_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("core_file.id", ondelete="RESTRICT"), default=None
    )
    batch_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("academics_document_batch.id", ondelete="SET NULL"), default=None
    )
    revoked_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    revoked_by: Mapped[int | None] = mapped_column(BigId, default=None)
    revoked_reason: Mapped[str] = mapped_column(String(300), default="")
