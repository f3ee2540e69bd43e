"""An approved leave excuses the absences it covers."""

from __future__ import annotations

from sqlalchemy.orm import Session

from quad.academics.service import attendance
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.welfare import policy
from quad.welfare.models.requests import Request


def excuse(db: Session, by: Actor, request: Request) -> None:
    """Tell the attendance registers of a leave that is being approved; the request is still open. Raises Invalid."""
    if request.first_day is None or request.last_day is None:
        return
    attendance.excuse_absences(
        db,
        by,
        request.student_id,
        request.first_day,
        request.last_day,
        _("Leave, request %(number)s", number=request.id),
        may=policy.APPROVE,
    )
