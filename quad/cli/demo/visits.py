"""How the demo college's accounts are read from their platforms: most well, some not, two platforms by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from quad.coding.connectors.reading import Basis
from quad.coding.connectors.registry import CONNECTORS
from quad.coding.connectors.troubles import Trouble
from quad.coding.models.accounts import CodingAccount, Platform
from quad.coding.models.snapshots import Snapshot, Source, Status
from quad.coding.models.sync import (
    AccountProof,
    AccountSync,
    PlatformPulse,
    ProofState,
    SyncOutcome,
)
from quad.coding.service.syncing import rules
from quad.core import clock
from quad.core.policy import SYSTEM
from quad.core.settings import change

# Nothing listens here: whoever is made up must not be looked for at the real platforms.
NOWHERE = "http://127.0.0.1:9"
NO_PLATFORMS = {f"{name}_url": NOWHERE for name in (*CONNECTORS, "atcoder_problems")}
READ_BY_US = timedelta(weeks=4)
QUIET = timedelta(days=6)  # for so long nobody is looked for, and what is shown stays as it is
# Of a hundred accounts: what the last visit ended in.
TROUBLES = (
    (4, Trouble.UNKNOWN_HANDLE, "HTTP 404"),
    (3, Trouble.HIDDEN, ""),
    (3, Trouble.LIMITED, "HTTP 429"),
)


def build_visits(db: Session, chance: Random, today: date) -> None:
    """Turn reading on, and write down how last night went."""
    change(db, SYSTEM, {rules.ON.key: True})
    _mark_as_read(db, today - READ_BY_US)
    accounts = db.execute(
        select(
            CodingAccount.id,
            CodingAccount.username,
            CodingAccount.proved_at,
            Platform.key,
            func.max(Snapshot.taken_on).label("last_on"),
            func.max(Snapshot.total_solved).label("total"),
        )
        .join(Platform, Platform.id == CodingAccount.platform_id)
        .outerjoin(
            Snapshot,
            (Snapshot.account_id == CodingAccount.id) & (Snapshot.status == Status.APPROVED),
        )
        .where(Platform.key.in_(CONNECTORS), CodingAccount.unlinked_at.is_(None))
        .group_by(CodingAccount.id, CodingAccount.username, CodingAccount.proved_at, Platform.key)
        .order_by(CodingAccount.id)
    ).all()
    night, now = rules.night(db), clock.now()
    db.execute(
        insert(AccountSync),
        [_visit(row, chance, now, night.turn(row.id, now + QUIET), today) for row in accounts],
    )
    _prove(db, [row for row in accounts if row.proved_at is None], now)
    _rest(db, now)


def _mark_as_read(db: Session, since: date) -> None:
    """Let what came of late for proved accounts have come from the platform."""
    proved = (
        select(CodingAccount.id)
        .join(Platform, Platform.id == CodingAccount.platform_id)
        .where(CodingAccount.proved_at.is_not(None), Platform.key.in_(CONNECTORS))
    )
    db.execute(
        update(Snapshot)
        .where(
            Snapshot.account_id.in_(proved),
            Snapshot.taken_on >= since,
            Snapshot.status == Status.APPROVED,
        )
        .values(source=Source.SYNC)
        .execution_options(synchronize_session=False)
    )


def _visit(
    row: Any, chance: Random, now: datetime, next_at: datetime, today: date
) -> dict[str, Any]:
    last_night = now - timedelta(hours=chance.randrange(2, 9), minutes=chance.randrange(60))
    trouble, detail = _trouble(chance)
    fresh = row.last_on is not None and row.last_on >= today - timedelta(days=2)
    outcome = SyncOutcome.ENTERED if fresh else SyncOutcome.UNCHANGED
    basis = Basis.CONTRIBUTIONS if row.key == "github" else Basis.SOLVED
    return {
        "account_id": row.id,
        "platform": row.key,
        "handle": row.username,
        "next_at": next_at,
        "tried_at": last_night,
        "read_at": last_night - timedelta(days=chance.randrange(3, 12)) if trouble else last_night,
        "outcome": SyncOutcome.FAILED if trouble else outcome,
        "trouble": trouble.value if trouble else "",
        "detail": detail,
        "failures": chance.randrange(1, 6) if trouble else 0,
        "kept": {},
        "basis": basis.value,
        "total": row.total,
        "active_on": row.last_on,
    }


def _trouble(chance: Random) -> tuple[Trouble | None, str]:
    drawn = chance.randrange(100)
    for share, trouble, detail in TROUBLES:
        drawn -= share
        if drawn < 0:
            return trouble, detail
    return None, ""


def _prove(db: Session, unproved: Sequence[Any], now: datetime) -> None:
    """Some tried to show that an account is theirs; one is being looked for, the others were not found."""
    rows = [
        {
            "account_id": row.id,
            "handle": row.username,
            "method": "profile",
            "state": ProofState.FAILED,
            "asked_at": now - timedelta(days=place + 1),
            "begun_at": now - timedelta(days=place + 1),
            "looked_at": now - timedelta(days=place + 1, minutes=-50),
            "trouble": "",
        }
        for place, row in enumerate(unproved[::12])
    ]
    if rows:
        db.execute(insert(AccountProof), rows)


def _rest(db: Session, now: datetime) -> None:
    """Note how the platforms answered; one of them asked for a rest."""
    rests = {"codeforces": now + timedelta(minutes=40)}
    db.execute(
        insert(PlatformPulse),
        [
            {
                "platform": key,
                "free_at": now,
                "failures": 3 if key in rests else 0,
                "closed_until": rests.get(key),
                "trouble": Trouble.LIMITED.value if key in rests else "",
                "requests": 900 + 310 * place,
                "went_well": 840 + 300 * place,
                "not_there": 9 + place,
                "went_wrong": 40 if key in rests else 4 + place,
            }
            for place, key in enumerate(CONNECTORS)
        ],
    )
