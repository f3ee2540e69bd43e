"""What the community hears of reports that are answered elsewhere."""

from __future__ import annotations

from sqlalchemy.orm import Session

from quad.community.service.moderating import unqueue
from quad.core.facts import on
from quad.relations.facts import ReportDecided


@on(ReportDecided)
def take_from_queue(db: Session, fact: ReportDecided) -> None:
    """Let a reported post or comment wait no longer once nothing reported of it is open."""
    unqueue(db, fact.report_id)
