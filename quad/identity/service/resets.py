"""Mailed links that set a new password without the old one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.db.types import normalised
from quad.core.errors import Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.jobs.outbox import enqueue
from quad.core.mail.outbox import send
from quad.identity.facts.accounts import PasswordChanged, PasswordResetRequested, SessionRevoked
from quad.identity.models.accounts import AccountState, LinkPurpose, PasswordReset, User
from quad.identity.service.guards import forgive
from quad.identity.service.secrets import fingerprint
from quad.identity.service.sessions import end_sessions

RESET_LIFE = timedelta(minutes=15)
RESET_JOB = "identity.mail_reset"


@dataclass(frozen=True)
class LinkHolder:
    """Whom a link belongs to: what the password rules need to know."""

    user_id: int
    name: str
    email: str


def ask_for_reset(db: Session, identifier: str) -> None:
    """Promise a reset mail. Whether anybody has that name is looked up by the worker, so the answer cannot tell."""
    enqueue(db, RESET_JOB, {"identifier": identifier})


def mail_reset(db: Session, identifier: str, base_url: str) -> None:
    """Mail a reset link if `identifier` is somebody's (the worker's part)."""
    name = normalised(identifier)
    user = db.scalar(
        select(User).where(
            or_(User.email == name, User.username == name),
            User.deleted_at.is_(None),
            User.state == AccountState.ACTIVE,
        )
    )
    if user is None:
        return
    token = new_link(db, user.id, LinkPurpose.RESET, RESET_LIFE)
    send(
        db,
        "identity/reset",
        [(user.full_name, user.email_as_typed)],
        {
            "link": f"{base_url.rstrip('/')}/reset/{token}",
            "minutes": int(RESET_LIFE.total_seconds() // 60),
        },
        language=user.language or None,
        secret=True,
    )
    emit(db, PasswordResetRequested(actor_id=None, user_id=user.id))


def new_link(db: Session, user_id: int, purpose: LinkPurpose, life: timedelta) -> str:
    """Return the token of a new link; earlier unused links of the same purpose stop working."""
    now = clock.now()
    db.execute(
        update(PasswordReset)
        .where(
            PasswordReset.user_id == user_id,
            PasswordReset.purpose == purpose,
            PasswordReset.used_at.is_(None),
        )
        .values(used_at=now)
    )
    token = str(uuid.uuid4())
    db.add(
        PasswordReset(
            user_id=user_id,
            purpose=purpose,
            token_hash=fingerprint(token),
            expires_at=now + life,
        )
    )
    db.flush()
    return token


def find_link(
    db: Session, token: str, purpose: LinkPurpose = LinkPurpose.RESET
) -> LinkHolder | None:
    """Return whom an unused, unexpired link belongs to."""
    row = db.execute(
        select(User.id, User.full_name, User.email)
        .join(PasswordReset, PasswordReset.user_id == User.id)
        .where(*_open_link(token, purpose), User.deleted_at.is_(None))
    ).first()
    return None if row is None else LinkHolder(row.id, row.full_name, row.email)


def _open_link(token: str, purpose: LinkPurpose) -> tuple[ColumnElement[bool], ...]:
    return (
        PasswordReset.token_hash == fingerprint(token),
        PasswordReset.purpose == purpose,
        PasswordReset.used_at.is_(None),
        PasswordReset.expires_at > clock.now(),
    )


def use_link(db: Session, token: str, purpose: LinkPurpose) -> User:
    """Use a link up and return its owner. Raises Rejected when it is used, over or unknown."""
    link = db.scalar(select(PasswordReset).where(*_open_link(token, purpose)).with_for_update())
    user = None
    if link is not None:
        user = db.scalar(select(User).where(User.id == link.user_id, User.deleted_at.is_(None)))
    if link is None or user is None or user.state is AccountState.DISABLED:
        raise Rejected(link_is_over())
    link.used_at = clock.now()
    user.email_confirmed_at = user.email_confirmed_at or clock.now()
    return user


def link_is_over() -> str:
    """Return the sentence for a link that does not work (any more)."""
    return _("This link has been used or is too old. Ask for a new one.")


def complete_reset(db: Session, token: str, password_hash: str) -> User:
    """Set the password of the link's owner and end every session. Raises Rejected."""
    user = use_link(db, token, LinkPurpose.RESET)
    changed = set_password(db, user, password_hash)
    forgive(db, user.id)
    emit(db, changed)
    return user


def set_password(
    db: Session, user: User, password_hash: str, *, keep_session: int | None = None
) -> PasswordChanged:
    """Keep a new password, end the other sessions, tell the owner by mail; return the fact to emit."""
    user.password_hash = password_hash
    user.must_change_password = False
    user.one_time_until = None
    ended = end_sessions(db, user.id, keep=keep_session)
    send(
        db,
        "identity/password-changed",
        [(user.full_name, user.email_as_typed)],
        {"at": clock.now()},
        language=user.language or None,
        zone=user.zone or None,
    )
    if ended:
        emit(db, SessionRevoked(actor_id=user.id, user_id=user.id, session_ids=ended))
    return PasswordChanged(actor_id=user.id, user_id=user.id)


def purge_links(db: Session, before: datetime) -> None:
    """Remove the links that ended before `before`."""
    db.execute(delete(PasswordReset).where(PasswordReset.expires_at < before))
