"""Reminding whoever has a request whose day has come."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from quad.academics.facts.reevaluation import ReevaluationDue
from quad.academics.models.reevaluation import Reevaluation, Step
from quad.academics.models.teaching import Offering
from quad.academics.service.reevaluation import rules
from quad.academics.service.reevaluation.asking import said
from quad.core.facts import emit

BEFORE = timedelta(days=1)
AGAIN = timedelta(days=3)


def due_ids(db: Session, today: date) -> list[int]:
    """Return the open requests that are due tomorrow or were before, and were not reminded of lately."""
    return list(
        db.scalars(
            select(Reevaluation.id)
            .where(
                Reevaluation.open == 1,
                Reevaluation.due_on <= today + BEFORE,
                or_(Reevaluation.reminded_on.is_(None), Reevaluation.reminded_on <= today - AGAIN),
            )
            .order_by(Reevaluation.id)
        )
    )


def remind(db: Session, reevaluation_id: int, today: date) -> None:
    """Remind of one request, unless it moved on meanwhile or was reminded of today."""
    found = db.execute(
        select(Reevaluation, Offering)
        .join(Offering, Offering.id == Reevaluation.offering_id)
        .where(Reevaluation.id == reevaluation_id, Reevaluation.open == 1)
        .with_for_update(of=Reevaluation)
    ).first()
    if found is None or found[0].reminded_on == today:
        return
    row, offering = found
    row.reminded_on = today
    rules.note_step(db, row, Step.REMINDED)
    emit(db, ReevaluationDue(**said(db, None, row, offering)))
