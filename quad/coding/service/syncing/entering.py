"""Figures that were read become a snapshot, through the door that all snapshots from platforms take."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.coding.connectors.reading import Reading
from quad.coding.forms.snapshots import Numbers
from quad.coding.models.accounts import CodingAccount
from quad.coding.models.snapshots import HELD, Snapshot
from quad.coding.models.sync import SyncOutcome
from quad.coding.service.receiving import receive
from quad.coding.service.snapshots import HELD_STATES
from quad.core.jobs.runtime import local_today

# What makes a snapshot worth keeping. The place in the world moves every day without anybody solving anything.
TELLING = (
    "total_solved",
    "easy_solved",
    "medium_solved",
    "hard_solved",
    "contest_rating",
    "contests",
)


def enter(db: Session, account: CodingAccount, reading: Reading) -> SyncOutcome:
    """Hand in what was read unless the last snapshot says the same. The caller holds student and account.

    A snapshot a night that repeats the last one would hide that nothing was solved. Raises Invalid.
    """
    if _is_known(db, account.id, reading):
        return SyncOutcome.UNCHANGED
    given = Numbers(
        total_solved=reading.total_solved,
        easy_solved=reading.easy_solved,
        medium_solved=reading.medium_solved,
        hard_solved=reading.hard_solved,
        contest_rating=reading.contest_rating,
        global_rank=reading.global_rank,
        contests=reading.contests,
    )
    row = receive(db, account.id, given, local_today(db))
    return SyncOutcome.UNCHANGED if row is None else SyncOutcome.ENTERED


def _is_known(db: Session, account_id: int, reading: Reading) -> bool:
    last = db.execute(
        select(*(getattr(Snapshot, name) for name in TELLING))
        .where(
            Snapshot.account_id == account_id,
            Snapshot.slot == HELD,
            Snapshot.status.in_(HELD_STATES),
        )
        .order_by(Snapshot.taken_on.desc())
        .limit(1)
    ).first()
    return last is not None and all(
        getattr(last, name) == getattr(reading, name) for name in TELLING
    )
