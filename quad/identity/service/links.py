"""Mailed links of existing accounts: one use, an end, and only the hash of the token is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import Rejected
from quad.identity.models.accounts import AccountState, User
from quad.identity.models.joining import AccountLink, AccountLinkPurpose
from quad.identity.service.resets import link_is_over
from quad.identity.service.secrets import fingerprint, new_key


@dataclass(frozen=True)
class Holder:
    """Whom a link belongs to, and the address it speaks of."""

    user_id: int
    name: str
    email: str
    address: str


def new_account_link(
    db: Session,
    user_id: int,
    purpose: AccountLinkPurpose,
    life: timedelta,
    *,
    address: str = "",
) -> str:
    """Return the token of a new link; earlier unused ones of the same purpose stop working."""
    end_links(db, user_id, purpose)
    token = new_key()
    db.add(
        AccountLink(
            user_id=user_id,
            purpose=purpose,
            token_hash=fingerprint(token),
            address=address,
            expires_at=clock.now() + life,
        )
    )
    db.flush()
    return token


def end_links(db: Session, user_id: int, *purposes: AccountLinkPurpose) -> None:
    """Make the unused links of these purposes useless."""
    db.execute(
        update(AccountLink)
        .where(
            AccountLink.user_id == user_id,
            AccountLink.purpose.in_(purposes),
            AccountLink.used_at.is_(None),
        )
        .values(used_at=clock.now())
    )


def _open(token: str, purpose: AccountLinkPurpose) -> tuple[ColumnElement[bool], ...]:
    return (
        AccountLink.token_hash == fingerprint(token),
        AccountLink.purpose == purpose,
        AccountLink.used_at.is_(None),
        AccountLink.expires_at > clock.now(),
    )


def find_account_link(db: Session, token: str, purpose: AccountLinkPurpose) -> Holder | None:
    """Return whom an unused, unexpired link belongs to."""
    row = db.execute(
        select(User.id, User.full_name, User.email, AccountLink.address)
        .join(AccountLink, AccountLink.user_id == User.id)
        .where(*_open(token, purpose), User.deleted_at.is_(None))
    ).first()
    return None if row is None else Holder(row.id, row.full_name, row.email, row.address)


def use_account_link(
    db: Session, token: str, purpose: AccountLinkPurpose
) -> tuple[User, AccountLink]:
    """Use a link up; return its owner, locked, and the link. Raises Rejected when it is used, over or unknown."""
    link = db.scalar(select(AccountLink).where(*_open(token, purpose)).with_for_update())
    user = None
    if link is not None:
        user = db.scalar(
            select(User)
            .where(
                User.id == link.user_id,
                User.deleted_at.is_(None),
                User.state != AccountState.DISABLED,
            )
            .with_for_update()
        )
    if link is None or user is None:
        raise Rejected(link_is_over())
    link.used_at = clock.now()
    return user, link


def purge_account_links(db: Session, before: datetime) -> None:
    """Remove the links that ended before `before`."""
    db.execute(delete(AccountLink).where(AccountLink.expires_at < before))
