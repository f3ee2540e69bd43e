"""The step between the first proof and the session: a second proof, of the person's choice.

A challenge ends after five wrong tries; the person may begin anew at once. Many challenges wasted in a row make the
second step wait (`guards.second_key`): whoever got that far knows the password.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.mail.outbox import send
from quad.core.origin import Origin
from quad.identity.facts.accounts import CodeSent
from quad.identity.facts.factors import SecondFactorFailed
from quad.identity.models.accounts import AccountState, LoginChallenge, User
from quad.identity.models.factors import CeremonyPurpose
from quad.identity.service import guards, passkeys, recovery, totp
from quad.identity.service.factors import Held, Method, factors_of
from quad.identity.service.passkeys import Ceremony, RelyingParty
from quad.identity.service.secrets import keyed, new_code, new_key, same
from quad.identity.service.sessions import Opened, open_session

CODE_LIFE = timedelta(minutes=5)
CODE_TRIES = 5
RESENDS = 3
RESEND_WAIT = timedelta(seconds=30)

CodePolicy = Literal["required", "new_device", "off"]


@dataclass(frozen=True)
class Door:
    """How strict the door is: the code policy, the signing secret, and how long a kept session lasts.

    `party` is how passkeys know us, None where they cannot be used.
    """

    code: CodePolicy
    secret: str
    days: int = 30
    party: RelyingParty | None = None


@dataclass(frozen=True)
class Attempt:
    """One try to sign in. `trusted` is the device's cookie, `provider` who vouched for the person."""

    identifier: str
    origin: Origin
    remember: bool = False
    wanted_role: str = ""
    trusted: str = ""
    via_api: bool = False
    provider: str = ""


@dataclass(frozen=True)
class CodeNeeded:
    """A second proof is needed. `challenge` is the public name of this step, `email` is set when a code was mailed."""

    challenge: str
    methods: tuple[Method, ...]
    email: str
    expires_at: datetime
    tries_left: int
    may_resend_at: datetime | None


@dataclass(frozen=True)
class SecondProof:
    """What somebody gives as second proof: a code, or a passkey's answer with the ceremony it belongs to."""

    code: str
    method: Method | None = None
    ceremony: str = ""


class CodeProblem(StrEnum):
    """Why a proof opened nothing: `wrong` may be tried again, `over` needs a new sign-in."""

    WRONG = "wrong"
    OVER = "over"


def begin(db: Session, user: User, attempt: Attempt, door: Door, held: Held) -> CodeNeeded:
    """Ask for a second proof; who has no factor of their own is mailed a code."""
    now = clock.now()
    challenge = LoginChallenge(
        user_id=user.id,
        public_id=new_key(),
        code_hash="",
        expires_at=now + CODE_LIFE,
        sent_at=now,
        tries=0,
        resends=0,
        remember=attempt.remember,
        wanted_role=attempt.wanted_role,
        provider=attempt.provider,
    )
    db.add(challenge)
    if Method.MAIL in held.methods:
        _new_code(db, challenge, user, door.secret)
    db.flush()
    return describe(challenge, user.email_as_typed, held)


def _new_code(db: Session, challenge: LoginChallenge, user: User, secret: str) -> None:
    code = new_code()
    challenge.code_hash = keyed(secret, "code", challenge.public_id, code)
    send(
        db,
        "identity/code",
        [(user.full_name, user.email_as_typed)],
        {"code": code, "minutes": int(CODE_LIFE.total_seconds() // 60)},
        language=user.language or None,
        secret=True,
    )
    emit(db, CodeSent(actor_id=user.id, user_id=user.id))


def describe(challenge: LoginChallenge, email: str, held: Held) -> CodeNeeded:
    """Return what the page of the second step shows."""
    mailed = bool(challenge.code_hash)
    may_resend = mailed and challenge.resends < RESENDS
    return CodeNeeded(
        challenge.public_id,
        held.methods,
        masked(email) if mailed else "",
        challenge.expires_at,
        max(0, CODE_TRIES - challenge.tries),
        challenge.sent_at + RESEND_WAIT if may_resend else None,
    )


def masked(email: str) -> str:
    """Show enough of an address to recognise it: m••••••••@nvit.example."""
    name, _at, host = email.rpartition("@")
    return f"{name[:1]}••••••••@{host}"


def get_challenge(db: Session, public_id: str) -> CodeNeeded | None:
    """Return the waiting challenge of this name, or None when there is none (any more)."""
    found = db.execute(
        select(LoginChallenge, User.email_as_typed)
        .join(User, User.id == LoginChallenge.user_id)
        .where(LoginChallenge.public_id == public_id)
    ).first()
    if found is None or _is_over(found[0]):
        return None
    return describe(found[0], found[1], factors_of(db, found[0].user_id))


def _is_over(challenge: LoginChallenge) -> bool:
    return (
        challenge.used_at is not None
        or challenge.expires_at <= clock.now()
        or challenge.tries >= CODE_TRIES
    )


def verify(
    db: Session,
    public_id: str,
    proof: SecondProof,
    door: Door,
    origin: Origin,
    *,
    via_api: bool = False,
) -> Opened | CodeProblem:
    """Open the session when the proof is right. A wrong one is counted on the challenge."""
    found = _locked(db, public_id)
    if found is None or _is_over(found[0]):
        return CodeProblem.OVER
    challenge, user = found
    offered = factors_of(db, user.id).methods
    method = proof.method or _meant(proof.code, offered)
    if method not in offered or not _is_right(db, challenge, user, method, proof, door):
        challenge.tries += 1
        guards.count_failure(db, guards.second_key(user.id))
        guards.count_failure(db, guards.address_key(origin.address))
        emit(db, SecondFactorFailed(actor_id=None, user_id=user.id, method=method))
        return CodeProblem.OVER if challenge.tries >= CODE_TRIES else CodeProblem.WRONG
    challenge.used_at = clock.now()
    attempt = Attempt(
        "",
        origin,
        challenge.remember,
        challenge.wanted_role,
        via_api=via_api,
        provider=challenge.provider,
    )
    return open_for(db, user, attempt, door)


def _meant(code: str, offered: tuple[Method, ...]) -> Method:
    """Return what somebody who names no method means: letters are a recovery code, digits the usual code."""
    if any(letter.isalpha() for letter in code):
        return Method.RECOVERY
    return Method.TOTP if Method.TOTP in offered else Method.MAIL


def _is_right(
    db: Session,
    challenge: LoginChallenge,
    user: User,
    method: Method,
    proof: SecondProof,
    door: Door,
) -> bool:
    if method is Method.TOTP:
        return totp.use_code(db, user.id, proof.code, door.secret)
    if method is Method.RECOVERY:
        return recovery.use_code(db, user, proof.code, door.secret)
    if method is Method.PASSKEY:
        return door.party is not None and passkeys.finish_proof(
            db, user.id, door.party, proof.ceremony, proof.code, CeremonyPurpose.SECOND
        )
    given = "".join(filter(str.isdigit, proof.code))
    kept = challenge.code_hash
    return bool(kept) and same(kept, keyed(door.secret, "code", challenge.public_id, given))


def begin_passkey(db: Session, public_id: str, party: RelyingParty) -> Ceremony:
    """Begin the proof by passkey for a challenge. Raises Rejected when the step is over, or there is no passkey."""
    found = _locked(db, public_id)
    if found is None or _is_over(found[0]):
        raise Rejected(over_sentence())
    user_id = found[0].user_id
    if Method.PASSKEY not in factors_of(db, user_id).methods:
        raise Rejected(_("There is no passkey to use here."))
    return passkeys.begin_proof(db, user_id, party, CeremonyPurpose.SECOND)


def over_sentence() -> str:
    """Return the sentence for a second step that has ended."""
    return _("This sign-in has ended. Please start again.")


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

    Raises Rejected when the step is over, or no code was mailed, or it is too soon, or it was done often enough.
    """
    found = _locked(db, public_id)
    if found is None or _is_over(found[0]):
        raise Rejected(over_sentence())
    challenge, user = found
    held = factors_of(db, user.id)
    now = clock.now()
    if Method.MAIL not in held.methods:
        raise Rejected(_("Use your app, a passkey or a recovery code: no code goes by mail."))
    if challenge.resends >= RESENDS:
        raise Rejected(
            _("No more codes for this sign-in. Look into your spam folder, or start again.")
        )
    if now < challenge.sent_at + RESEND_WAIT:
        raise Rejected(
            _("A code was sent just now. Please wait half a minute before the next one.")
        )
    challenge.expires_at = now + CODE_LIFE
    challenge.sent_at = now
    challenge.resends += 1
    _new_code(db, challenge, user, secret)
    return describe(challenge, user.email_as_typed, held)


def open_for(db: Session, user: User, attempt: Attempt, door: Door) -> Opened:
    """Open the session of a person who has proved enough."""
    guards.forgive(db, user.id)
    guards.forget(db, guards.second_key(user.id))
    return open_session(
        db,
        user.id,
        origin=attempt.origin,
        working_role=attempt.wanted_role,
        remember=attempt.remember,
        days=door.days,
        via_api=attempt.via_api,
        provider=attempt.provider,
    )


def sign_in_by_passkey(
    db: Session, attempt: Attempt, door: Door, ceremony: str, answer: str
) -> Opened | None:
    """Open the session of whoever a passkey alone proves, or return None. The challenge is used up either way."""
    user = None
    if door.party is not None:
        user = passkeys.finish_sign_in(db, door.party, ceremony, answer)
    if user is None:
        guards.count_failure(db, guards.address_key(attempt.origin.address))
        return None
    return open_for(db, user, attempt, door)


def purge_challenges(db: Session, before: datetime) -> None:
    """Remove the challenges that ended before `before`."""
    db.execute(delete(LoginChallenge).where(LoginChallenge.expires_at < before))
