"""What happens to results and skills elsewhere, and what it says of people. Rows only, in the same transaction."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.facts.base import (
    MarksCorrected,
    MarksEntered,
    MarksPublished,
    ResultsAwarded,
    ResultsReopened,
    StudentReinstated,
    StudentWithdrawn,
)
from quad.academics.facts.reevaluation import ReevaluationDecided
from quad.academics.models.teaching import Offering
from quad.core.facts import on
from quad.core.importing.declare import ImportApplied
from quad.core.jobs.outbox import enqueue
from quad.skills.service import courses

BRINGS_RESULTS = frozenset({"marks", "results", "awards", "enrolments", "oulad"})


def _of_offering(db: Session, offering_id: int) -> None:
    course_id = db.scalar(select(Offering.course_id).where(Offering.id == offering_id))
    if course_id is not None:
        courses.sync_courses(db, [course_id])


@on(MarksPublished)
def prove_published(db: Session, fact: MarksPublished) -> None:
    if fact.final:
        _of_offering(db, fact.offering_id)


@on(MarksEntered)
def prove_entered(db: Session, fact: MarksEntered) -> None:
    """Marks that were missing when results were published complete a result."""
    if fact.user_ids:
        _of_offering(db, fact.offering_id)


@on(MarksCorrected)
def prove_corrected(db: Session, fact: MarksCorrected) -> None:
    _of_offering(db, fact.offering_id)


@on(ResultsAwarded)
def prove_awarded(db: Session, fact: ResultsAwarded) -> None:
    _of_offering(db, fact.offering_id)


@on(ResultsReopened)
def doubt_reopened(db: Session, fact: ResultsReopened) -> None:
    _of_offering(db, fact.offering_id)


@on(ReevaluationDecided)
def prove_decided(db: Session, fact: ReevaluationDecided) -> None:
    if fact.changed:
        _of_offering(db, fact.offering_id)


@on(StudentWithdrawn)
def doubt_withdrawn(db: Session, fact: StudentWithdrawn) -> None:
    _of_offering(db, fact.offering_id)


@on(StudentReinstated)
def prove_reinstated(db: Session, fact: StudentReinstated) -> None:
    _of_offering(db, fact.offering_id)


@on(ImportApplied)
def prove_imported(db: Session, fact: ImportApplied) -> None:
    """Imports bring results of many courses: the worker looks at all of them."""
    if fact.kind in BRINGS_RESULTS:
        kind = courses.PROVE_AGAIN
        enqueue(db, kind, {}, key=f"{kind}/{uuid4().hex}", lane=kind)
