"""How somebody came, and what they became, in their timeline."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from quad.core.db.days import start_of_day
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.timeline import TimelineKind, timeline_columns, worded
from quad.identity import policy
from quad.identity.lists.joining import REGISTRATION_STATES
from quad.identity.models.accounts import ROLE_NAMES, RoleGrant, User
from quad.identity.models.joining import Registration
from quad.institution.models import Department


def _applications(actor: Actor, person_id: int) -> Select[Any]:
    columns = timeline_columns(
        Registration.id,
        at=Registration.created_at,
        title=_("Applied for an account"),
        detail=func.coalesce(Department.name, ""),
        mark=Registration.state,
    )
    applied = select(*columns).outerjoin(Department, Department.id == Registration.department_id)
    return applied.where(Registration.user_id == person_id, policy.APPLIED.where(actor))


def _roles(actor: Actor, person_id: int) -> Select[Any]:
    columns = timeline_columns(
        RoleGrant.id,
        at=func.coalesce(start_of_day(RoleGrant.starts_on), RoleGrant.created_at),
        title=worded(RoleGrant.role, ROLE_NAMES),
        detail=func.coalesce(Department.name, ""),
    )
    seen = select(User.id).where(User.id == person_id, policy.READ.where(actor))
    held = select(*columns).outerjoin(Department, Department.id == RoleGrant.department_id)
    return held.where(RoleGrant.user_id.in_(seen), policy.grant_counts())


TIMELINE = (
    TimelineKind(
        "applied",
        _l("Application"),
        _applications,
        marks=REGISTRATION_STATES,
        order=10,
    ),
    TimelineKind("roles", _l("Role"), _roles, order=11),
)
