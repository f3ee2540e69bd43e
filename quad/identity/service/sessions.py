"""Sessions: opening, listing, ending, and the working role of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import NotFound, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.mail.outbox import send
from quad.core.origin import Origin, current_origin
from quad.core.policy import Actor
from quad.identity.facts.accounts import RoleSwitched, SessionRevoked, SignedIn
from quad.identity.kinds import device_name
from quad.identity.models.accounts import RefreshToken, User, UserSession
from quad.identity.policy import END_SESSION, OWN_ACCOUNT
from quad.identity.service.actor import living
from quad.identity.service.factors import lacks_factor
from quad.identity.service.rules import idle_since
from quad.identity.service.secrets import fingerprint, new_key

SHORT_SESSION = timedelta(hours=12)
KNOWN_DEVICE = timedelta(days=180)
LISTED = 50


@dataclass(frozen=True)
class Opened:
    """A new session. `key` is for the cookie and is not kept."""

    key: str
    session_id: int
    user_id: int
    expires_at: datetime
    remember: bool
    device: str = ""  # the new cookie of a trusted device that this sign-in used


def open_session(
    db: Session,
    user_id: int,
    *,
    origin: Origin | None = None,
    working_role: str = "",
    remember: bool = False,
    days: int = 30,
    via_api: bool = False,
    provider: str = "",
) -> Opened:
    """Open a session for a person who has proved who they are; others are told of an unknown device by mail."""
    place = origin or current_origin()
    now = clock.now()
    key = new_key()
    lasts = timedelta(days=days) if remember or via_api else SHORT_SESSION
    user = db.scalars(select(User).where(User.id == user_id)).one()
    _tell_of_new_device(db, user, place)
    session = UserSession(
        user_id=user_id,
        key_hash=fingerprint(key),
        via_api=via_api,
        working_role=working_role,
        remember=remember,
        last_seen_at=now,
        expires_at=now + lasts,
        ip=place.address[:45],
        user_agent=place.user_agent[:300],
        proved_at=now,
        needs_factor=lacks_factor(db, user_id),
        provider=provider,
    )
    db.add(session)
    db.execute(update(User).where(User.id == user_id).values(last_sign_in_at=now))
    db.flush()
    emit(db, SignedIn(actor_id=user_id, user_id=user_id, session_id=session.id))
    return Opened(key, session.id, user_id, session.expires_at, remember)


def _tell_of_new_device(db: Session, user: User, origin: Origin) -> None:
    earlier = select(UserSession.user_agent).where(
        UserSession.user_id == user.id, UserSession.created_at > clock.now() - KNOWN_DEVICE
    )
    known = set(db.scalars(earlier.distinct().limit(LISTED)))
    if not known or not origin.user_agent or origin.user_agent[:300] in known:
        return
    send(
        db,
        "identity/new-device",
        [(user.full_name, user.email_as_typed)],
        {"device": device_name(origin.user_agent), "ip": origin.address, "at": clock.now()},
        language=user.language or None,
        zone=user.zone or None,
    )


def list_sessions(db: Session, actor: Actor, user_id: int) -> Sequence[UserSession]:
    """Return the living sessions of a person, the newest first."""
    query = (
        END_SESSION.visible(actor)
        .where(
            UserSession.user_id == user_id,
            living(clock.now(), idle_since(db)),
        )
        .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())
        .limit(LISTED)
    )
    return db.scalars(query).all()


def revoke_session(db: Session, actor: Actor, session_id: int) -> None:
    """End one session. Raises NotFound when it is not one the actor may see, or has ended."""
    session = END_SESSION.get(db, actor, session_id, lock=True)
    if session.revoked_at is not None:
        raise NotFound
    session.revoked_at = clock.now()
    emit(
        db,
        SessionRevoked(actor_id=actor.id, user_id=session.user_id, session_ids=(session.id,)),
    )


def revoke_other_sessions(db: Session, actor: Actor) -> int:
    """End every session of the actor but this one; return how many."""
    OWN_ACCOUNT.require(actor)
    ended = end_sessions(db, actor.own_id, keep=actor.session_id)
    if ended:
        emit(db, SessionRevoked(actor_id=actor.id, user_id=actor.own_id, session_ids=ended))
    return len(ended)


def sign_out(db: Session, actor: Actor) -> None:
    """End this session."""
    OWN_ACCOUNT.require(actor)
    if actor.session_id is not None:
        revoke_session(db, actor, actor.session_id)
    else:
        emit(db, SessionRevoked(actor_id=actor.id, user_id=actor.own_id, session_ids=()))


def provider_of(db: Session, actor: Actor) -> str:
    """Return the provider that vouched for this session's sign-in, or nothing."""
    query = select(UserSession.provider).where(UserSession.id == actor.session_id)
    return db.scalar(query) or ""


def end_sessions(db: Session, user_id: int, *, keep: int | None = None) -> tuple[int, ...]:
    """End the living sessions of a person except `keep`; return their numbers. The caller tells of it."""
    alive = select(UserSession.id).where(
        UserSession.user_id == user_id,
        UserSession.revoked_at.is_(None),
        UserSession.expires_at > clock.now(),
    )
    ids = [found for found in db.scalars(alive.with_for_update()) if found != keep]
    if ids:
        db.execute(
            update(UserSession).where(UserSession.id.in_(ids)).values(revoked_at=clock.now())
        )
    return tuple(sorted(ids))


def switch_role(db: Session, actor: Actor, role: str) -> None:
    """Work as `role` from now on in this session. Raises Rejected when the role is not held."""
    OWN_ACCOUNT.require(actor)
    if role not in actor.roles:
        raise Rejected(_("You do not hold this role."))
    if actor.session_id is None:
        raise Rejected(_("Only a signed-in session has a working role."))
    db.execute(
        update(UserSession).where(UserSession.id == actor.session_id).values(working_role=role)
    )
    emit(db, RoleSwitched(actor_id=actor.id, session_id=actor.session_id, role=role))


def purge_sessions(db: Session, before: datetime) -> None:
    """Remove what ended before `before`, so that the table holds the living and the recent."""
    old = select(UserSession.id).where(UserSession.expires_at < before).limit(1000)
    ids = db.scalars(old).all()
    if ids:
        db.execute(delete(RefreshToken).where(RefreshToken.session_id.in_(ids)))
        db.execute(delete(UserSession).where(UserSession.id.in_(ids)))
