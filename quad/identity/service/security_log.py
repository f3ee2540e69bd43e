"""What happened to one's own sign-in, for oneself: written by facts, read on the security page, kept for a year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.origin import current_origin
from quad.core.policy import Actor
from quad.identity.models.accounts import UserSession
from quad.identity.models.profiles import SecurityEvent, SecurityKind
from quad.identity.policy import READ_SECURITY_LOG

KEPT = timedelta(days=365)
KNOWN_DEVICE = timedelta(days=180)
SHOWN = 5


def note(db: Session, user_id: int | None, kind: SecurityKind) -> None:
    """Write one line, with the device and address of this request."""
    origin = current_origin()
    db.add(
        SecurityEvent(
            user_id=user_id,
            kind=kind,
            ip=origin.address[:45],
            user_agent=origin.user_agent[:300],
        )
    )


def note_sign_in(db: Session, user_id: int, session_id: int) -> None:
    """Write that somebody signed in; with a device not seen for half a year it is told apart."""
    here = db.execute(
        select(UserSession.ip, UserSession.user_agent).where(UserSession.id == session_id)
    ).one()
    earlier = select(UserSession.user_agent).where(
        UserSession.user_id == user_id,
        UserSession.id != session_id,
        UserSession.created_at > clock.now() - KNOWN_DEVICE,
    )
    known = set(db.scalars(earlier.distinct().limit(50)))
    fresh = bool(known) and bool(here.user_agent) and here.user_agent not in known
    kind = SecurityKind.NEW_DEVICE if fresh else SecurityKind.SIGNED_IN
    db.add(SecurityEvent(user_id=user_id, kind=kind, ip=here.ip, user_agent=here.user_agent))


def recent(db: Session, actor: Actor) -> Sequence[SecurityEvent]:
    """Return the newest lines of the actor's own log."""
    query = READ_SECURITY_LOG.visible(actor).order_by(SecurityEvent.id.desc()).limit(SHOWN)
    return db.scalars(query).all()


def purge_events(db: Session) -> None:
    """Remove lines older than a year, and those of nobody."""
    old = SecurityEvent.created_at < clock.now() - KEPT
    db.execute(delete(SecurityEvent).where(old | SecurityEvent.user_id.is_(None)))
