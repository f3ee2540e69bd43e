"""The people of a demo installation, for signing in with one click."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.identity.models.accounts import AccountState, RoleGrant, User
from quad.identity.service.actor import ROLE_ORDER
from quad.identity.service.areas import role_label


def list_roles(db: Session) -> list[tuple[str, str]]:
    """Return (role, label) of every role that somebody can be tried as, in their usual order."""
    query = (
        select(RoleGrant.role)
        .join(User, User.id == RoleGrant.user_id)
        .where(User.state == AccountState.ACTIVE, User.deleted_at.is_(None))
        .distinct()
    )
    there = set(db.scalars(query))
    return [(role, role_label(role)) for role in ROLE_ORDER if role in there]


def find_person(db: Session, role: str) -> int | None:
    """Return the first person who holds `role`, or None."""
    if role not in ROLE_ORDER:
        return None
    return db.scalar(
        select(func.min(User.id))
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(
            RoleGrant.role == role,
            User.state == AccountState.ACTIVE,
            User.deleted_at.is_(None),
        )
    )
