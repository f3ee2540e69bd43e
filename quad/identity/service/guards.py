"""Counting failed tries, per account and per address, with a wait that grows.

A name that nobody has is counted like one that somebody has, so the wait tells nothing about who is here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.db.types import normalised
from quad.core.facts import attempt
from quad.identity.models.accounts import SignInGuard
from quad.identity.service.secrets import fingerprint

ACCOUNT_TRIES = 5
ADDRESS_TRIES = 60  # a whole computer room may share one address
SECOND_TRIES = 25  # five sign-ins, each wasted with five wrong codes
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class GuardKey:
    """What is counted: one account (known or not), or one address."""

    key: str
    tries: int
    user_id: int | None = None


def account_key(identifier: str, user_id: int | None) -> GuardKey:
    """Return the counter of an account; of a name nobody has, when `user_id` is None."""
    key = f"name:{fingerprint(normalised(identifier))}" if user_id is None else f"user:{user_id}"
    return GuardKey(key, ACCOUNT_TRIES, user_id)


def address_key(ip: str) -> GuardKey:
    """Return the counter of a network address."""
    return GuardKey(f"address:{ip}", ADDRESS_TRIES)


def second_key(user_id: int) -> GuardKey:
    """Return the counter of wrong second proofs of a person, over many sign-ins begun with the right first one."""
    return GuardKey(f"second:{user_id}", SECOND_TRIES)


def is_locked(db: Session, keys: list[GuardKey]) -> bool:
    """Tell whether any of these has to wait."""
    query = select(SignInGuard.id).where(
        SignInGuard.key.in_([key.key for key in keys]), SignInGuard.locked_until > clock.now()
    )
    return db.scalar(query.limit(1)) is not None


def count_failure(db: Session, key: GuardKey) -> bool:
    """Count one failed try; tell whether this one began a wait."""
    guard = _locked_row(db, key)
    now = clock.now()
    if now - guard.failed_at > FORGOTTEN_AFTER:
        guard.failures = 0
    guard.failures += 1
    guard.failed_at = now
    over = guard.failures - key.tries
    if over < 0 or (guard.locked_until is not None and guard.locked_until > now):
        return False
    guard.locked_until = now + wait_after(over)
    return True


def wait_after(over: int) -> timedelta:
    """Return the wait after `over` failures more than the allowed ones: doubling, up to an hour."""
    doubled: timedelta = FIRST_WAIT * (1 << min(over, 10))
    return min(doubled, LONGEST_WAIT)


def _locked_row(db: Session, key: GuardKey) -> SignInGuard:
    query = select(SignInGuard).where(SignInGuard.key == key.key).with_for_update()
    found = db.scalar(query)
    if found is None:
        try:
            with attempt(db):
                found = SignInGuard(
                    key=key.key, user_id=key.user_id, failures=0, failed_at=clock.now()
                )
                db.add(found)
        except IntegrityError:  # counted for the first time by two at once
            found = db.scalars(query).one()
    return found


def forgive(db: Session, user_id: int) -> bool:
    """Forget the failures of an account; tell whether it was waiting."""
    guard = db.scalar(select(SignInGuard).where(SignInGuard.user_id == user_id))
    if guard is None:
        return False
    was_waiting = guard.locked_until is not None and guard.locked_until > clock.now()
    db.delete(guard)
    db.flush()
    return was_waiting


def forget(db: Session, key: GuardKey) -> None:
    """Forget the failures of one counter."""
    db.execute(delete(SignInGuard).where(SignInGuard.key == key.key))


def purge(db: Session, before: datetime) -> None:
    """Remove counters nobody added to since `before`."""
    db.execute(delete(SignInGuard).where(SignInGuard.failed_at < before))
