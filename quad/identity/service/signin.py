"""From e-mail and password to a session.

Three steps, so that no transaction waits for a hash: look (reading), check (hashing), settle (writing). An unknown
name, a wrong password, a closed account and a locked one go through the same steps and get the same answer.
What must survive a refusal is returned, never raised. The second proof, where one is asked for, is in `second`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.db.engine import Database
from quad.core.db.types import normalised
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.jobs.outbox import enqueue
from quad.core.mail.outbox import send, takes_mail
from quad.identity.facts.accounts import SignInFailed
from quad.identity.models.accounts import AccountState, User
from quad.identity.service import devices, guards, second
from quad.identity.service.factors import factors_of
from quad.identity.service.hashing import Hasher
from quad.identity.service.second import Attempt, CodeNeeded, Door, open_for
from quad.identity.service.sessions import Opened

LOCKED_MAIL = "identity.tell_locked"


@dataclass(frozen=True)
class Candidate:
    """Whom the name may belong to. `password_hash` is None for nobody, and for accounts without a password."""

    user_id: int | None
    password_hash: str | None
    may_enter: bool


@dataclass(frozen=True)
class Proof:
    """What the hash said. `better` is a hash to keep instead of an outdated one."""

    candidate: Candidate
    right: bool
    better: str | None = None


@dataclass(frozen=True)
class Refused:
    """Not let in; the same for every reason."""


Outcome = Opened | CodeNeeded | Refused


def sign_in(
    database: Database, db: Session, attempt: Attempt, password: str, hasher: Hasher, door: Door
) -> Outcome:
    """Do the three steps. `db` is a writing session that was not used yet; looking has a session of its own."""
    with database.reading() as looking:
        candidate = find_candidate(looking, attempt)
    proof = check(candidate, password, hasher)
    return settle(db, attempt, proof, door)


def refusal_sentence() -> str:
    """Return the one sentence for every refused sign-in."""
    return _(
        "The e-mail and the password do not fit together. After several tries in a row signing in pauses for a while;"
        " you can always set a new password."
    )


def find_candidate(db: Session, attempt: Attempt) -> Candidate:
    """Look (reading): find the account of an e-mail or user name, and whether it has to wait."""
    name = normalised(attempt.identifier)
    row = db.execute(
        select(User.id, User.password_hash, User.state, User.one_time_until)
        .where(or_(User.email == name, User.username == name), User.deleted_at.is_(None))
        .limit(1)
    ).first()
    user_id = row.id if row else None
    keys = [
        guards.account_key(attempt.identifier, user_id),
        guards.second_key(user_id or 0),
        guards.address_key(attempt.origin.address),
    ]
    locked = guards.is_locked(db, keys)
    if row is None:
        return Candidate(None, None, False)
    ended = row.one_time_until is not None and row.one_time_until <= clock.now()
    may_enter = row.state is AccountState.ACTIVE and not locked and not ended
    return Candidate(row.id, row.password_hash, may_enter)


def check(candidate: Candidate, password: str, hasher: Hasher) -> Proof:
    """Check (no database): one hash, whoever it is. Raises TooMany when too many wait."""
    found = hasher.check(candidate.password_hash, password)
    return Proof(candidate, found.right and candidate.may_enter, found.better)


def settle(db: Session, attempt: Attempt, proof: Proof, door: Door) -> Outcome:
    """Settle (writing): count the failure, or ask for a second proof, or open the session."""
    user = _still_the_same(db, proof)
    if user is None:
        return _refuse(db, attempt, proof.candidate.user_id)
    if proof.better is not None:
        db.execute(update(User).where(User.id == user.id).values(password_hash=proof.better))
    held = factors_of(db, user.id)
    if not held.strong and door.code == "off":
        return open_for(db, user, attempt, door)
    if not held.strong and not takes_mail(user.email):
        # No code can arrive. A one-time password was handed over in person and opens nothing but the way to an
        # address of one's own; a password that was chosen is never enough alone.
        if not user.must_change_password:
            return _refuse(db, attempt, user.id)
        return open_for(db, user, attempt, door)
    if door.code == "new_device":
        device = devices.find(db, user.id, attempt.trusted)
        if device is not None:
            cookie = devices.rotate(device, attempt.trusted, attempt.origin)
            return replace(open_for(db, user, attempt, door), device=cookie)
    return second.begin(db, user, attempt, door, held)


def _still_the_same(db: Session, proof: Proof) -> User | None:
    """The account as it was when the hash was read: a change meanwhile refuses."""
    if not proof.right:
        return None
    return db.scalar(
        select(User).where(
            User.id == proof.candidate.user_id,
            User.password_hash == proof.candidate.password_hash,
            User.state == AccountState.ACTIVE,
            User.deleted_at.is_(None),
        )
    )


def _refuse(db: Session, attempt: Attempt, user_id: int | None) -> Refused:
    began = guards.count_failure(db, guards.account_key(attempt.identifier, user_id))
    guards.count_failure(db, guards.address_key(attempt.origin.address))
    if began:
        # The same row for a name nobody has: the worker looks, not the request.
        enqueue(db, LOCKED_MAIL, {"user_id": user_id, "address": attempt.origin.address})
    emit(db, SignInFailed(actor_id=None, user_id=user_id, locked=began))
    return Refused()


def mail_locked(db: Session, user_id: int | None, address: str) -> None:
    """Tell the owner that signing in waits, and from where it was tried (the worker's part; nobody, no mail)."""
    user = db.scalar(select(User).where(User.id == user_id, User.deleted_at.is_(None)))
    if user is None or user.state is not AccountState.ACTIVE:
        return
    send(
        db,
        "identity/locked",
        [(user.full_name, user.email_as_typed)],
        {"ip": address, "at": clock.now()},
        language=user.language or None,
        zone=user.zone or None,
    )
