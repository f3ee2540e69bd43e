"""Leaving for good, with thirty days to come back.

Asking closes the account at once: every session and token ends and the profile is hidden. Signing in, or the mailed
link, brings everything back. After that the worker removes what is personal; the account's row stays, without a name
unless a domain must keep one, so that marks and the audit still point somewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select, union, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.db.changes import take_changes
from quad.core.db.model import Model
from quad.core.errors import Rejected
from quad.core.export.models import Export
from quad.core.facts import emit
from quad.core.files import StoredFile
from quad.core.i18n import gettext as _
from quad.core.mail.models import Mail
from quad.core.mail.outbox import send
from quad.core.own_data import kept_sentences, own_data
from quad.core.policy import Actor
from quad.identity.facts.accounts import (
    DeletionAsked,
    DeletionUndone,
    SessionRevoked,
    UserChanged,
    UserPurged,
)
from quad.identity.models.accounts import AccountState, PersonalToken, Role, RoleGrant, User
from quad.identity.models.joining import AccountLinkPurpose, Invitation, Registration
from quad.identity.models.profiles import OwnDataCopy, Profile
from quad.identity.policy import MANAGE, OWN_ACCOUNT, READ
from quad.identity.service.account import get_own
from quad.identity.service.directory import index_people
from quad.identity.service.grants import require_another_admin
from quad.identity.service.links import end_links, new_account_link, use_account_link
from quad.identity.service.people import holds
from quad.identity.service.sessions import end_sessions
from quad.identity.service.users import sort_name

DAYS = 30
GONE_HOST = "left.invalid"


def ask_to_leave(db: Session, actor: Actor, base_url: str) -> User:
    """Close the actor's account; it goes in `DAYS` days. Raises Rejected for the last administrator."""
    OWN_ACCOUNT.require(actor)
    user = get_own(db, actor)
    if holds(db, user.id, Role.ADMIN):
        require_another_admin(db, user.id)
    user.leaves_at = clock.now() + timedelta(days=DAYS)
    db.execute(
        update(PersonalToken)
        .where(PersonalToken.user_id == user.id, PersonalToken.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )
    token = new_account_link(db, user.id, AccountLinkPurpose.STAY, timedelta(days=DAYS))
    send(
        db,
        "identity/leaving",
        [(user.full_name, user.email_as_typed)],
        {"link": f"{base_url.rstrip('/')}/stay/{token}", "at": user.leaves_at},
        language=user.language or None,
        zone=user.zone or None,
        secret=True,
    )
    ended = end_sessions(db, user.id)
    emit(db, DeletionAsked(actor_id=actor.id, user_id=user.id))
    if ended:
        emit(db, SessionRevoked(actor_id=actor.id, user_id=user.id, session_ids=ended))
    return user


def come_back(db: Session, user: User, *, actor_id: int | None) -> bool:
    """Keep an account that was to go; tell whether it was. Called when its owner signs in or uses the link."""
    if user.leaves_at is None:
        return False
    user.leaves_at = None
    end_links(db, user.id, AccountLinkPurpose.STAY)
    emit(db, DeletionUndone(actor_id=actor_id, user_id=user.id))
    return True


def come_back_by_link(db: Session, token: str) -> User:
    """Keep the account of the link's owner. Raises Rejected when the link is used, over or unknown."""
    user, _link = use_account_link(db, token, AccountLinkPurpose.STAY)
    come_back(db, user, actor_id=user.id)
    return user


def cancel_leaving(db: Session, actor: Actor, user_id: int) -> User:
    """Keep somebody's account who is leaving (an administrator's act). Raises NotFound, Forbidden, Rejected."""
    user = MANAGE.get(db, actor, user_id, read=READ, lock=True)
    if not come_back(db, user, actor_id=actor.id):
        raise Rejected(_("This person is not leaving."))
    emit(db, UserChanged(actor_id=actor.id, user_id=user.id))
    return user


def due(db: Session, limit: int) -> Sequence[int]:
    """Return accounts whose thirty days are over."""
    query = (
        select(User.id)
        .where(User.leaves_at <= clock.now(), User.deleted_at.is_(None))
        .order_by(User.leaves_at)
        .limit(limit)
    )
    return db.scalars(query).all()


def purge_person(db: Session, user_id: int) -> bool:
    """Remove what is personal of somebody who left; tell whether it was due (the worker's part)."""
    user = db.scalar(
        select(User)
        .where(User.id == user_id, User.leaves_at <= clock.now(), User.deleted_at.is_(None))
        .with_for_update()
    )
    if user is None:
        return False
    name_stays = bool(kept_sentences(db, user.id))
    addresses = {user.email, user.email_as_typed}
    db.flush()
    take_changes(db)
    _forget_account(user, name_stays)
    db.flush()
    for part in own_data():
        part.forget(db, user.id)
    _forget_mail(db, addresses)
    _forget_files(db, user.id)
    _forget_rows(db, user.id)
    index_people(db, [user.id])
    user.deleted_at = clock.now()
    db.flush()
    take_changes(db)  # the audit must not keep what was just removed
    emit(db, UserPurged(actor_id=None, user_id=user.id))
    return True


def _forget_account(user: User, name_stays: bool) -> None:
    user.email = user.email_as_typed = f"{user.id}@{GONE_HOST}"
    user.username = user.password_hash = user.email_confirmed_at = None
    user.language = user.zone = user.photo = ""
    user.state, user.leaves_at = AccountState.DISABLED, None
    if not name_stays:
        user.full_name = "Former member"  # not translated: it is kept, not worded for a reader
        user.sort_name = sort_name(user.full_name)


def _forget_mail(db: Session, addresses: set[str]) -> None:
    db.execute(delete(Registration).where(Registration.email.in_(addresses)))
    db.execute(delete(Invitation).where(Invitation.email.in_(addresses)))
    db.execute(delete(Mail).where(Mail.address.in_(addresses)))


def _forget_files(db: Session, user_id: int) -> None:
    """Photos, exports and copies; the sweep of the files frees their content."""
    own = union(
        select(Profile.photo_id).where(Profile.user_id == user_id),
        select(Profile.small_photo_id).where(Profile.user_id == user_id),
        select(OwnDataCopy.file_id).where(OwnDataCopy.user_id == user_id),
        select(Export.file_id).where(Export.owner_id == user_id),
    )
    ids = [found for found in db.scalars(own) if found is not None]
    db.execute(delete(StoredFile).where(StoredFile.id.in_(ids)))


def _forget_rows(db: Session, user_id: int) -> None:
    """Delete what hangs on the account, in every domain: the account's row stays, so no cascade does it."""
    db.execute(delete(RoleGrant).where(RoleGrant.user_id == user_id))
    account = User.__table__.c.id
    for table in reversed(Model.metadata.sorted_tables):
        for key in table.foreign_keys:
            if key.column is account and (key.ondelete or "").upper() == "CASCADE":
                db.execute(delete(table).where(key.parent == user_id))
