"""Applications for accounts that wait for a decision: how many, and which."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ScalarSelect, Select, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from quad.core.approving import Approval, waiting_columns
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.identity.models.joining import Registration, RegistrationState
from quad.identity.policy import DECIDE, SEE_REGISTRATIONS, grant_counts
from quad.identity.service import approvals


def waiting_count(user_id: ColumnElement[int]) -> ScalarSelect[int]:
    """Return the subquery that counts the applications a person may decide: all, or those of the own departments."""
    decides = (
        select(RoleGrant.id)
        .where(
            RoleGrant.user_id == user_id,
            or_(
                RoleGrant.role == Role.ADMIN,
                (RoleGrant.role == Role.HOD)
                & (RoleGrant.department_id == Registration.department_id),
            ),
            grant_counts(),
        )
        .correlate(User, Registration)
        .exists()
    )
    return (
        select(func.count(Registration.id))
        .where(Registration.state == RegistrationState.WAITING, decides)
        .correlate(User)
        .scalar_subquery()
    )


def _waiting(actor: Actor) -> Select[Any] | None:
    if not SEE_REGISTRATIONS.may(actor):
        return None
    columns = waiting_columns(
        Registration.id,
        title=Registration.full_name,
        detail=Registration.note,
        person=Registration.email_as_typed,
        since=Registration.created_at,
    )
    return select(*columns).where(
        DECIDE.where(actor, many=True), Registration.state == RegistrationState.WAITING
    )


APPROVAL = Approval(
    "applications",
    _l("Applications for accounts"),
    "user-plus",
    _waiting,
    lambda registration_id: f"/registrations/{registration_id}",
    "applications",
    approve=approvals.approve,
    refuse=approvals.reject,
    order=10,
)
