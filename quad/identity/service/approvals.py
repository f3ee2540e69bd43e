"""Deciding about applicants: administrators about all, heads about those of their department."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from quad.core import clock
from quad.core.errors import QuadError, Rejected
from quad.core.facts import attempt, emit
from quad.core.i18n import gettext as _
from quad.core.mail.outbox import send
from quad.core.policy import Actor
from quad.identity.facts.accounts import RegistrationApproved, RegistrationRejected
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.identity.models.joining import Registration, RegistrationState
from quad.identity.policy import DECIDE, SEE_REGISTRATIONS, grant_counts
from quad.identity.service.registration import DECIDED_LIFE, find_owner, open_account


@dataclass(frozen=True)
class Decided:
    """How many of the chosen were decided; `refused` are the sentences of the others."""

    count: int
    refused: tuple[str, ...]


def get_registration(db: Session, actor: Actor, registration_id: int) -> Registration:
    """Return a registration with its department. Raises NotFound."""
    row = DECIDE.get(db, actor, registration_id)
    query = (
        select(Registration)
        .where(Registration.id == row.id)
        .options(joinedload(Registration.department))
        .execution_options(populate_existing=True)
    )
    return db.scalars(query).one()


def approve(db: Session, actor: Actor, registration_id: int) -> User:
    """Open the account and tell the applicant. Raises NotFound, Rejected when it is decided already."""
    row = _waiting(db, actor, registration_id)
    if find_owner(db, row.email) is not None:
        raise Rejected(
            _("%(email)s has an account by now. Reject this application.", email=row.email_as_typed)
        )
    user = open_account(db, row, actor_id=actor.id)
    row.decided_at = clock.now()
    send(
        db,
        "identity/approved",
        [(user.full_name, user.email_as_typed)],
        language=user.language or None,
    )
    emit(db, RegistrationApproved(actor_id=actor.id, registration_id=row.id, user_id=user.id))
    return user


def reject(db: Session, actor: Actor, registration_id: int, reason: str) -> Registration:
    """Say no, with the reason. Raises NotFound, Rejected when it is decided already."""
    row = _waiting(db, actor, registration_id)
    row.state, row.reason = RegistrationState.REJECTED, reason
    row.decided_at, row.expires_at = clock.now(), clock.now() + DECIDED_LIFE
    row.password_hash = None
    send(
        db,
        "identity/rejected",
        [(row.full_name, row.email_as_typed)],
        {"reason": reason},
        language=row.language or None,
    )
    emit(db, RegistrationRejected(actor_id=actor.id, registration_id=row.id))
    return row


def _waiting(db: Session, actor: Actor, registration_id: int) -> Registration:
    row = DECIDE.get(db, actor, registration_id, lock=True)
    if row.state is RegistrationState.UNCONFIRMED:
        raise Rejected(_("The e-mail address of this application is not confirmed yet."))
    if row.state is not RegistrationState.WAITING:
        raise Rejected(_("This application is decided already."))
    return row


def approve_many(db: Session, actor: Actor, ids: Sequence[int]) -> Decided:
    """Approve each of `ids` by itself: one that cannot be approved leaves the others standing."""
    SEE_REGISTRATIONS.require(actor)
    return _each(db, ids, lambda number: approve(db, actor, number))


def reject_many(db: Session, actor: Actor, ids: Sequence[int], reason: str) -> Decided:
    """Reject each of `ids` by itself, all for the same reason."""
    SEE_REGISTRATIONS.require(actor)
    return _each(db, ids, lambda number: reject(db, actor, number, reason))


def _each(db: Session, ids: Sequence[int], act: object) -> Decided:
    assert callable(act)
    count, refused = 0, []
    for number in ids:
        try:
            with attempt(db):
                act(number)
            count += 1
        except QuadError as error:
            refused.append(str(error))
    return Decided(count, tuple(refused))


def approvers(db: Session, department_id: int | None) -> list[int]:
    """Return who may decide about an application for this department (or for none) today."""
    query = (
        select(User.id)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(
            or_(
                RoleGrant.role == Role.ADMIN,
                and_(
                    RoleGrant.role == Role.HOD,
                    RoleGrant.department_id == department_id,
                ),
            ),
            grant_counts(),
            User.is_active,
            User.deleted_at.is_(None),
        )
        .distinct()
        .order_by(User.id)
    )
    return list(db.scalars(query))


def count_waiting(db: Session, actor: Actor) -> int:
    """Return how many applications wait for this person."""
    query = (
        select(func.count())
        .select_from(Registration)
        .where(DECIDE.where(actor, many=True), Registration.state == RegistrationState.WAITING)
    )
    return db.scalar(query) or 0
