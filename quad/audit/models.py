"""Who did what, when, from where, and what it changed. Rows are only ever added."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.db.model import Row
from quad.core.db.types import BigId
from quad.core.live import SEQUENCED_TABLE, Sequenced


class AuditEntry(Sequenced, Row):
    """One fact with the changes it made; `action` is the fact's name in words with dots."""

    __tablename__ = "audit_entry"
    __audited__: ClassVar[bool] = False

    actor_id: Mapped[int | None] = mapped_column(BigId)
    action: Mapped[str] = mapped_column(String(80))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    address: Mapped[str] = mapped_column(String(45), default="")
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    request_id: Mapped[str] = mapped_column(String(64), default="")

    __table_args__ = (
        Index("ix_audit_entry_actor", "actor_id", "id"),
        Index("ix_audit_entry_action", "action", "id"),
        Index("ix_audit_entry_at", "created_at", "id"),
        SEQUENCED_TABLE,
    )
