"""Questions other domains ask about people."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.db.types import normalised
from quad.core.errors import Rejected
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.models.accounts import Role, RoleGrant, SignInGuard, User
from quad.identity.policy import READ
from quad.identity.service.actor import held


def get_user(db: Session, actor: Actor, user_id: int) -> User:
    """Return an account the actor may see. Raises NotFound."""
    return READ.get(db, actor, user_id)


def require_new_email(db: Session, email: str) -> None:
    """Raise Rejected when the address has an account already."""
    known = select(User.id).where(User.email == normalised(email), User.deleted_at.is_(None))
    if db.scalar(known) is not None:
        raise Rejected(_("Email already registered"))


def get_lock(db: Session, actor: Actor, user_id: int) -> datetime | None:
    """Return until when the account waits after failed sign-ins, or None."""
    return db.scalar(
        select(SignInGuard.locked_until)
        .join(User, User.id == SignInGuard.user_id)
        .where(
            SignInGuard.user_id == user_id,
            SignInGuard.locked_until > clock.now(),
            READ.where(actor),
        )
    )


def holds(db: Session, user_id: int, *roles: Role) -> bool:
    """Tell whether a living account holds any of `roles` today."""
    return user_id in holders(db, [user_id], *roles)


def holders(db: Session, user_ids: Collection[int], *roles: Role) -> set[int]:
    """Return those of `user_ids` who hold any of `roles` today."""
    query = (
        select(RoleGrant.user_id)
        .join(User, User.id == RoleGrant.user_id)
        .where(
            RoleGrant.user_id.in_(user_ids),
            RoleGrant.role.in_(roles),
            held(clock.today()),
            User.deleted_at.is_(None),
        )
    )
    return set(db.scalars(query))


def find_account(db: Session, actor: Actor, text: str) -> int | None:
    """Return the number of the account with this e-mail address, user name or number, if the actor may see it."""
    name = normalised(text)
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    return db.scalar(
        select(User.id)
        .where(or_(User.email == name, User.username == name, User.id == number), READ.where(actor))
        .order_by(User.id != number)
        .limit(1)
    )
