"""What a worker needs for one visit, and the visit itself: the network without a transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from time import sleep
from typing import TypeVar

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.coding.connectors.base import Connector, Place
from quad.coding.connectors.reading import Claim, Keepsake, ProofMethod, Reading
from quad.coding.connectors.registry import connector_of
from quad.coding.connectors.troubles import VisitFailed
from quad.coding.connectors.wire import Wire
from quad.coding.models.accounts import CodingAccount, Platform
from quad.coding.models.sync import AccountProof, AccountSync
from quad.coding.policy import HERE
from quad.coding.service.syncing import pulse, rules
from quad.core.config import Settings
from quad.core.settings import value

T = TypeVar("T")
Run = Callable[[Callable[[Session], T]], T]

LONGEST_PAUSE = timedelta(hours=6)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Errand:
    """One account to visit. It holds for `handle` only: a student may link another name meanwhile."""

    account_id: int
    platform: str
    handle: str
    kept: dict[str, Keepsake] = field(default_factory=dict)
    claim: Claim | None = None

    @property
    def connector(self) -> Connector:
        """The one that reads this platform."""
        found = connector_of(self.platform)
        assert found is not None
        return found


def to_read(db: Session, account_id: int) -> Errand | None:
    """Return the errand of reading an account's figures; None when it is not read (any more)."""
    found = _linked(db, account_id)
    if found is None or not value(db, rules.ON):
        return None
    platform, handle, _code = found
    state = db.execute(
        select(AccountSync.handle, AccountSync.kept).where(AccountSync.account_id == account_id)
    ).one_or_none()
    kept = state.kept if state is not None and state.handle == handle else {}
    return Errand(account_id, platform, handle, _keepsakes(kept))


def to_prove(db: Session, account_id: int) -> Errand | None:
    """Return the errand of looking for a proof; None when nobody waits for it any more."""
    found = _linked(db, account_id)
    if found is None:
        return None
    platform, handle, code = found
    proof = db.execute(
        select(AccountProof.method, AccountProof.begun_at).where(
            AccountProof.account_id == account_id, AccountProof.handle == handle
        )
    ).one_or_none()
    if proof is None:
        return None
    errand = Errand(account_id, platform, handle)
    problem = errand.connector.problem_for(code)
    claim = Claim(ProofMethod(proof.method), code, problem, proof.begun_at)
    return Errand(account_id, platform, handle, claim=claim)


def _linked(db: Session, account_id: int) -> tuple[str, str, str] | None:
    row = db.execute(
        select(Platform.key, CodingAccount.username, CodingAccount.proof_code)
        .join(Platform, Platform.id == CodingAccount.platform_id)
        .join(Student, Student.id == CodingAccount.student_id)
        .where(
            CodingAccount.id == account_id,
            CodingAccount.unlinked_at.is_(None),
            Student.deleted_at.is_(None),
            Student.status.in_(HERE),
        )
    ).one_or_none()
    if row is None or connector_of(row.key) is None:
        return None
    return row.key, row.username, row.proof_code


def _keepsakes(kept: dict[str, dict[str, object]]) -> dict[str, Keepsake]:
    return {
        name: Keepsake(str(one["etag"]), dict(one["value"]))  # type: ignore[call-overload]
        for name, one in kept.items()
    }


def packed(fresh: dict[str, Keepsake]) -> dict[str, dict[str, object]]:
    """Return what is kept for the next visit as JSON."""
    return {name: {"etag": one.etag, "value": dict(one.value)} for name, one in fresh.items()}


def visit_to_read(errand: Errand, settings: Settings, run: Run[timedelta]) -> tuple[Reading, Wire]:
    """Read the account at its platform. Raises VisitFailed."""
    wire = _wire(errand, settings, run)
    return errand.connector.read(wire, _place(errand, settings), errand.handle), wire


def visit_to_prove(errand: Errand, settings: Settings, run: Run[timedelta]) -> bool:
    """Tell whether the proof is there. Raises VisitFailed."""
    assert errand.claim is not None
    wire = _wire(errand, settings, run)
    return errand.connector.prove(wire, _place(errand, settings), errand.handle, errand.claim)


def _place(errand: Errand, settings: Settings) -> Place:
    return rules.place(settings.sync, errand.platform)


def _wire(errand: Errand, settings: Settings, run: Run[timedelta]) -> Wire:
    errand.connector.check_handle(errand.handle)
    take = partial(pulse.take_turn, platform=errand.platform, interval=errand.connector.interval)
    return Wire(rules.limits(settings), lambda: sleep(run(take).total_seconds()), errand.kept)


def reached(errand: Errand, failure: VisitFailed) -> None:
    """Say in the log what a visit ran into."""
    log.info(
        "sync_failed",
        account=errand.account_id,
        platform=errand.platform,
        trouble=failure.trouble.value,
        detail=failure.detail,
    )


def again_after(failures: int, now: datetime) -> datetime:
    """Return when to try again after so many failures in a row: ten minutes, doubling, at most six hours."""
    pause: timedelta = timedelta(minutes=10) * 2 ** min(max(failures - 1, 0), 10)
    return now + min(pause, LONGEST_PAUSE)
