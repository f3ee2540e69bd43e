"""Exports that are too large for one answer: asked for, written by the worker, kept for a week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.db.model import Row
from quad.core.db.types import BigId, Utc
from quad.core.facts import Fact
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import NOTHING, Actor, Branches, Permission


class Export(Row):
    """One file of a list. `question` is the list's query string, `fixed` what its page's address said."""

    __tablename__ = "core_export"

    owner_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE"), index=True
    )
    list_name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(10))
    question: Mapped[str] = mapped_column(String(2000))
    fixed: Mapped[dict[str, Any]] = mapped_column(JSON)
    job_id: Mapped[int | None] = mapped_column(BigId, default=None)
    file_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("core_file.id", ondelete="SET NULL"), index=True, default=None
    )
    rows: Mapped[int] = mapped_column(Integer, default=0)
    finished_at: Mapped[datetime | None] = mapped_column(Utc(), default=None, index=True)


def _own(actor: Actor) -> Branches:
    return (Export.owner_id == actor.id,) if actor.id is not None else NOTHING


READ = Permission("core.export.read", _l("See one's own exports"), Export, _own)


@dataclass(frozen=True, kw_only=True)
class ExportAsked(Fact):
    export_id: int


@dataclass(frozen=True, kw_only=True)
class ExportReady(Fact):
    export_id: int
