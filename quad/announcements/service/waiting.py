"""Announcements that somebody has to approve: how many, and which, on the page of everything that waits."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ScalarSelect, Select, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from quad.announcements import policy
from quad.announcements.forms import RefuseAnnouncement
from quad.announcements.models import Announcement, AnnouncementState
from quad.announcements.service import standing
from quad.core.approving import Approval, waiting_columns
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.identity.policy import grant_counts

BADGE = "announcements-waiting"


def waiting_count(user_id: ColumnElement[int]) -> ScalarSelect[int]:
    """Return the subquery that counts the announcements of others that a person could approve now."""
    approves = (
        select(RoleGrant.id)
        .where(
            RoleGrant.user_id == user_id,
            RoleGrant.role.in_([Role(name) for name in policy.APPROVERS]),
            grant_counts(),
        )
        .correlate(User)
        .exists()
    )
    return (
        select(func.count(Announcement.id))
        .where(
            Announcement.state == AnnouncementState.WAITING,
            Announcement.deleted_at.is_(None),
            Announcement.author_id != user_id,
            approves,
        )
        .correlate(User)
        .scalar_subquery()
    )


def _waiting(actor: Actor) -> Select[Any] | None:
    if not policy.OPEN_APPROVALS.may(actor):
        return None
    columns = waiting_columns(
        Announcement.id,
        title=Announcement.title,
        detail=func.substr(Announcement.body, 1, 200),
        person=User.full_name,
        since=Announcement.updated_at,
    )
    written = select(*columns).join(User, User.id == Announcement.author_id)
    return written.where(policy.APPROVE.where(actor))


def _refuse(db: Session, actor: Actor, announcement_id: int, reason: str) -> Announcement:
    return standing.refuse(db, actor, announcement_id, RefuseAnnouncement(reason=reason))


APPROVAL = Approval(
    "announcements",
    _l("Announcements"),
    "speakerphone",
    _waiting,
    lambda announcement_id: f"/announcements/{announcement_id}",
    BADGE,
    approve=standing.approve,
    refuse=_refuse,
    order=65,
)
