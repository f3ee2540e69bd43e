"""What a student had reached on a platform on one day, and what happened to each such entry."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.db.model import Row
from quad.core.db.types import BigId, Utc, enum_type
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l

# What stands in `slot`: the one entry of a day that counts or waits, and a correction that waits beside it.
HELD = 1
CORRECTION = 2


class Status(enum.StrEnum):
    """Where a snapshot stands. One that a correction replaced is `superseded`."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


class Source(enum.StrEnum):
    """How a snapshot came."""

    MANUAL = "manual"
    IMPORT = "import"
    SYNC = "sync"


class Flag(enum.StrEnum):
    """What a reviewer should look at."""

    JUMP = "jump"
    FALLING = "falling"
    UNPROVED = "unproved"
    SHARED_HANDLE = "shared_handle"


class SnapshotEventKind(enum.StrEnum):
    """One kind of thing that happens to a snapshot."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    EVIDENCE_ASKED = "evidence_asked"
    EVIDENCE_ADDED = "evidence_added"
    SUPERSEDED = "superseded"
    REMINDED = "reminded"


class Snapshot(Row):
    """One entry. Its numbers are never changed: a correction is a new row (`corrects_id`) that supersedes this one.

    `taken_on` is a day in the institution's zone. `slot` lets the database hold one live entry of an account and day
    (and one waiting correction); it is empty for what was rejected or superseded. `note` is the student's own remark,
    `remarks` the reviewer's. `student_id` is the account's.
    """

    __tablename__ = "coding_snapshot"
    __table_args__ = (
        UniqueConstraint("account_id", "taken_on", "slot"),
        Index(None, "student_id", "status", "taken_on"),
        Index(None, "status", "taken_on", "id"),
        Index(None, "status", "created_at", "id"),
        Index(None, "taken_on", "id"),
        Index(None, "created_at", "id"),
    )

    account_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("coding_account.id", ondelete="RESTRICT")
    )
    student_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_student.id", ondelete="RESTRICT")
    )
    taken_on: Mapped[date] = mapped_column(Date)
    total_solved: Mapped[int] = mapped_column(Integer)
    easy_solved: Mapped[int | None] = mapped_column(Integer, default=None)
    medium_solved: Mapped[int | None] = mapped_column(Integer, default=None)
    hard_solved: Mapped[int | None] = mapped_column(Integer, default=None)
    contest_rating: Mapped[int | None] = mapped_column(Integer, default=None)
    global_rank: Mapped[int | None] = mapped_column(Integer, default=None)
    contests: Mapped[int | None] = mapped_column(Integer, default=None)
    source: Mapped[Source] = mapped_column(enum_type(Source), default=Source.MANUAL)
    status: Mapped[Status] = mapped_column(enum_type(Status), default=Status.PENDING)
    slot: Mapped[int | None] = mapped_column(Integer, default=HELD)
    corrects_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("coding_snapshot.id", ondelete="RESTRICT"), index=True, default=None
    )
    flags: Mapped[list[Any]] = mapped_column(JSON, default=list)
    flagged: Mapped[bool] = mapped_column(Boolean, default=False)
    note: Mapped[str] = mapped_column(String(1_000), default="")
    evidence_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("core_file.id", ondelete="RESTRICT"), index=True, default=None
    )
    evidence_asked_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    reviewed_by: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="SET NULL"), index=True, default=None
    )
    reviewed_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    remarks: Mapped[str | None] = mapped_column(Text, default=None)
    reminded_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)


class SnapshotEvent(Row):
    """Something that happened to a snapshot. Rows are only ever added."""

    __tablename__ = "coding_snapshot_event"
    __audited__: ClassVar[bool] = False
    __table_args__ = (Index(None, "snapshot_id", "id"),)

    snapshot_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("coding_snapshot.id", ondelete="CASCADE")
    )
    kind: Mapped[SnapshotEventKind] = mapped_column(enum_type(SnapshotEventKind))
    actor_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="SET NULL"), index=True, default=None
    )
    text: Mapped[str] = mapped_column(Text, default="")


constraint(
    "uq_coding_snapshot_account_id_taken_on_slot",
    _l("There is a snapshot of this account and day already. Correct that one instead."),
    "snapshot_date",
)
