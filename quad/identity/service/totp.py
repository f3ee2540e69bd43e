"""Authenticator apps: six digits from a shared key and the time (RFC 6238; SHA-1, 30 seconds, as all apps do)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyotp
import segno
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import Invalid, NotFound, Rejected
from quad.core.facts import emit
from quad.core.house import NAME
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.core.settings import value
from quad.identity.facts.factors import FactorAdded, FactorBegun, FactorRemoved
from quad.identity.models.accounts import User
from quad.identity.models.factors import TotpFactor
from quad.identity.policy import OWN_ACCOUNT
from quad.identity.service.factors import (
    Held,
    factors_of,
    note_added,
    note_removed,
    require_replaceable,
)
from quad.identity.service.recovery import first_codes
from quad.identity.service.secrets import same
from quad.identity.service.vault import seal, unseal

STEP = 30  # seconds
WINDOW = 1  # steps that a slow hand or a wrong clock may be off
PURPOSE = "totp"


@dataclass(frozen=True)
class Enrolment:
    """What an app needs: the key, in groups to be typed, and the address its camera reads."""

    key: str
    uri: str

    @property
    def typed(self) -> str:
        """The key in groups of four."""
        return " ".join(self.key[at : at + 4] for at in range(0, len(self.key), 4))

    @property
    def picture(self) -> str:
        """The address as a QR code: a picture in a `data:` address, dark on white in both themes."""
        code = segno.make(self.uri, error="m", micro=False)
        return str(code.svg_data_uri(scale=5, border=3, dark="#000", light="#fff"))


def counter_at(moment: datetime) -> int:
    """Return the number of the time step `moment` lies in."""
    return int(moment.timestamp()) // STEP


def code_for(key: str, counter: int) -> str:
    """Return the six digits of a time step (RFC 4226, RFC 6238)."""
    return pyotp.HOTP(key).at(counter)


def matching_counter(key: str, code: str, moment: datetime) -> int | None:
    """Return the time step that `code` belongs to, at most `WINDOW` steps from `moment`, or None."""
    now = counter_at(moment)
    found = None
    for counter in range(now - WINDOW, now + WINDOW + 1):
        if same(code_for(key, counter), code):
            found = counter
    return found


def start(db: Session, actor: Actor, secret: str) -> Enrolment:
    """Begin to set an app up: a new key, which counts once a code proved that the app has it.

    Raises Rejected when there is an app already.
    """
    OWN_ACCOUNT.require(actor)
    user = db.scalars(select(User).where(User.id == actor.own_id).with_for_update()).one()
    row = db.scalar(select(TotpFactor).where(TotpFactor.user_id == user.id).with_for_update())
    if row is not None and row.confirmed_at is not None:
        raise Rejected(_("You have an authenticator app already. Remove it to set up another."))
    key = pyotp.random_base32()
    if row is None:
        row = TotpFactor(user_id=user.id, secret_sealed="")
        db.add(row)
    row.secret_sealed = seal(secret, PURPOSE, key)
    db.flush()
    emit(db, FactorBegun(actor_id=actor.id, user_id=user.id, kind="totp"))
    return _enrolment(key, user.email_as_typed, issuer=value(db, NAME))


def waiting(db: Session, actor: Actor, secret: str) -> Enrolment | None:
    """Return the enrolment under way, or None."""
    OWN_ACCOUNT.require(actor)
    row = db.execute(
        select(TotpFactor.secret_sealed, User.email_as_typed)
        .join(User, User.id == TotpFactor.user_id)
        .where(TotpFactor.user_id == actor.own_id, TotpFactor.confirmed_at.is_(None))
    ).first()
    key = None if row is None else unseal(secret, PURPOSE, row.secret_sealed)
    if row is None or key is None:
        return None
    return _enrolment(key, row.email_as_typed, issuer=value(db, NAME))


def _enrolment(key: str, email: str, issuer: str) -> Enrolment:
    uri = pyotp.TOTP(key).provisioning_uri(name=email, issuer_name=issuer.replace(":", " "))
    return Enrolment(key, uri)


def confirm(db: Session, actor: Actor, code: str, secret: str) -> list[str]:
    """Finish the setting up with a code of the app; return recovery codes to show when there were none.

    Raises Invalid when the code is not right, NotFound when nothing is being set up.
    """
    OWN_ACCOUNT.require(actor)
    user = db.scalars(select(User).where(User.id == actor.own_id).with_for_update()).one()
    row = db.scalar(
        select(TotpFactor)
        .where(TotpFactor.user_id == user.id, TotpFactor.confirmed_at.is_(None))
        .with_for_update()
    )
    key = None if row is None else unseal(secret, PURPOSE, row.secret_sealed)
    if row is None or key is None:
        raise NotFound
    counter = matching_counter(key, _digits(code), clock.now())
    if counter is None:
        raise Invalid(
            {
                "code": _(
                    "This is not the code that the app shows now. Check the clock of your phone."
                )
            }
        )
    row.confirmed_at, row.last_counter = clock.now(), counter
    note_added(db, user, "totp")
    emit(db, FactorAdded(actor_id=actor.id, user_id=user.id, kind="totp", factor_id=row.id))
    return first_codes(db, user.id, secret)


def _digits(code: str) -> str:
    return "".join(letter for letter in code if letter.isascii() and letter.isdigit())[:12]


def use_code(db: Session, user_id: int, code: str, secret: str) -> bool:
    """Tell whether `code` is right, and use it up: the same code, or an earlier one, does not count again."""
    row = db.scalar(
        select(TotpFactor).where(
            TotpFactor.user_id == user_id, TotpFactor.confirmed_at.is_not(None)
        )
    )
    key = None if row is None else unseal(secret, PURPOSE, row.secret_sealed)
    if row is None or key is None:
        return False
    now = clock.now()
    counter = matching_counter(key, _digits(code), now)
    if counter is None:
        return False
    used = db.execute(  # of two at once exactly one moves the counter
        update(TotpFactor)
        .where(TotpFactor.id == row.id, TotpFactor.last_counter < counter)
        .values(last_counter=counter, last_used_at=now)
    )
    return bool(used.rowcount == 1)  # type: ignore[attr-defined]


def get_app(db: Session, user_id: int) -> TotpFactor | None:
    """Return the app that a person has set up, or None."""
    return db.scalar(
        select(TotpFactor).where(
            TotpFactor.user_id == user_id, TotpFactor.confirmed_at.is_not(None)
        )
    )


def remove(db: Session, actor: Actor) -> None:
    """Remove the app. Raises NotFound, or Rejected when a role needs a factor and this is the last one."""
    OWN_ACCOUNT.require(actor)
    user = db.scalars(select(User).where(User.id == actor.own_id).with_for_update()).one()
    row = get_app(db, user.id)
    if row is None:
        raise NotFound
    there = factors_of(db, user.id)
    require_replaceable(db, user.id, remaining=Held(passkeys=there.passkeys))
    factor_id = row.id
    db.delete(row)
    db.flush()
    note_removed(db, user, "totp")
    emit(db, FactorRemoved(actor_id=actor.id, user_id=user.id, kind="totp", factor_id=factor_id))
