"""Approved snapshots in the timeline of a student, for those who see the coding record."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, String, cast, select

from quad.academics.models.people import Student
from quad.coding import policy
from quad.coding.models.accounts import CodingAccount, Platform
from quad.coding.models.snapshots import Snapshot, Status
from quad.core.db.days import start_of_day
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.timeline import Precision, TimelineKind, timeline_columns


def _snapshots(actor: Actor, person_id: int) -> Select[Any]:
    columns = timeline_columns(
        Snapshot.id,
        at=start_of_day(Snapshot.taken_on),
        title=Platform.name,
        detail=cast(Snapshot.total_solved, String(20)).concat(" " + _("solved")),
    )
    return (
        select(*columns)
        .join(CodingAccount, CodingAccount.id == Snapshot.account_id)
        .join(Platform, Platform.id == CodingAccount.platform_id)
        .join(Student, Student.id == Snapshot.student_id)
        .where(
            Student.user_id == person_id,
            Snapshot.status == Status.APPROVED,
            policy.SNAPSHOT_READ.where(actor),
        )
    )


TIMELINE = (
    TimelineKind(
        "snapshots",
        _l("Coding"),
        _snapshots,
        lambda snapshot_id: f"/coding/snapshots/{snapshot_id}",
        Precision.DAY,
        order=40,
    ),
)
