"""What the matrix asks about classes, attendance and documents."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from quad.academics.forms.documents import IssuePaper, Paper
from quad.academics.models.attendance import (
    AbsenceExcuse,
    AttendanceRule,
    ClassSession,
    Holiday,
)
from quad.academics.models.documents import DocumentBatch
from quad.academics.models.teaching import ComponentKind
from quad.academics.service import issuing
from quad.core import clock
from quad.core.files import StoredFile
from quad.core.policy import SYSTEM
from tests.factories import academics as make


def add(db: Session, offering_id: int, teacher: Any, pupil: Any, home: Any) -> dict[str, Any]:
    """Add a class that was held, leave, a holiday, a component with a rule, and a document of the student."""
    held = ClassSession(
        offering_id=offering_id, held_on=date(2026, 1, 5), starts_at=time(9), minutes=50
    )
    leave = AbsenceExcuse(
        student_id=pupil.id, first_day=date(2026, 1, 5), last_day=date(2026, 1, 6), reason="Ill"
    )
    holiday = Holiday(name="Harvest", first_day=date(2026, 1, 14), last_day=date(2026, 1, 14))
    ruled = make.offering(db, taught=make.course(db, of=home), by=teacher)
    make.enrolment(db, pupil, ruled)
    part = make.component(db, ruled, kind=ComponentKind.ATTENDANCE, maximum=5)
    db.add_all([held, leave, holiday, AttendanceRule(component_id=part.id, steps=[])])
    db.flush()
    card = issuing.issue_paper(db, SYSTEM, pupil.id, IssuePaper(kind=Paper.ID_CARD))
    return {
        "class_session": held.id,
        "leave": leave.id,
        "holiday": holiday.id,
        "ruled": ruled.id,
        "ruled_component": part.id,
        "document": card.id,
        "serial": card.serial,
    }


def batch(db: Session, owner_id: int, student_id: int) -> int:
    """A finished batch of somebody's."""
    file = StoredFile(sha256="1" * 64, size=1, media_type="application/zip", name="cards.zip")
    db.add(file)
    db.flush()
    row = DocumentBatch(
        kind="id_card",
        owner_id=owner_id,
        student_ids=[student_id],
        total=1,
        file_id=file.id,
        finished_at=clock.now(),
        expires_at=clock.now() + timedelta(days=1),
    )
    db.add(row)
    db.flush()
    return row.id
