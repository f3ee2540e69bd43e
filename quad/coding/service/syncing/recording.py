"""What a visit found, written down: figures through the door every snapshot takes, troubles beside the account."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quad.coding.connectors.reading import Keepsake, Reading
from quad.coding.connectors.troubles import OF_THE_ACCOUNT, Trouble, VisitFailed
from quad.coding.models.accounts import CodingAccount
from quad.coding.models.sync import DETAIL_LENGTH, AccountSync, SyncOutcome
from quad.coding.service import rollups
from quad.coding.service.syncing import entering, errands, pulse, rules
from quad.coding.service.syncing.errands import Errand
from quad.core import clock
from quad.core.errors import Invalid

REST_SPREAD = 1_800  # seconds over which those who waited come back
PATIENCE = 7  # nights after which an account that is not there is looked for once a week


def state_of(db: Session, account_id: int, platform: str, handle: str) -> AccountSync:
    """Return how an account is read, held until the unit ends; begun anew when it has another name now."""
    wanted = select(AccountSync).where(AccountSync.account_id == account_id).with_for_update()
    state = db.scalar(wanted)
    if state is None:
        try:
            with db.begin_nested():
                db.add(AccountSync(account_id=account_id, platform=platform, handle=handle))
        except IntegrityError:  # a moment ago, by another process
            pass
        state = db.scalars(wanted).one()
    if state.handle != handle:
        _begin_anew(state, handle)
    return state


def _begin_anew(state: AccountSync, handle: str) -> None:
    state.handle, state.kept, state.failures = handle, {}, 0
    state.outcome, state.trouble, state.detail = SyncOutcome.WAITING, "", ""
    state.tried_at = state.read_at = state.asked_at = None
    state.basis, state.total, state.active_on = "", None, None


def _still_so(db: Session, errand: Errand) -> CodingAccount | None:
    """Hold the student and the account if it is still what was visited."""
    student_id = db.scalar(
        select(CodingAccount.student_id).where(CodingAccount.id == errand.account_id)
    )
    if student_id is None:
        return None
    rollups.lock(db, [student_id])
    return db.scalar(
        select(CodingAccount)
        .where(
            CodingAccount.id == errand.account_id,
            CodingAccount.username == errand.handle,
            CodingAccount.unlinked_at.is_(None),
        )
        .with_for_update()
    )


def success(db: Session, errand: Errand, reading: Reading, fresh: dict[str, Keepsake]) -> None:
    """Enter what was read, if it is new, and note that the visit went well."""
    account = _still_so(db, errand)
    if account is not None:
        try:
            outcome = entering.enter(db, account, reading)
        except Invalid as error:
            failure(db, errand, VisitFailed(Trouble.STRANGE, str(error)))
            return
        state = state_of(db, account.id, errand.platform, errand.handle)
        state.outcome, state.trouble, state.detail, state.failures = outcome, "", "", 0
        state.tried_at = state.read_at = clock.now()
        state.kept, state.basis = errands.packed(fresh), reading.basis.value
        state.total, state.active_on = reading.total_solved, reading.active_on
        state.next_at = rules.night(db).turn(account.id, clock.now())
    pulse.went_well(db, errand.platform)


def failure(db: Session, errand: Errand, failed: VisitFailed) -> None:
    """Note what went wrong and when to try again; figures stay as they are."""
    account = _still_so(db, errand)
    if account is not None:
        state = state_of(db, account.id, errand.platform, errand.handle)
        state.tried_at = clock.now()
        state.outcome, state.trouble = SyncOutcome.FAILED, failed.trouble.value
        state.detail = failed.detail[:DETAIL_LENGTH]
        state.failures += 1
        state.next_at = _again(db, state, failed)
    if failed.trouble is not Trouble.UNUSABLE_HANDLE:
        pulse.went_wrong(db, errand.platform, failed)


def _again(db: Session, state: AccountSync, failed: VisitFailed) -> datetime:
    """Return when to try again.

    The platform's own wish comes first. A trouble of the platform passes, so it is tried again soon; one of the account
    waits for the student, so it has time until the next night, and later a week.
    """
    now, night = clock.now(), rules.night(db)
    coming = night.turn(state.account_id, now)
    if failed.trouble in OF_THE_ACCOUNT:
        if state.failures <= PATIENCE:
            return coming
        return night.turn(state.account_id, coming + timedelta(days=6))
    soon = min(errands.again_after(state.failures, now), coming)
    return max(soon, failed.again_at or soon)


def resting(db: Session, errand: Errand, until: datetime) -> None:
    """Put a visit off because the platform is left alone until then; that is nobody's failure."""
    if _still_so(db, errand) is None:
        return
    state = state_of(db, errand.account_id, errand.platform, errand.handle)
    state.next_at = until + timedelta(seconds=rules.scattered(errand.account_id, REST_SPREAD))
    state.trouble = state.trouble or pulse.trouble_of(db, errand.platform)
