"""Snapshots that come by themselves, from a platform. They wait for a review unless a setting says otherwise."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.coding.facts import SnapshotSubmitted
from quad.coding.forms.snapshots import Numbers
from quad.coding.models.accounts import CodingAccount
from quad.coding.models.snapshots import Snapshot, SnapshotEventKind, Source, Status
from quad.coding.service import cells, checking, deciding, rollups, rules, snapshots
from quad.coding.service.deciding import Decision
from quad.core.facts import emit
from quad.core.policy import SYSTEM
from quad.core.settings import value


def receive(db: Session, account_id: int, given: Numbers, taken_on: date) -> Snapshot | None:
    """Keep what a platform said about an account on a day; None when that is known already or nothing is linked.

    Other numbers for a day that has a snapshot correct it. Raises Invalid for numbers nobody can have.
    """
    student_id = db.scalar(select(CodingAccount.student_id).where(CodingAccount.id == account_id))
    if student_id is None:
        return None
    rollups.lock(db, [student_id])
    account = db.get_one(CodingAccount, account_id, with_for_update=True, populate_existing=True)
    if not account.is_active:
        return None
    checking.require_sane(db, account.id, taken_on, given, explained=True)
    # What waits beside the one of the day is a correction, which says more.
    waiting = db.scalars(
        select(Snapshot)
        .where(
            Snapshot.account_id == account.id,
            Snapshot.taken_on == taken_on,
            Snapshot.slot.is_not(None),
        )
        .order_by(Snapshot.slot.desc())
        .limit(1)
    ).first()
    if waiting is not None and _same(waiting, given):
        return None
    if waiting is None:
        row = snapshots.enter(db, account, taken_on, given, source=Source.SYNC)
    else:
        row = snapshots.replace(db, account, waiting, given, source=Source.SYNC)
    snapshots.note_event(db, SYSTEM, row.id, SnapshotEventKind.SUBMITTED)
    if value(db, rules.AUTO_APPROVE) and not row.flags:
        found = deciding.read(db, [row.id], [student_id])
        approved = [Decision(one, Status.APPROVED) for one in found["asked"]]
        deciding.settle(db, SYSTEM, found, approved, cells.apply)
    emit(db, SnapshotSubmitted(actor_id=None, snapshot_id=row.id, student_id=student_id))
    return row


def _same(row: Snapshot, given: Numbers) -> bool:
    return all(getattr(row, name) == getattr(given, name) for name in snapshots.NUMBERS)
