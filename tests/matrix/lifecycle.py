"""What the matrix asks about promotions, dues and re-evaluations."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.forms.promotion import ApplyPromotion, NewPromotion
from quad.academics.models.promotion import Dues, PromotionLine
from quad.academics.models.reevaluation import Answer, Reevaluation, ReevaluationState
from quad.academics.models.teaching import ResultState
from quad.academics.service.promotion import applying, previews
from quad.core import clock
from quad.core.policy import SYSTEM
from quad.institution.models import Programme, Term
from tests.factories import academics as make


def add(db: Session, programme: Programme, teacher: Any, pupil: Any) -> dict[str, Any]:
    """Add a run that waits and one that was applied, a flag, and requests with the teacher and with the head."""
    term = make.term(db, starts_on=date(2021, 1, 4))
    return {
        "past_term": term.id,
        **_runs(db, programme, term),
        **_requests(db, programme, teacher, pupil),
    }


def _runs(db: Session, programme: Programme, term: Term) -> dict[str, Any]:
    waiting, applied = (_run(db, programme, term) for _ in range(2))
    line = db.scalars(
        select(PromotionLine.id).where(PromotionLine.promotion_id == waiting.id)
    ).one()
    applying.apply(db, SYSTEM, applied.id, ApplyPromotion(version=applied.version))
    return {
        "promotion": waiting.id,
        "promotion_version": waiting.version,
        "promotion_line": line,
        "promoted_student": db.get_one(PromotionLine, line).student_id,
        "promotion_cohort": waiting.batch_id,
        "applied_promotion": applied.id,
    }


def _run(db: Session, programme: Programme, term: Term) -> Any:
    batch = make.batch(db, programme)
    make.student(db, on=programme).batch_id = batch.id
    db.flush()
    return previews.preview(db, SYSTEM, NewPromotion(batch_id=batch.id, term_id=term.id))


def _requests(db: Session, programme: Programme, teacher: Any, pupil: Any) -> dict[str, Any]:
    flag = Dues(student_id=pupil.id, reason="Library book")
    db.add(flag)
    db.flush()
    free, asked, answered = (_result(db, programme, teacher, pupil) for _ in range(3))
    requests = [
        Reevaluation(
            enrolment_id=place.id,
            student_id=pupil.id,
            offering_id=place.offering_id,
            department_id=programme.department_id,
            reason="Question 4",
            due_on=clock.today(),
        )
        for place in (asked, answered)
    ]
    requests[1].state = ReevaluationState.ANSWERED
    requests[1].answer, requests[1].answered_by = Answer.KEEP, teacher.user_id
    db.add_all(requests)
    db.flush()
    return {
        "dues": flag.id,
        "published_enrolment": free.id,
        "reevaluation": requests[0].id,
        "answered": requests[1].id,
    }


def _result(db: Session, programme: Programme, teacher: Any, pupil: Any) -> Any:
    """A published result of the pupil."""
    course = make.course(db)
    course.department_id = programme.department_id
    offering = make.offering(db, taught=course, by=teacher)
    place = make.enrolment(db, pupil, offering)
    part = make.component(db, offering)
    offering.state, offering.published_at = ResultState.PUBLISHED, clock.now()
    part.published_at = clock.now()
    make.mark(db, place, part, 60)
    return place
