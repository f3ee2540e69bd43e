"""The moment an account opens for somebody who registered."""

from __future__ import annotations

from sqlalchemy.orm import Session

from quad.core.facts import emit
from quad.identity.facts import UserRegistered
from quad.identity.models import AccountState, User


def activate(db: Session, user: User, *, actor_id: int | None) -> None:
    """Open the account; domains above add what a new student needs."""
    user.state = AccountState.ACTIVE
    emit(db, UserRegistered(actor_id=actor_id, user_id=user.id))
