"""Snapshots that wait for a mentor, on the page of everything that waits."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.coding import policy
from quad.coding.forms.snapshots import RejectSnapshot
from quad.coding.models.accounts import CodingAccount, Platform
from quad.coding.models.snapshots import Snapshot, Status
from quad.coding.service import review
from quad.core.approving import Approval, waiting_columns
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.identity.models.accounts import User


def _waiting(actor: Actor) -> Select[Any] | None:
    """Those of the students one mentors, or whose mentor one stands in for: others are not waited for by them."""
    if not policy.MENTORED.branches(actor):
        return None
    columns = waiting_columns(
        Snapshot.id,
        title=Platform.name,
        detail=CodingAccount.username,
        person=User.full_name,
        since=Snapshot.created_at,
    )
    mine = select(Student.id).where(policy.MENTORED.where(actor, many=True))
    return (
        select(*columns)
        .join(CodingAccount, CodingAccount.id == Snapshot.account_id)
        .join(Platform, Platform.id == CodingAccount.platform_id)
        .join(Student, Student.id == Snapshot.student_id)
        .join(User, User.id == Student.user_id)
        .where(
            Snapshot.status == Status.PENDING,
            Snapshot.student_id.in_(mine.correlate(None)),
            policy.SNAPSHOT_REVIEW.where(actor),
        )
    )


def _refuse(db: Session, actor: Actor, snapshot_id: int, reason: str) -> None:
    review.reject(db, actor, snapshot_id, RejectSnapshot(remarks=reason))


APPROVAL = Approval(
    "snapshots",
    _l("Coding snapshots"),
    "code",
    _waiting,
    lambda snapshot_id: f"/review?snapshot={snapshot_id}",
    "snapshots",
    approve=review.approve,
    refuse=_refuse,
    order=30,
)
