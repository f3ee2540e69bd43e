"""The e-mail address and the user name of one's own account.

A new address must be confirmed by a link mailed to it; the old one is told at once, with a link that undoes the change
for a week. Whether the new address is somebody else's is looked up by the worker and told to that address alone.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.db.types import normalised
from quad.core.errors import Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.jobs.outbox import enqueue
from quad.core.mail.outbox import send, takes_mail
from quad.core.policy import Actor
from quad.identity.facts.accounts import (
    EmailChangeAsked,
    EmailChanged,
    EmailChangeUndone,
    SessionRevoked,
    UserChanged,
    UsernameChanged,
)
from quad.identity.forms.profiles import ChangeEmail, ChangeUsername
from quad.identity.models.accounts import PersonalToken, User
from quad.identity.models.joining import AccountLinkPurpose
from quad.identity.policy import OWN_ACCOUNT
from quad.identity.service.account import get_own
from quad.identity.service.factors import forget_devices
from quad.identity.service.links import end_links, new_account_link, use_account_link
from quad.identity.service.registration import find_owner, tell_owner
from quad.identity.service.resets import link_is_over
from quad.identity.service.sessions import end_sessions

CONFIRM_LIFE = timedelta(days=1)
UNDO_LIFE = timedelta(days=7)
CHANGE_JOB = "identity.mail_email_change"


def ask_for_email(db: Session, actor: Actor, form: ChangeEmail) -> None:
    """Promise the mails of a change of address; nothing changes before the new one is confirmed.

    Raises Invalid when it is the address one has, or one that takes no mail.
    """
    OWN_ACCOUNT.require(actor)
    user = get_own(db, actor)
    if normalised(form.email) == user.email:
        raise Invalid({"email": _("This is your address already.")})
    if not takes_mail(normalised(form.email)):
        raise Invalid({"email": _("No mail reaches this address. Use another one.")})
    enqueue(db, CHANGE_JOB, {"user": user.id, "email": form.email})
    emit(db, EmailChangeAsked(actor_id=actor.id, user_id=user.id))


def mail_email_change(db: Session, user_id: int, email: str, base_url: str) -> None:
    """Mail the link to the new address and the notice to the old one (the worker's part)."""
    user = db.scalar(select(User).where(User.id == user_id, User.deleted_at.is_(None)))
    if user is None:
        return
    base = base_url.rstrip("/")
    owner = find_owner(db, email)
    if owner is not None:
        tell_owner(db, owner, base_url)
    else:
        token = new_account_link(
            db, user.id, AccountLinkPurpose.NEW_EMAIL, CONFIRM_LIFE, address=email
        )
        send(
            db,
            "identity/email-confirm",
            [(user.full_name, email)],
            {"link": f"{base}/account/email/confirm/{token}", "email": email},
            language=user.language or None,
            secret=True,
        )
    if takes_mail(user.email):
        _tell_old_address(db, user, email, base)


def _tell_old_address(db: Session, user: User, email: str, base: str) -> None:
    token = new_account_link(
        db, user.id, AccountLinkPurpose.KEEP_EMAIL, UNDO_LIFE, address=user.email_as_typed
    )
    send(
        db,
        "identity/email-changing",
        [(user.full_name, user.email_as_typed)],
        {"link": f"{base}/account/email/undo/{token}", "email": email, "days": UNDO_LIFE.days},
        language=user.language or None,
        secret=True,
    )


def confirm_email(db: Session, token: str) -> User:
    """Take the new address that the link proves. Raises Rejected when the link is over or the address is taken."""
    user, link = use_account_link(db, token, AccountLinkPurpose.NEW_EMAIL)
    if find_owner(db, link.address) is not None:
        raise Rejected(link_is_over())
    user.email = user.email_as_typed = link.address
    user.email_confirmed_at = clock.now()
    emit(db, EmailChanged(actor_id=user.id, user_id=user.id))
    emit(db, UserChanged(actor_id=user.id, user_id=user.id))
    return user


def undo_email(db: Session, token: str) -> User:
    """Keep, or bring back, the old address, and lock everybody out until its owner sets a new password.

    Raises Rejected when the link is over, or the address went to somebody else.
    """
    user, link = use_account_link(db, token, AccountLinkPurpose.KEEP_EMAIL)
    end_links(db, user.id, AccountLinkPurpose.NEW_EMAIL)
    changed = normalised(link.address) != user.email
    if changed:
        if find_owner(db, link.address) is not None:
            raise Rejected(_("Somebody else has this e-mail address now. Ask an administrator."))
        user.email = user.email_as_typed = link.address
    user.password_hash = None
    db.execute(
        update(PersonalToken)
        .where(PersonalToken.user_id == user.id, PersonalToken.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )
    ended = end_sessions(db, user.id)
    if ended:
        emit(db, SessionRevoked(actor_id=user.id, user_id=user.id, session_ids=ended))
    forget_devices(db, user.id, actor_id=user.id)
    emit(db, EmailChangeUndone(actor_id=user.id, user_id=user.id))
    if changed:
        emit(db, UserChanged(actor_id=user.id, user_id=user.id))
    return user


def change_username(db: Session, actor: Actor, form: ChangeUsername) -> User:
    """Change or remove the name one may sign in with. Raises Invalid when it is taken."""
    OWN_ACCOUNT.require(actor)
    user = get_own(db, actor)
    if normalised(form.username or "") == normalised(user.username or ""):
        return user
    user.username = form.username
    emit(db, UsernameChanged(actor_id=actor.id, user_id=user.id))
    emit(db, UserChanged(actor_id=actor.id, user_id=user.id))
    return user
