"""Which accounts are read when: a row for each linked account, taken in the order of its turns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.coding.connectors.registry import CONNECTORS, connector_of
from quad.coding.models.accounts import CodingAccount, Platform
from quad.coding.models.sync import AccountProof, AccountSync
from quad.coding.policy import HERE
from quad.coding.service.syncing import recording, rules
from quad.core import clock
from quad.core.jobs.models import UNFINISHED, Job
from quad.core.jobs.outbox import enqueue
from quad.core.settings import value

READ_JOB = "coding.sync.read"
ADOPTED = 500
FIRST = timedelta(minutes=1)


@dataclass(frozen=True)
class Lane:
    """Visits that follow one another. `room` is how many may wait: a student who asks waits behind them at most."""

    name: str
    platforms: frozenset[str]
    room: int


# Codeforces needs the most and slowest requests. Two lanes hold two threads of a worker at most, so mail still goes.
SLOW = frozenset({"codeforces"})
LANES = (
    Lane("coding.sync/1", SLOW, 20),
    Lane("coding.sync/2", frozenset(CONNECTORS) - SLOW, 60),
)


def begin(db: Session, account_id: int) -> None:
    """Plan the first visit to an account that was linked just now; with the same name as before, the next one."""
    row = db.execute(_linked().where(CodingAccount.id == account_id)).one_or_none()
    if row is None or connector_of(row.platform) is None:
        return
    state = recording.state_of(db, account_id, row.platform, row.username)
    state.next_at = clock.now() + FIRST


def forget(db: Session, account_id: int) -> None:
    """Visit an account no more, and keep nothing that an unlinked one does not need."""
    db.execute(
        update(AccountSync)
        .where(AccountSync.account_id == account_id)
        .values(next_at=None, kept={}, asked_at=None)
    )
    proof = db.scalar(select(AccountProof).where(AccountProof.account_id == account_id))
    if proof is not None:
        db.delete(proof)


def stop(db: Session, account_id: int) -> None:
    """Visit an account no more because its student left; `adopt_some` finds it again should the student come back."""
    db.execute(update(AccountSync).where(AccountSync.account_id == account_id).values(next_at=None))


def adopt_some(db: Session, after: int) -> int:
    """Plan accounts that came past the door, such as imported ones, and those whose student came back.

    Return the last number looked at, 0 at the end.
    """
    rows = db.execute(
        _linked()
        .join(Student, Student.id == CodingAccount.student_id)
        .outerjoin(AccountSync, AccountSync.account_id == CodingAccount.id)
        .where(
            CodingAccount.id > after,
            Platform.key.in_(CONNECTORS),
            Student.deleted_at.is_(None),
            Student.status.in_(HERE),
        )
        .add_columns(AccountSync.id.label("known"), AccountSync.next_at)
        .order_by(CodingAccount.id)
        .limit(ADOPTED)
    ).all()
    night, now = rules.night(db), clock.now()
    new = [
        {
            "account_id": row.id,
            "platform": row.platform,
            "handle": row.username,
            "next_at": night.turn(row.id, now),
            "kept": {},
        }
        for row in rows
        if row.known is None
    ]
    back = [
        {"id": row.known, "next_at": night.turn(row.id, now)}
        for row in rows
        if row.known is not None and row.next_at is None
    ]
    if new:
        db.execute(insert(AccountSync), new)
    if back:
        db.execute(update(AccountSync), back)
    return rows[-1].id if rows else 0


def _linked() -> Any:
    return (
        select(CodingAccount.id, CodingAccount.username, Platform.key.label("platform"))
        .join(Platform, Platform.id == CodingAccount.platform_id)
        .where(CodingAccount.unlinked_at.is_(None))
    )


def plan_due(db: Session) -> int:
    """Promise a visit to accounts whose turn has come, as many as there is room for; return how many."""
    if not value(db, rules.ON):
        return 0
    return sum(_plan_lane(db, lane) for lane in LANES)


def _plan_lane(db: Session, lane: Lane) -> int:
    """Each account gets its next turn at once: it is never promised twice, and a visit that fails brings it forward."""
    room = lane.room - _waiting(db, lane)
    if room <= 0:
        return 0
    now, night = clock.now(), rules.night(db)
    due = db.execute(
        select(AccountSync.id, AccountSync.account_id, AccountSync.platform, AccountSync.next_at)
        .where(AccountSync.next_at <= now, AccountSync.platform.in_(lane.platforms))
        .order_by(AccountSync.next_at, AccountSync.id)
        .limit(room)
    ).all()
    for row in due:
        promise(db, row.account_id, row.platform, row.next_at)
    moved = [{"id": row.id, "next_at": night.turn(row.account_id, now)} for row in due]
    if moved:
        db.execute(update(AccountSync), moved)
    return len(due)


def _waiting(db: Session, lane: Lane) -> int:
    waiting = (
        select(Job.id)
        .where(Job.lane == lane.name, Job.state.in_(UNFINISHED))
        .limit(lane.room)
        .subquery()
    )
    return db.scalar(select(func.count()).select_from(waiting)) or 0


def promise(db: Session, account_id: int, platform: str, turn: datetime) -> int:
    """Promise one visit; the same turn is promised once."""
    return enqueue(
        db,
        READ_JOB,
        {"account_id": account_id},
        key=f"{READ_JOB}/{account_id}/{int(turn.timestamp() * 1000)}",
        lane=next(lane.name for lane in LANES if platform in lane.platforms),
    )
