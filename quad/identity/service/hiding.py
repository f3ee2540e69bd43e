"""Ending every way in of an account: sessions, tokens, codes and links under way."""

from __future__ import annotations

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.facts import emit
from quad.core.policy import Actor
from quad.identity.facts.accounts import SessionRevoked
from quad.identity.models.accounts import LoginChallenge, PasswordReset, PersonalToken, User
from quad.identity.service.sessions import end_sessions


def sign_out_everywhere(db: Session, actor: Actor, user: User) -> int:
    """End every session of a person; return how many."""
    ended = end_sessions(db, user.id)
    if ended:
        emit(db, SessionRevoked(actor_id=actor.id, user_id=user.id, session_ids=ended))
    return len(ended)


def end_access(db: Session, actor: Actor, user: User) -> None:
    """End sessions, personal tokens, codes and links of a person at once."""
    sign_out_everywhere(db, actor, user)
    now = clock.now()
    db.execute(
        update(PersonalToken)
        .where(PersonalToken.user_id == user.id, PersonalToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    db.execute(delete(LoginChallenge).where(LoginChallenge.user_id == user.id))
    db.execute(delete(PasswordReset).where(PasswordReset.user_id == user.id))
