"""Reading one run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from quad.academics.models.people import Student
from quad.academics.models.promotion import Promotion, PromotionLine
from quad.academics.policy import promotion as policy
from quad.academics.service.promotion.judging import Rule
from quad.core import clock
from quad.core.errors import NotFound
from quad.core.jobs.models import Job
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.institution.models import Batch, Programme, Term


@dataclass(frozen=True)
class Run:
    """One run with the names around it."""

    row: Promotion
    batch: str
    programme: str
    programme_id: int
    term: str
    rule: Rule
    made_by: str | None
    applied_by: str | None
    undone_by: str | None
    job: Job | None


def run_of(db: Session, actor: Actor, promotion_id: int) -> Run:
    """Return a run the actor may see (one query). Raises NotFound, SignedOut."""
    row = policy.PROMOTION_READ.get(db, actor, promotion_id)
    maker, applier, undoer = aliased(User), aliased(User), aliased(User)
    names = db.execute(
        select(
            Batch.name,
            Programme.name,
            Programme.id,
            Term.name,
            maker.full_name,
            applier.full_name,
            undoer.full_name,
            Job,
        )
        .select_from(Promotion)
        .join(Batch, Batch.id == Promotion.batch_id)
        .join(Programme, Programme.id == Batch.programme_id)
        .join(Term, Term.id == Promotion.term_id)
        .outerjoin(maker, maker.id == Promotion.created_by)
        .outerjoin(applier, applier.id == Promotion.applied_by)
        .outerjoin(undoer, undoer.id == Promotion.undone_by)
        .outerjoin(Job, Job.id == Promotion.job_id)
        .where(Promotion.id == row.id)
    ).one()
    batch, programme, programme_id, term, made, applied, undone, job = names
    rule = Rule.unpacked(row.rule)
    return Run(row, batch, programme, programme_id, term, rule, made, applied, undone, job)


@dataclass(frozen=True)
class LineHead:
    """One student of a run, for the page that decides by hand."""

    line: PromotionLine
    name: str
    register_number: str
    decided_by: str | None


def line_of(db: Session, actor: Actor, line_id: int) -> LineHead:
    """Return a student of a run. Raises NotFound."""
    decider = aliased(User)
    found = db.execute(
        select(PromotionLine, User.full_name, Student.register_number, decider.full_name)
        .join(Student, Student.id == PromotionLine.student_id)
        .join(User, User.id == Student.user_id)
        .outerjoin(decider, decider.id == PromotionLine.overridden_by)
        .where(PromotionLine.id == line_id, policy.LINE_READ.where(actor))
    ).first()
    if found is None:
        raise NotFound
    return LineHead(*found)


def runs_of_batch(db: Session, actor: Actor, batch_id: int, most: int = 5) -> list[Any]:
    """Return the latest runs of a batch that the actor may see."""
    return list(
        db.execute(
            select(
                Promotion.id,
                Promotion.state,
                Promotion.promoted,
                Promotion.graduated,
                Promotion.held,
                Promotion.applied_at,
                Term.name.label("term"),
            )
            .join(Term, Term.id == Promotion.term_id)
            .where(Promotion.batch_id == batch_id, policy.PROMOTION_READ.where(actor))
            .order_by(Promotion.id.desc())
            .limit(most)
        )
    )


def usual_term(db: Session) -> int | None:
    """Return the term that most likely ends: the current one, else the latest begun."""
    current = select(Term.id).where(Term.is_current, Term.deleted_at.is_(None))
    found = db.scalar(current)
    if found is not None:
        return found
    return db.scalar(
        select(Term.id)
        .where(Term.deleted_at.is_(None), Term.starts_on <= clock.today())
        .order_by(Term.starts_on.desc())
        .limit(1)
    )
