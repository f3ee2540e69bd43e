"""From e-mail and password to a session.

Three steps, so that no transaction waits for a hash: look (reading), check (hashing), settle (writing). An unknown
name, a wrong password, a closed account and a locked one go through the same steps and get the same answer.
What must survive a refusal is returned, never raised.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.db.engine import Database
from quad.core.db.types import normalised
from quad.core.errors import Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.jobs.outbox import enqueue
from quad.core.mail.outbox import send, takes_mail
from quad.core.origin import Origin
from quad.identity.facts import CodeSent, SignInFailed
from quad.identity.models import AccountState, LoginChallenge, User
from quad.identity.service import guards
from quad.identity.service.hashing import Hasher
from quad.identity.service.secrets import keyed, new_code, new_key, same
from quad.identity.service.sessions import Opened, open_session

CODE_LIFE = timedelta(minutes=5)
CODE_TRIES = 5
RESENDS = 3
RESEND_WAIT = timedelta(seconds=30)
TRUST_DAYS = 30
LOCKED_MAIL = "identity.tell_locked"

CodePolicy = Literal["required", "new_device", "off"]


@dataclass(frozen=True)
class Door:
    """How strict the door is: the code policy, the signing secret, and how long a kept session lasts."""

    code: CodePolicy
    secret: str
    days: int = 30


@dataclass(frozen=True)
class Attempt:
    """One try to sign in."""

    identifier: str
    origin: Origin
    remember: bool = False
    wanted_role: str = ""
    trusted: str = ""
    via_api: bool = False


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


@dataclass(frozen=True)
class CodeNeeded:
    """A code was mailed. `challenge` is the public name of this step."""

    challenge: str
    email: str
    expires_at: datetime
    tries_left: int
    may_resend_at: datetime | None


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
    """Settle (writing): count the failure, or mail a code, or open the session."""
    user = _still_the_same(db, proof)
    if user is None:
        return _refuse(db, attempt, proof.candidate.user_id)
    if proof.better is not None:
        db.execute(update(User).where(User.id == user.id).values(password_hash=proof.better))
    if _asks_for_code(user, attempt, door):
        return _challenge(db, user, attempt, door)
    return _open(db, user, attempt, door)


def _asks_for_code(user: User, attempt: Attempt, door: Door) -> bool:
    """A code that cannot arrive would shut out for good who has no address, so their password alone lets them in."""
    if not takes_mail(user.email):
        return False
    return door.code == "required" or (
        door.code == "new_device" and not is_trusted(user, attempt.trusted, door.secret)
    )


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


def _challenge(db: Session, user: User, attempt: Attempt, door: Door) -> CodeNeeded:
    now = clock.now()
    code, public_id = new_code(), new_key()
    challenge = LoginChallenge(
        user_id=user.id,
        public_id=public_id,
        code_hash=keyed(door.secret, "code", public_id, code),
        expires_at=now + CODE_LIFE,
        sent_at=now,
        remember=attempt.remember,
        wanted_role=attempt.wanted_role,
    )
    db.add(challenge)
    _mail_code(db, user, code)
    return describe(challenge, user.email_as_typed)


def _mail_code(db: Session, user: User, code: str) -> None:
    send(
        db,
        "identity/code",
        [(user.full_name, user.email_as_typed)],
        {"code": code, "minutes": int(CODE_LIFE.total_seconds() // 60)},
        language=user.language or None,
        secret=True,
    )
    emit(db, CodeSent(actor_id=user.id, user_id=user.id))


def describe(challenge: LoginChallenge, email: str) -> CodeNeeded:
    """Return what the code page shows."""
    may_resend = challenge.resends < RESENDS
    return CodeNeeded(
        challenge.public_id,
        masked(email),
        challenge.expires_at,
        max(0, CODE_TRIES - challenge.tries),
        challenge.sent_at + RESEND_WAIT if may_resend else None,
    )


def masked(email: str) -> str:
    """Show enough of an address to recognise it: m••••••••@nvit.example."""
    name, _at, host = email.rpartition("@")
    return f"{name[:1]}••••••••@{host}"


class CodeProblem(StrEnum):
    """Why a code opened nothing: `wrong` may be tried again, `over` needs a new sign-in."""

    WRONG = "wrong"
    OVER = "over"


def get_challenge(db: Session, public_id: str) -> CodeNeeded | None:
    """Return the waiting challenge of this name, or None when there is none (any more)."""
    found = db.execute(
        select(LoginChallenge, User.email_as_typed)
        .join(User, User.id == LoginChallenge.user_id)
        .where(LoginChallenge.public_id == public_id)
    ).first()
    if found is None or _is_over(found[0]):
        return None
    return describe(found[0], found[1])


def _is_over(challenge: LoginChallenge) -> bool:
    return (
        challenge.used_at is not None
        or challenge.expires_at <= clock.now()
        or challenge.tries >= CODE_TRIES
    )


def verify_code(
    db: Session, public_id: str, code: str, door: Door, origin: Origin, *, via_api: bool = False
) -> Opened | CodeProblem:
    """Open the session when the code is right. A wrong code is counted, and counts against the account as well."""
    found = _locked(db, public_id)
    if found is None or _is_over(found[0]):
        return CodeProblem.OVER
    challenge, user = found
    given = "".join(filter(str.isdigit, code))
    if not same(challenge.code_hash, keyed(door.secret, "code", public_id, given)):
        challenge.tries += 1
        began = guards.count_failure(db, guards.account_key("", user.id))
        guards.count_failure(db, guards.address_key(origin.address))
        emit(db, SignInFailed(actor_id=None, user_id=user.id, locked=began))
        return CodeProblem.OVER if challenge.tries >= CODE_TRIES else CodeProblem.WRONG
    challenge.used_at = clock.now()
    attempt = Attempt("", origin, challenge.remember, challenge.wanted_role, via_api=via_api)
    return _open(db, user, attempt, door)


def _locked(db: Session, public_id: str) -> tuple[LoginChallenge, User] | None:
    if len(public_id) > 64:
        return None
    row = db.execute(
        select(LoginChallenge, User)
        .join(User, User.id == LoginChallenge.user_id)
        .where(
            LoginChallenge.public_id == public_id,
            User.state == AccountState.ACTIVE,
            User.deleted_at.is_(None),
        )
        .with_for_update(of=LoginChallenge)
    ).first()
    return None if row is None else (row[0], row[1])


def resend_code(db: Session, public_id: str, secret: str) -> CodeNeeded:
    """Mail another code; the earlier one stops working.

    Raises Rejected when the step is over, or it is too soon, or it was done often enough.
    """
    found = _locked(db, public_id)
    if found is None or _is_over(found[0]):
        raise Rejected(_("This sign-in has ended. Please start again."))
    challenge, user = found
    now = clock.now()
    if challenge.resends >= RESENDS:
        raise Rejected(
            _("No more codes for this sign-in. Look into your spam folder, or start again.")
        )
    if now < challenge.sent_at + RESEND_WAIT:
        raise Rejected(
            _("A code was sent just now. Please wait half a minute before the next one.")
        )
    code = new_code()
    challenge.code_hash = keyed(secret, "code", public_id, code)
    challenge.expires_at = now + CODE_LIFE
    challenge.sent_at = now
    challenge.resends += 1
    _mail_code(db, user, code)
    return describe(challenge, user.email_as_typed)


def _open(db: Session, user: User, attempt: Attempt, door: Door) -> Opened:
    guards.forgive(db, user.id)
    return open_session(
        db,
        user.id,
        origin=attempt.origin,
        working_role=attempt.wanted_role,
        remember=attempt.remember,
        days=door.days,
        via_api=attempt.via_api,
    )


def trust(db: Session, user_id: int, secret: str) -> str:
    """Return the mark a trusted device keeps: it ends after a month, and when the password changes."""
    user = db.scalars(select(User).where(User.id == user_id)).one()
    until = int((clock.now() + timedelta(days=TRUST_DAYS)).timestamp())
    return f"{until}.{_trust_mark(user, until, secret)}"


def is_trusted(user: User, mark: str, secret: str) -> bool:
    """Tell whether a device's mark is ours, for this person, and not ended."""
    until, _dot, rest = mark.partition(".")
    if not until.isascii() or not until.isdigit() or len(until) > 12:
        return False
    if int(until) <= clock.now().timestamp():
        return False
    return same(rest, _trust_mark(user, int(until), secret))


def _trust_mark(user: User, until: int, secret: str) -> str:
    return keyed(secret, "device", str(user.id), str(until), user.password_hash or "")


def purge_challenges(db: Session, before: datetime) -> None:
    """Remove the challenges that ended before `before`."""
    db.execute(delete(LoginChallenge).where(LoginChallenge.expires_at < before))


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
