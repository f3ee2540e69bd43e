"""Tokens for programs: refresh tokens that rotate, and personal tokens.

The session is the family. A refresh token is used once; its successor is computed from it, so that a client whose
answer was lost gets the same answer again within the grace, and nothing secret is kept (DESIGN §9.15).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import Forbidden, NotFound
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.facts.accounts import (
    PersonalTokenCreated,
    PersonalTokenRevoked,
    PersonalTokenRotated,
    SessionRevoked,
    TokenReused,
)
from quad.identity.models.accounts import (
    AccountState,
    PersonalToken,
    RefreshToken,
    User,
    UserSession,
)
from quad.identity.policy import ADMINISTER, OWN_ACCOUNT, ROTATE_TOKENS, USE_TOKENS
from quad.identity.service.actor import write_access_token
from quad.identity.service.scopes import checked
from quad.identity.service.secrets import PERSONAL_PREFIX, fingerprint, keyed, new_key

GRACE = timedelta(seconds=30)
FAMILY_LIFE = timedelta(days=180)
LISTED = 100


@dataclass(frozen=True)
class TokenPair:
    """What a client gets: an access token for a quarter of an hour, a refresh token for the next pair."""

    access_token: str
    refresh_token: str
    session_id: int
    user_id: int


def first_pair(db: Session, session_id: int, secret: str) -> TokenPair:
    """Return the first pair of a session."""
    session = db.scalars(select(UserSession).where(UserSession.id == session_id)).one()
    refresh = new_key()
    now = clock.now()
    _keep(db, session.id, refresh, session.expires_at)
    access = write_access_token(session.id, session.user_id, secret, now)
    return TokenPair(access, refresh, session.id, session.user_id)


def _keep(db: Session, session_id: int, refresh: str, expires_at: datetime) -> None:
    db.add(
        RefreshToken(session_id=session_id, token_hash=fingerprint(refresh), expires_at=expires_at)
    )
    db.flush()


def rotate(db: Session, refresh: str, secret: str, *, days: int = 30) -> TokenPair | None:
    """Return the next pair, or None when the token opens nothing.

    The token before the current one gets the same answer for `GRACE`; afterwards its use ends the session, which
    is kept although nothing is handed out.
    """
    now = clock.now()
    found = db.execute(
        select(RefreshToken, UserSession)
        .join(UserSession, UserSession.id == RefreshToken.session_id)
        .join(User, User.id == UserSession.user_id)
        .where(
            RefreshToken.token_hash == fingerprint(refresh),
            UserSession.revoked_at.is_(None),
            User.state == AccountState.ACTIVE,
            User.deleted_at.is_(None),
        )
        .with_for_update(of=RefreshToken)
    ).first()
    if found is None:
        return None
    token, session = found[0], found[1]
    if token.rotated_at is not None and now - token.rotated_at > GRACE:
        _end_family(db, session)
        return None
    if token.expires_at <= now or session.expires_at <= now:
        return None
    following = keyed(secret, "refresh", refresh)
    if token.rotated_at is None:
        token.rotated_at = now
        # Every use moves the end, but never beyond the family's own.
        session.expires_at = min(
            now + timedelta(days=days), session.created_at + max(FAMILY_LIFE, timedelta(days=days))
        )
        session.last_seen_at = now
        _keep(db, session.id, following, session.expires_at)
    access = write_access_token(session.id, session.user_id, secret, token.rotated_at)
    return TokenPair(access, following, session.id, session.user_id)


def _end_family(db: Session, session: UserSession) -> None:
    session.revoked_at = clock.now()
    emit(db, TokenReused(actor_id=None, user_id=session.user_id, session_id=session.id))
    emit(db, SessionRevoked(actor_id=None, user_id=session.user_id, session_ids=(session.id,)))


def create_token(
    db: Session,
    actor: Actor,
    user_id: int,
    *,
    name: str,
    ttl: timedelta | None,
    scopes: Sequence[str] = ("read", "write"),
) -> str:
    """Make a personal token for a person and return it; it is shown once. Only the person or an administrator may.

    Raises Forbidden (also for a personal token: one must not make others that may do more), Invalid for the scopes.
    """
    gate = OWN_ACCOUNT if actor.id == user_id else ADMINISTER
    gate.require(actor)
    _refuse_tokens(actor)
    token, found = _fresh()
    row = PersonalToken(
        user_id=user_id,
        name=name,
        scopes=checked(scopes),
        expires_at=clock.now() + ttl if ttl else None,
        **found,
    )
    db.add(row)
    db.flush()
    emit(db, PersonalTokenCreated(actor_id=actor.id, user_id=user_id, token_id=row.id))
    return token


def rotate_token(db: Session, actor: Actor, token_id: int, *, ttl: timedelta | None) -> str:
    """Give a token a new secret and a new end, and return it; the old secret opens nothing from now on.

    Raises NotFound when there is none, or it was ended; Forbidden for a personal token.
    """
    _refuse_tokens(actor)
    row = ROTATE_TOKENS.get(db, actor, token_id, lock=True)
    if row.revoked_at is not None:
        raise NotFound
    token, found = _fresh()
    row.token_hash, row.tail = found["token_hash"], found["tail"]
    row.expires_at = clock.now() + ttl if ttl else None
    emit(db, PersonalTokenRotated(actor_id=actor.id, user_id=row.user_id, token_id=row.id))
    return token


def _fresh() -> tuple[str, dict[str, str]]:
    token = PERSONAL_PREFIX + new_key()
    return token, {"token_hash": fingerprint(token), "tail": token[-4:]}


def _refuse_tokens(actor: Actor) -> None:
    if actor.via == "token":
        raise Forbidden(_("A personal access token cannot make tokens. Sign in and try again."))


def list_tokens(db: Session, actor: Actor, user_id: int) -> Sequence[PersonalToken]:
    """Return the tokens of a person that still work, the newest first."""
    query = (
        USE_TOKENS.visible(actor)
        .where(
            PersonalToken.user_id == user_id,
            PersonalToken.revoked_at.is_(None),
            or_(PersonalToken.expires_at.is_(None), PersonalToken.expires_at > clock.now()),
        )
        .order_by(PersonalToken.id.desc())
        .limit(LISTED)
    )
    return db.scalars(query).all()


def revoke_token(db: Session, actor: Actor, token_id: int) -> None:
    """End a personal token at once. Raises NotFound when there is none, or it has ended."""
    token = USE_TOKENS.get(db, actor, token_id, lock=True)
    if token.revoked_at is not None:
        raise NotFound
    token.revoked_at = clock.now()
    emit(db, PersonalTokenRevoked(actor_id=actor.id, user_id=token.user_id, token_id=token.id))
