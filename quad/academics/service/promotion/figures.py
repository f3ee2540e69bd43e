"""The figures of a whole batch, in one statement however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Subquery, case, func, select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.academics.models.promotion import Dues, PromotionLine
from quad.academics.models.results import EnrolmentResult
from quad.academics.models.teaching import Enrolment, EnrolmentStatus, Offering
from quad.academics.service.promotion.judging import Figures, Rule, Verdict, judge
from quad.core.db.rows import plain_rows
from quad.institution.models import GradingScheme, Programme, RetakeRule, Term


@dataclass(frozen=True)
class Judged:
    """One student of the batch with the figures and what the rule says of them."""

    student_id: int
    sort_name: str
    register_key: str
    cgpa_order: Decimal
    figures: Figures
    verdict: Verdict

    @property
    def seen(self) -> tuple[Any, ...]:
        """What a preview shows and applying compares."""
        one, said = self.figures, self.verdict
        return (
            one.semester,
            one.cgpa,
            one.credits_earned,
            one.backlogs,
            one.open_results,
            one.dues,
            said.outcome,
            said.skip,
        )


def judged(
    db: Session, batch_id: int, term_id: int, retake: RetakeRule, rule: Rule
) -> Sequence[Judged]:
    """Return every student of a batch as they stand now, by number (one query). The caller has asked the policy."""
    rows = plain_rows(db, _statement(batch_id, term_id, retake))
    return [_judged(row, rule) for row in rows]


def _judged(row: Any, rule: Rule) -> Judged:
    figures = Figures(
        status=row.status,
        semester=row.semester,
        cgpa=row.cgpa,
        credits_earned=row.credits_earned,
        backlogs=row.backlogs,
        open_results=row.open_results,
        dues=row.dues_id is not None,
        done=row.moved_id is not None,
    )
    return Judged(
        row.id, row.sort_name, row.register_key, row.cgpa_order, figures, judge(figures, rule)
    )


def _statement(batch_id: int, term_id: int, retake: RetakeRule) -> Any:
    failed = _backlogs(batch_id, retake)
    waiting = _open_results(batch_id, term_id)
    return (
        select(
            Student.id,
            Student.sort_name,
            Student.register_key,
            Student.status,
            Student.semester,
            Student.cgpa,
            Student.cgpa_order,
            Student.credits_earned,
            func.coalesce(failed.c.count, 0).label("backlogs"),
            func.coalesce(waiting.c.count, 0).label("open_results"),
            Dues.id.label("dues_id"),
            PromotionLine.id.label("moved_id"),
        )
        .outerjoin(failed, failed.c.student_id == Student.id)
        .outerjoin(waiting, waiting.c.student_id == Student.id)
        .outerjoin(Dues, (Dues.student_id == Student.id) & (Dues.open == 1))
        .outerjoin(
            PromotionLine,
            (PromotionLine.student_id == Student.id)
            & (PromotionLine.term_id == term_id)
            & (PromotionLine.moved == 1),
        )
        .where(Student.batch_id == batch_id, Student.deleted_at.is_(None))
        .order_by(Student.id)
    )


def _of_batch(batch_id: int) -> Any:
    return (Student.batch_id == batch_id) & Student.deleted_at.is_(None)


def _backlogs(batch_id: int, retake: RetakeRule) -> Subquery:
    """Count the courses that were failed and not passed: in no attempt, or (latest counts) not in the last one."""
    passed = case((EnrolmentResult.passed, 1), else_=0)
    counting = (
        select(EnrolmentResult.student_id, EnrolmentResult.course_id)
        .join(Student, Student.id == EnrolmentResult.student_id)
        .where(_of_batch(batch_id), EnrolmentResult.counts)
    )
    if retake is RetakeRule.LATEST:
        turn = func.row_number().over(
            partition_by=(EnrolmentResult.student_id, EnrolmentResult.course_id),
            order_by=(Term.starts_on.desc(), Term.id.desc(), EnrolmentResult.attempt.desc()),
        )
        attempts = (
            counting.join(Term, Term.id == EnrolmentResult.term_id)
            .add_columns(passed.label("passed"), turn.label("turn"))
            .subquery()
        )
        failed = (
            select(attempts.c.student_id)
            .where(attempts.c.turn == 1, attempts.c.passed == 0)
            .subquery()
        )
    else:
        failed = (
            counting.group_by(EnrolmentResult.student_id, EnrolmentResult.course_id)
            .having(func.max(passed) == 0)
            .subquery()
        )
    return (
        select(failed.c.student_id, func.count().label("count"))
        .group_by(failed.c.student_id)
        .subquery("failed")
    )


def _open_results(batch_id: int, term_id: int) -> Subquery:
    """Count the courses of the term without a result that counts: unpublished, or incomplete."""
    return (
        select(Enrolment.student_id, func.count().label("count"))
        .join(Student, Student.id == Enrolment.student_id)
        .join(Offering, Offering.id == Enrolment.offering_id)
        .outerjoin(EnrolmentResult, EnrolmentResult.enrolment_id == Enrolment.id)
        .where(
            _of_batch(batch_id),
            Offering.term_id == term_id,
            Enrolment.status == EnrolmentStatus.ENROLLED,
            func.coalesce(EnrolmentResult.counts, False).is_(False),
        )
        .group_by(Enrolment.student_id)
        .subquery("waiting")
    )


def retake_rule(db: Session, programme: Programme) -> RetakeRule:
    """Return which attempt counts where this programme's results are read (one query)."""
    from_scheme = select(GradingScheme.retake_rule).where(
        GradingScheme.id == programme.grading_scheme_id
    )
    return db.scalar(from_scheme) or RetakeRule.BEST
