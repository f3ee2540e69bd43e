"""What a person can prove themselves with, and the letters about changes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.mail.outbox import send
from quad.core.policy import Actor
from quad.identity.facts.factors import DeviceForgotten, FactorRemoved
from quad.identity.models.accounts import RoleGrant, User, UserSession
from quad.identity.models.factors import Passkey, RecoveryCode, TotpFactor, TrustedDevice
from quad.identity.policy import MANAGE, READ
from quad.identity.service.actor import held
from quad.identity.service.rules import factor_roles

NOTICE = "identity/security-notice"


class Method(StrEnum):
    """A second proof, in the words of the API."""

    TOTP = "totp"
    PASSKEY = "passkey"
    MAIL = "mail"
    RECOVERY = "recovery"


@dataclass(frozen=True)
class Held:
    """The second factors of a person."""

    totp: bool = False
    passkeys: int = 0
    recovery_left: int = 0

    @property
    def strong(self) -> bool:
        """Tell whether there is a factor that replaces the mailed code."""
        return self.totp or self.passkeys > 0

    @property
    def methods(self) -> tuple[Method, ...]:
        """The second proofs to choose from, the usual one first.

        The mailed code is for those without a factor: beside one it would make the account as weak as the mailbox.
        """
        if not self.strong:
            return (Method.MAIL,)
        offered = {
            Method.TOTP: self.totp,
            Method.PASSKEY: self.passkeys > 0,
            Method.RECOVERY: self.recovery_left > 0,
        }
        return tuple(method for method, there in offered.items() if there)


def factors_of(db: Session, user_id: int) -> Held:
    """Return the second factors of a person, with one query."""
    totp = exists().where(TotpFactor.user_id == user_id, TotpFactor.confirmed_at.is_not(None))
    passkeys = select(func.count(Passkey.id)).where(Passkey.user_id == user_id)
    codes = select(func.count(RecoveryCode.id)).where(
        RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    )
    row = db.execute(
        select(
            select(func.count()).where(totp).scalar_subquery(),
            passkeys.scalar_subquery(),
            codes.scalar_subquery(),
        )
    ).one()
    return Held(bool(row[0]), row[1], row[2])


def lacks_factor(db: Session, user_id: int) -> bool:
    """Tell whether a role that the person holds today asks for a second factor that is not set up."""
    asked = factor_roles(db)
    if not asked:
        return False
    holds = select(RoleGrant.id).where(
        RoleGrant.user_id == user_id, RoleGrant.role.in_(asked), held(clock.today())
    )
    return db.scalar(holds.limit(1)) is not None and not factors_of(db, user_id).strong


def note_added(db: Session, user: User, kind: str, *, name: str = "") -> None:
    """Do what follows when a factor was added: tell the owner, free waiting sessions, ask on trusted devices again."""
    db.execute(
        update(UserSession)
        .where(UserSession.user_id == user.id, UserSession.needs_factor)
        .values(needs_factor=False)
    )
    forget_devices(db, user.id, actor_id=user.id)
    tell(db, user, f"{kind}-added", {"name_of_key": name})


def note_removed(db: Session, user: User, kind: str, *, name: str = "") -> None:
    """Do what follows when a factor was removed: tell the owner; codes without a factor go as well."""
    if not factors_of(db, user.id).strong:
        db.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    tell(db, user, f"{kind}-removed", {"name_of_key": name})


def require_replaceable(db: Session, user_id: int, *, remaining: Held) -> None:
    """Raise Rejected when a role asks for a factor and `remaining` would be none."""
    if remaining.strong:
        return
    asked = factor_roles(db)
    holds = select(RoleGrant.id).where(
        RoleGrant.user_id == user_id, RoleGrant.role.in_(asked), held(clock.today())
    )
    if asked and db.scalar(holds.limit(1)) is not None:
        raise Rejected(_("Your role needs a second factor. Add another one before removing this."))


def remove_all(db: Session, actor: Actor, user_id: int) -> None:
    """Take every second factor from somebody who lost them (an administrator's act; the owner is told by mail).

    Raises NotFound, Forbidden.
    """
    user = MANAGE.get(db, actor, user_id, read=READ, lock=True)
    totps = db.scalars(select(TotpFactor).where(TotpFactor.user_id == user.id)).all()
    keys = db.scalars(select(Passkey).where(Passkey.user_id == user.id)).all()
    for factor in [*totps, *keys]:
        db.delete(factor)
    db.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    forget_devices(db, user.id, actor_id=actor.id)
    tell(db, user, "all-removed")
    for kind, rows in (("totp", totps), ("passkey", keys)):
        for row in rows:
            emit(
                db,
                FactorRemoved(actor_id=actor.id, user_id=user.id, kind=kind, factor_id=row.id),
            )


def forget_devices(
    db: Session, user_id: int, *, actor_id: int | None, only: int | None = None
) -> tuple[int, ...]:
    """Let the trusted devices of a person (or `only` one) be asked again; return their numbers."""
    query = select(TrustedDevice.id).where(TrustedDevice.user_id == user_id)
    if only is not None:
        query = query.where(TrustedDevice.id == only)
    ids = tuple(sorted(db.scalars(query.with_for_update())))
    if ids:
        db.execute(delete(TrustedDevice).where(TrustedDevice.id.in_(ids)))
        emit(db, DeviceForgotten(actor_id=actor_id, user_id=user_id, device_ids=ids))
    return ids


def tell(db: Session, user: User, event: str, values: Mapping[str, Any] | None = None) -> None:
    """Mail the owner what happened to the security of the account (`event`, a word the letter knows)."""
    send(
        db,
        NOTICE,
        [(user.full_name, user.email_as_typed)],
        {"event": event, "at": clock.now(), **(values or {})},
        language=user.language or None,
        zone=user.zone or None,
    )
