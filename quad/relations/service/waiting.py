"""Reports that nobody has answered yet: how many, and which."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ScalarSelect, Select, func, select
from sqlalchemy.sql.elements import ColumnElement

from quad.core.approving import Approval, waiting_columns
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.identity.policy import grant_counts
from quad.relations import policy
from quad.relations.models import Report, ReportState


def waiting_count(user_id: ColumnElement[int]) -> ScalarSelect[int]:
    """Return the subquery that counts, for an administrator, the reports without an answer."""
    admin = (
        select(RoleGrant.id)
        .where(RoleGrant.user_id == user_id, RoleGrant.role == Role.ADMIN, grant_counts())
        .correlate(User)
        .exists()
    )
    return (
        select(func.count(Report.id))
        .where(Report.state == ReportState.OPEN, admin)
        .correlate(User)
        .scalar_subquery()
    )


def _waiting(actor: Actor) -> Select[Any] | None:
    if not policy.REPORTS.may(actor):
        return None
    columns = waiting_columns(
        Report.id,
        title=Report.title,
        detail=Report.text,
        person=User.full_name,
        since=Report.created_at,
    )
    reported = select(*columns).join(User, User.id == Report.reporter_id)
    return reported.where(Report.state == ReportState.OPEN, policy.REPORT_READ.where(actor))


APPROVAL = Approval(
    "reports",
    _l("Reports of people"),
    "flag",
    _waiting,
    lambda report_id: f"/reports/people/{report_id}",
    "reports",
    order=70,
)
