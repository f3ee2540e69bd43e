"""Telling mentors of students who may need help now and did not before: one message a day, each reason once."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from quad.coding.facts import RisksFound
from quad.coding.models.figures import Risk
from quad.coding.models.sync import ToldRisk
from quad.coding.service.alerts import audience
from quad.core.facts import emit
from quad.core.jobs.runtime import local_today

SOME = 50


def tell_some(db: Session, after: int) -> int:
    """Tell the next mentors; return the last one's number, 0 at the end."""
    ids = audience.mentors(db, after, SOME, local_today(db))
    for mentor_id in ids:
        tell(db, mentor_id)
    return ids[-1] if ids else 0


def tell(db: Session, mentor_id: int) -> int:
    """Tell one mentor of the students whose reason is new; return how many."""
    told = {
        row.student_id: row.risk
        for row in db.execute(
            select(ToldRisk.student_id, ToldRisk.risk).where(ToldRisk.mentor_id == mentor_id)
        )
    }
    students = db.execute(audience.students_of(mentor_id)).all()
    at_risk = {row.id: row.risk for row in students if row.risk is not Risk.NONE}
    new = {student_id: risk for student_id, risk in at_risk.items() if told.get(student_id) != risk}
    _note(db, mentor_id, new, set(told))
    _forget(db, mentor_id, set(told) - at_risk.keys())
    if new:
        emit(db, RisksFound(actor_id=None, mentor_id=mentor_id, student_ids=tuple(new)))
    return len(new)


def _note(db: Session, mentor_id: int, new: dict[int, Risk], told: set[int]) -> None:
    first = [
        {"mentor_id": mentor_id, "student_id": student_id, "risk": risk}
        for student_id, risk in new.items()
        if student_id not in told
    ]
    if first:
        db.execute(insert(ToldRisk), first)
    for risk in Risk:
        again = [one for one, now in new.items() if now is risk and one in told]
        if again:
            db.execute(
                update(ToldRisk)
                .where(ToldRisk.mentor_id == mentor_id, ToldRisk.student_id.in_(again))
                .values(risk=risk)
            )


def _forget(db: Session, mentor_id: int, fine: set[int]) -> None:
    if fine:
        db.execute(
            delete(ToldRisk).where(
                ToldRisk.mentor_id == mentor_id, ToldRisk.student_id.in_(sorted(fine))
            )
        )
