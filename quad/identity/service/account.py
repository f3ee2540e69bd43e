"""What people change about their own account."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.errors import Invalid, SignedOut
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.identity.policy import OWN_ACCOUNT
from quad.identity.service.hashing import Hasher
from quad.identity.service.passwords import require_good
from quad.identity.service.resets import set_password


def get_own(db: Session, actor: Actor) -> User:
    """Return the actor's own row. Raises SignedOut, Forbidden for the system."""
    OWN_ACCOUNT.require(actor)
    user = db.scalar(select(User).where(User.id == actor.own_id, User.deleted_at.is_(None)))
    if user is None:
        raise SignedOut
    return user


@dataclass(frozen=True)
class OwnPassword:
    """What is needed to judge a new password, without the row."""

    name: str
    email: str
    password_hash: str | None


def read_own_password(db: Session, actor: Actor) -> OwnPassword:
    """Return what `prepare_password` needs. Raises SignedOut, Forbidden for the system."""
    user = get_own(db, actor)
    return OwnPassword(user.full_name, user.email, user.password_hash)


def prepare_password(own: OwnPassword, *, current: str, new: str, hasher: Hasher) -> str:
    """Check the current password and the rules, and return the new hash (no database).

    Raises Invalid with a sentence per field, TooMany.
    """
    if not hasher.check(own.password_hash, current).right:
        raise Invalid({"current": _("This is not your current password.")})
    if new == current:
        raise Invalid({"password": _("Choose a password that differs from the current one.")})
    require_good(new, email=own.email, name=own.name)
    return hasher.hash(new)


def change_password(db: Session, actor: Actor, was: str | None, password_hash: str) -> None:
    """Keep the new hash unless the password changed since `was` was read; other sessions end.

    Raises Invalid when it changed meanwhile.
    """
    OWN_ACCOUNT.require(actor)
    user = db.scalar(
        select(User).where(User.id == actor.own_id, User.password_hash == was).with_for_update()
    )
    if user is None:
        raise Invalid({"current": _("Your password was changed meanwhile. Use the new one.")})
    replaced = set_password(db, user, password_hash, keep_session=actor.session_id)
    emit(db, replaced)
