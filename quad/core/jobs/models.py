"""The outbox: work that was promised in a transaction and is performed by the worker."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import JSON, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quad.core import clock
from quad.core.db.model import Row
from quad.core.db.types import Utc, enum_type

ERROR_LENGTH = 2000


class JobState(StrEnum):
    """Where a job is. `failed` will be tried again, `dead` waits for a person."""

    QUEUED = "queued"
    RUNNING = "running"
    FAILED = "failed"
    DONE = "done"
    DEAD = "dead"


UNFINISHED = (JobState.QUEUED, JobState.RUNNING, JobState.FAILED)


class Job(Row):
    __tablename__ = "core_job"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        UniqueConstraint("key"),
        Index(None, "state", "run_at"),
        Index(None, "state", "leased_until"),
        Index(None, "lane", "state", "id"),
        Index(None, "state", "finished_at"),
    )

    kind: Mapped[str] = mapped_column(String(80))
    lane: Mapped[str | None] = mapped_column(String(120), default=None)
    key: Mapped[str | None] = mapped_column(String(200), default=None)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[JobState] = mapped_column(enum_type(JobState), default=JobState.QUEUED)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    run_at: Mapped[datetime] = mapped_column(Utc(), default=clock.now)
    leased_until: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    lease_token: Mapped[str | None] = mapped_column(String(40), default=None)
    last_error: Mapped[str] = mapped_column(String(ERROR_LENGTH), default="")
    progress_done: Mapped[int] = mapped_column(Integer, default=0)
    progress_total: Mapped[int] = mapped_column(Integer, default=0)
    progress_note: Mapped[str] = mapped_column(String(200), default="")
    max_attempts: Mapped[int] = mapped_column(Integer, default=8)
    finished_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)


class Slot(Row):
    """One turn of a periodic task; the unique pair lets exactly one process take the turn."""

    __tablename__ = "core_slot"
    __audited__: ClassVar[bool] = False
    __table_args__ = (UniqueConstraint("task", "slot"),)

    task: Mapped[str] = mapped_column(String(80))
    slot: Mapped[str] = mapped_column(String(40))
