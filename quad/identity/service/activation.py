"""Accounts that wait for their owner: a mailed link sets the first password."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.facts import emit
from quad.core.jobs.outbox import enqueue
from quad.core.mail.outbox import NOWHERE, send
from quad.core.policy import Actor
from quad.identity.facts.accounts import AccountActivated, ActivationAsked, ActivationSent
from quad.identity.models.accounts import AccountState, User
from quad.identity.models.joining import AccountLinkPurpose
from quad.identity.policy import ADMINISTER
from quad.identity.service.guards import forgive
from quad.identity.service.links import new_account_link, use_account_link

ACTIVATION_LIFE = timedelta(days=14)
SEND_JOB = "identity.send_activations"


def ask_for_activation(db: Session, actor: Actor, user_ids: Sequence[int]) -> int:
    """Promise links to those of `user_ids` who have no password yet; return the job's number. Raises Forbidden."""
    ADMINISTER.require(actor)
    job_id = enqueue(db, SEND_JOB, {"users": list(user_ids), "actor": actor.id})
    emit(db, ActivationAsked(actor_id=actor.id, count=len(user_ids), job_id=job_id))
    return job_id


def mail_activations(
    db: Session, user_ids: Sequence[int], base_url: str, actor_id: int | None
) -> int:
    """Mail a link to each who has an address and no password; return how many (the worker's part)."""
    query = (
        select(User)
        .where(
            User.id.in_(user_ids),
            User.password_hash.is_(None),
            User.state == AccountState.ACTIVE,
            User.deleted_at.is_(None),
            User.email.not_like(f"%{NOWHERE}"),
        )
        .order_by(User.id)
    )
    sent = []
    for user in db.scalars(query).all():
        token = new_account_link(db, user.id, AccountLinkPurpose.ACTIVATE, ACTIVATION_LIFE)
        send(
            db,
            "identity/activate",
            [(user.full_name, user.email_as_typed)],
            {"link": f"{base_url.rstrip('/')}/activate/{token}", "days": ACTIVATION_LIFE.days},
            language=user.language or None,
            secret=True,
        )
        sent.append(user.id)
    if sent:
        emit(db, ActivationSent(actor_id=actor_id, user_ids=tuple(sent)))
    return len(sent)


def activate_account(db: Session, token: str, password_hash: str) -> User:
    """Set the first password of the link's owner, whose address it proves. Raises Rejected."""
    user, _link = use_account_link(db, token, AccountLinkPurpose.ACTIVATE)
    user.password_hash, user.must_change_password, user.one_time_until = password_hash, False, None
    user.email_confirmed_at = user.email_confirmed_at or clock.now()
    forgive(db, user.id)
    emit(db, AccountActivated(actor_id=user.id, user_id=user.id))
    return user
