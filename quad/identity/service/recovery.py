"""Recovery codes: ten on paper, for the day the phone is lost. Kept as keyed hashes, each good once."""

from __future__ import annotations

import secrets as chance

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.facts.factors import RecoveryCodesMade, RecoveryCodeUsed
from quad.identity.models.accounts import User
from quad.identity.models.factors import RecoveryCode
from quad.identity.policy import OWN_ACCOUNT
from quad.identity.service.factors import factors_of, tell
from quad.identity.service.secrets import READABLE, keyed

COUNT = 10
LETTERS = 24  # 119 bits of 31 letters: too many to guess, whoever has the hashes
GROUP = 4


def new_codes() -> list[str]:
    """Return ten codes that can be read aloud (119 bits each)."""
    return [_new_code() for _turn in range(COUNT)]


def _new_code() -> str:
    letters = "".join(chance.choice(READABLE) for _letter in range(LETTERS))
    return "-".join(letters[at : at + GROUP] for at in range(0, LETTERS, GROUP))


def _plain(code: str) -> str:
    """Read a code the way people type it: capitals, spaces and dashes do not matter."""
    return "".join(letter for letter in code.lower() if letter.isalnum())[:40]


def _hash(secret: str, user_id: int, code: str) -> str:
    return keyed(secret, "recovery", str(user_id), _plain(code))


def replace_codes(db: Session, actor: Actor, secret: str) -> list[str]:
    """Make ten new codes and return them, to be shown once; earlier ones end.

    Raises Rejected when the person has no second factor that they could stand in for.
    """
    OWN_ACCOUNT.require(actor)
    user = db.scalars(select(User).where(User.id == actor.own_id).with_for_update()).one()
    if not factors_of(db, user.id).strong:
        raise Rejected(
            _("Recovery codes stand in for a second factor. Set up an app or a passkey first.")
        )
    codes = write_codes(db, user.id, secret)
    tell(db, user, "codes-made")
    return codes


def write_codes(db: Session, user_id: int, secret: str) -> list[str]:
    """Replace the codes of a person; the caller has asked the policy and tells the owner."""
    codes = new_codes()
    db.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    db.add_all(
        RecoveryCode(user_id=user_id, code_hash=_hash(secret, user_id, code)) for code in codes
    )
    emit(db, RecoveryCodesMade(actor_id=user_id, user_id=user_id))
    return codes


def first_codes(db: Session, user_id: int, secret: str) -> list[str]:
    """Return new codes when the person has none left, as after the first factor; else nothing."""
    left = select(func.count(RecoveryCode.id)).where(
        RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    )
    return [] if db.scalar(left) else write_codes(db, user_id, secret)


def use_code(db: Session, user: User, code: str, secret: str) -> bool:
    """Use a code up; tell whether it was a good one. Of two at once exactly one succeeds."""
    used = db.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.code_hash == _hash(secret, user.id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]
        return False
    left = factors_of(db, user.id).recovery_left
    tell(db, user, "code-used" if left else "codes-gone", {"left": left})
    emit(db, RecoveryCodeUsed(actor_id=user.id, user_id=user.id, left=left))
    return True


def are_own(db: Session, actor: Actor, codes: list[str], secret: str) -> bool:
    """Tell whether all of these are codes of the actor, so that a page may hand them back as a file."""
    if not codes or len(codes) > COUNT:
        return False
    hashes = {_hash(secret, actor.own_id, code) for code in codes}
    known = select(func.count(RecoveryCode.id)).where(
        RecoveryCode.user_id == actor.own_id, RecoveryCode.code_hash.in_(hashes)
    )
    return db.scalar(known) == len(codes)
