"""Who did what, when, from where, and what it changed. Rows are only ever added."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.dialects.mysql import MEDIUMBLOB
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.db.model import Model, Row
from quad.core.db.types import BigId, Utc
from quad.core.live import SEQUENCED_TABLE, Sequenced


def action_of(fact: type) -> str:
    """Name a fact as its entries have it: "MarksPublished" is "marks published"."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", fact.__name__).lower()


class AuditEntry(Sequenced, Row):
    """One fact with the changes it made; `action` is the fact's name in words, `role` the one the actor worked as."""

    __tablename__ = "audit_entry"
    __audited__: ClassVar[bool] = False

    actor_id: Mapped[int | None] = mapped_column(BigId)
    action: Mapped[str] = mapped_column(String(80))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    address: Mapped[str] = mapped_column(String(45), default="")
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    request_id: Mapped[str] = mapped_column(String(64), default="")
    role: Mapped[str] = mapped_column(String(20), default="", server_default="")

    __table_args__ = (
        Index("ix_audit_entry_actor", "actor_id", "id"),
        Index("ix_audit_entry_action", "action", "id"),
        Index("ix_audit_entry_at", "created_at", "id"),
        Index("ix_audit_entry_request", "request_id"),
        SEQUENCED_TABLE,
    )


class AuditSubject(Model):
    """A thing an entry is about, so that its history is found. Follows from the entry (`kinds.subjects_of`)."""

    __tablename__ = "audit_subject"
    __audited__: ClassVar[bool] = False
    __table_args__ = (Index(None, "entry_id"),)

    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    row_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("audit_entry.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )


class AuditSeal(Row):
    """Proof of a run of entries. `hash` covers the hash before it, so no run can be taken out unseen.

    `digests` holds eight bytes of number and sixteen of digest per entry, so that a changed entry can be named. `mac`
    is keyed with the installation's secret: who can write to the database alone cannot forge it. With `dropped_at` set
    the entries are gone by retention and the hash still holds the chain together.
    """

    __tablename__ = "audit_seal"
    __audited__: ClassVar[bool] = False

    first_seq: Mapped[int] = mapped_column(BigInteger, unique=True)
    last_seq: Mapped[int] = mapped_column(BigInteger)
    newest_at: Mapped[datetime] = mapped_column(Utc(), index=True)
    digests: Mapped[bytes] = mapped_column(LargeBinary().with_variant(MEDIUMBLOB, "mysql"))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    mac: Mapped[str] = mapped_column(String(64))
    dropped_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
