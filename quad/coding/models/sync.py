"""How reading an account from its platform goes, how each platform behaves, and whose an account was shown to be."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quad.coding.models.accounts import HANDLE_LENGTH, KEY_LENGTH
from quad.coding.models.figures import Risk
from quad.core.db.model import Model, Row
from quad.core.db.types import BigId, Utc, enum_type
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l

DETAIL_LENGTH = 200
TROUBLE_LENGTH = 30


class SyncOutcome(enum.StrEnum):
    """How the last visit ended; `waiting` before the first one."""

    WAITING = "waiting"
    ENTERED = "entered"
    UNCHANGED = "unchanged"
    FAILED = "failed"


class AccountSync(Row):
    """How one account is read. It is about `handle`: with another name everything here begins anew.

    `next_at` is when a worker takes it, None for never. `kept` is what the connector left for the next visit. `basis`
    and `total` are what was read last, also when nothing was entered; `trouble` and `detail` are the last failure.
    """

    __tablename__ = "coding_account_sync"
    __audited__: ClassVar[bool] = False
    __table_args__ = (UniqueConstraint("account_id"), Index(None, "next_at", "id"))

    account_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("coding_account.id", ondelete="CASCADE")
    )
    platform: Mapped[str] = mapped_column(String(KEY_LENGTH), index=True)
    handle: Mapped[str] = mapped_column(String(HANDLE_LENGTH))
    next_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    asked_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    tried_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    read_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    outcome: Mapped[SyncOutcome] = mapped_column(
        enum_type(SyncOutcome), default=SyncOutcome.WAITING
    )
    trouble: Mapped[str] = mapped_column(String(TROUBLE_LENGTH), default="")
    detail: Mapped[str] = mapped_column(String(DETAIL_LENGTH), default="")
    failures: Mapped[int] = mapped_column(Integer, default=0)
    kept: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    basis: Mapped[str] = mapped_column(String(20), default="")
    total: Mapped[int | None] = mapped_column(Integer, default=None)
    active_on: Mapped[date | None] = mapped_column(Date, default=None)


class PlatformPulse(Row):
    """When a platform may be asked next, by whichever worker, and whether it is left alone for a while.

    `free_at` is the next turn; until `closed_until` nobody asks, after `failures` in a row or at its own wish.
    `requests` and what follows count everything since the beginning: visits that went well, that were about an account
    which is not there, and that the platform failed.
    """

    __tablename__ = "coding_platform_pulse"
    __audited__: ClassVar[bool] = False
    __table_args__ = (UniqueConstraint("platform"),)

    platform: Mapped[str] = mapped_column(String(KEY_LENGTH))
    free_at: Mapped[datetime] = mapped_column(Utc())
    failures: Mapped[int] = mapped_column(Integer, default=0)
    closed_until: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    trouble: Mapped[str] = mapped_column(String(TROUBLE_LENGTH), default="")
    requests: Mapped[int] = mapped_column(BigInteger, default=0)
    went_well: Mapped[int] = mapped_column(BigInteger, default=0)
    not_there: Mapped[int] = mapped_column(BigInteger, default=0)
    went_wrong: Mapped[int] = mapped_column(BigInteger, default=0)


class ProofState(enum.StrEnum):
    """Whether an account was shown to be the student's."""

    WAITING = "waiting"
    PROVED = "proved"
    FAILED = "failed"


class AccountProof(Row):
    """The last attempt to prove an account, by its `proof_code` in the profile or by a failed compilation.

    It is about `handle`. What it proves is written to the account itself (`proved_at`).
    """

    __tablename__ = "coding_account_proof"
    __audited__: ClassVar[bool] = False
    __table_args__ = (UniqueConstraint("account_id"),)

    account_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("coding_account.id", ondelete="CASCADE")
    )
    handle: Mapped[str] = mapped_column(String(HANDLE_LENGTH))
    method: Mapped[str] = mapped_column(String(20))
    state: Mapped[ProofState] = mapped_column(enum_type(ProofState), default=ProofState.WAITING)
    asked_at: Mapped[datetime] = mapped_column(Utc())
    begun_at: Mapped[datetime] = mapped_column(Utc())
    looked_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    trouble: Mapped[str] = mapped_column(String(TROUBLE_LENGTH), default="")


class MentorDigest(Row):
    """What a mentor was told about one week (`week` is its Monday). The unique pair sends it once."""

    __tablename__ = "coding_mentor_digest"
    __audited__: ClassVar[bool] = False
    __table_args__ = (UniqueConstraint("mentor_id", "week"), Index(None, "week"))

    mentor_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE")
    )
    week: Mapped[date] = mapped_column(Date)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class ToldRisk(Row):
    """Why a mentor was last told that a student may need help. Gone once the student is fine again."""

    __tablename__ = "coding_told_risk"
    __audited__: ClassVar[bool] = False
    __table_args__ = (UniqueConstraint("mentor_id", "student_id"), Index(None, "student_id"))

    mentor_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE")
    )
    student_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_student.id", ondelete="CASCADE")
    )
    risk: Mapped[Risk] = mapped_column(enum_type(Risk))


class ToldRank(Model):
    """Of which week's ranks a student was told last; each week's once."""

    __tablename__ = "coding_told_rank"
    __audited__: ClassVar[bool] = False

    student_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("academics_student.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    noted_on: Mapped[date] = mapped_column(Date)


constraint("uq_coding_account_sync_account_id", _l("This was asked for just now."))
constraint("uq_coding_account_proof_account_id", _l("This was asked for just now."))
