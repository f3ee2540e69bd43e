"""Looking before moving anybody: the preview of a run, kept as it was seen, and decisions by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from quad.academics.facts.promotion import (
    PromotionDiscarded,
    PromotionOverridden,
    PromotionPreviewed,
)
from quad.academics.forms.promotion import NewPromotion, OverrideLine
from quad.academics.models.people import Student
from quad.academics.models.promotion import Outcome, Promotion, PromotionLine, PromotionState
from quad.academics.policy import promotion as policy
from quad.academics.service import rollups
from quad.academics.service.promotion import rules
from quad.academics.service.promotion.figures import Judged, judged, retake_rule
from quad.academics.service.promotion.judging import Rule, may_become
from quad.core import clock
from quad.core.db.bulk import insert_rows
from quad.core.db.rows import plain_rows
from quad.core.errors import Forbidden, Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.institution.models import Batch, Programme, Term

LINE = (
    "promotion_id",
    "student_id",
    "term_id",
    "sort_name",
    "register_key",
    "semester",
    "cgpa",
    "cgpa_order",
    "credits_earned",
    "credits_needed",
    "backlogs",
    "open_results",
    "dues",
    "by_rule",
    "outcome",
    "skip",
    "has_backlogs",
    "short_of_credits",
    "short_of_cgpa",
    "has_dues",
    "has_open_results",
    "override_reason",
    "overridden_by",
    "overridden_at",
)


@dataclass(frozen=True)
class Decision:
    """What somebody decided about a student instead of the rule."""

    outcome: Outcome
    reason: str
    by: int | None
    at: datetime | None


def preview(db: Session, actor: Actor, form: NewPromotion) -> Promotion:
    """Make the preview of a batch at the end of a term; one that waits already is made again from the figures of now.

    Raises Forbidden, Invalid for what is not there, Rejected when nobody is in the batch or the run is being applied.
    """
    policy.PROMOTION_START.require(actor)
    batch, term = _cohort(db, form)
    day = form.graduates_on or term.ends_on
    if day < term.starts_on:
        raise Invalid({"graduates_on": _("The day of graduation is before the term.")})
    run = db.scalar(
        select(Promotion)
        .where(
            Promotion.batch_id == batch.id,
            Promotion.term_id == term.id,
            Promotion.open.is_not(None),
        )
        .with_for_update()
    )
    if run is not None:
        _require_waiting(run)
        run.graduates_on = day
    else:
        run = Promotion(batch_id=batch.id, term_id=term.id, graduates_on=day)
    _fill(db, run)
    emit(db, _previewed(actor, run))
    return run


def refresh(db: Session, actor: Actor, promotion_id: int) -> Promotion:
    """Make a preview again from the figures and the rule of now; decisions by hand stay where they still fit.

    Raises NotFound, Forbidden, Rejected when it is no preview any more.
    """
    run = _waiting(db, actor, promotion_id)
    _fill(db, run)
    emit(db, _previewed(actor, run))
    return run


def discard(db: Session, actor: Actor, promotion_id: int) -> None:
    """Give a preview up. Raises NotFound, Forbidden, Rejected when it is no preview any more."""
    run = _waiting(db, actor, promotion_id)
    run.state, run.open = PromotionState.DISCARDED, None
    emit(db, PromotionDiscarded(actor_id=actor.id, promotion_id=run.id))


def override(
    db: Session,
    actor: Actor,
    promotion_id: int,
    line_ids: Sequence[int],
    form: OverrideLine,
) -> int:
    """Decide otherwise than the rule for some students, with a reason, or let the rule decide again; return how many.

    Raises NotFound, Forbidden when none of them is in the run, Invalid without a reason, Rejected when it is no preview
    any more, or for a decision that cannot be.
    """
    run = _waiting(db, actor, promotion_id)
    if form.outcome is not None and not form.reason:
        raise Invalid({"reason": _("Say why you decide otherwise than the rule.")})
    rule = Rule.unpacked(run.rule)
    rows = _lines(db, run.id, line_ids)
    if not rows:
        raise Forbidden
    for row in rows:
        _require_possible(row, form.outcome, rule)
    changed = {
        "outcome": form.outcome or PromotionLine.by_rule,
        "override_reason": form.reason if form.outcome else "",
        "overridden_by": actor.id if form.outcome else None,
        "overridden_at": clock.now() if form.outcome else None,
    }
    for chunk in rollups.chunks(row.id for row in rows):
        db.execute(
            update(PromotionLine)
            .where(PromotionLine.id.in_(chunk))
            .values(**changed)
            .execution_options(synchronize_session=False)
        )
    _count(db, run)
    emit(
        db,
        PromotionOverridden(
            actor_id=actor.id,
            promotion_id=run.id,
            student_ids=tuple(sorted(row.student_id for row in rows)),
            outcome=form.outcome.value if form.outcome else "",
            reason=form.reason,
        ),
    )
    return len(rows)


def judged_now(db: Session, run: Promotion, rule: Rule) -> Sequence[Judged]:
    """Return the students of a run as they stand now (three queries). The caller has asked the policy."""
    programme = _programme(db, run.batch_id)
    return judged(db, run.batch_id, run.term_id, retake_rule(db, programme), rule)


def _cohort(db: Session, form: NewPromotion) -> tuple[Batch, Term]:
    """Hold the batch, so that two previews of it are made one after the other."""
    batch = db.scalar(
        select(Batch).where(Batch.id == form.batch_id, Batch.deleted_at.is_(None)).with_for_update()
    )
    term = db.scalar(select(Term).where(Term.id == form.term_id, Term.deleted_at.is_(None)))
    wrong = {}
    if batch is None:
        wrong["batch_id"] = _("Choose a batch from the list.")
    if term is None:
        wrong["term_id"] = _("Choose a term from the list.")
    elif term.starts_on > clock.today():
        wrong["term_id"] = _("This term has not begun yet.")
    if batch is None or term is None or wrong:
        raise Invalid(wrong)
    return batch, term


def _programme(db: Session, batch_id: int) -> Programme:
    return db.scalars(
        select(Programme)
        .join(Batch, Batch.programme_id == Programme.id)
        .where(Batch.id == batch_id)
    ).one()


def _waiting(db: Session, actor: Actor, promotion_id: int) -> Promotion:
    run = policy.PROMOTION_RUN.get(db, actor, promotion_id, read=policy.PROMOTION_READ, lock=True)
    _require_waiting(run)
    return run


def _require_waiting(run: Promotion) -> None:
    if run.state is PromotionState.APPLYING:
        raise Rejected(_("This promotion is being applied right now."))
    if run.state is not PromotionState.PREVIEWED:
        raise Rejected(_("This promotion is over. Make a new preview instead."))


def _fill(db: Session, run: Promotion) -> None:
    """Judge the batch anew and keep what was seen. The same few statements for 3 and for 5,000 students."""
    programme = _programme(db, run.batch_id)
    rule = rules.rule_of(db, programme)
    students = judged(db, run.batch_id, run.term_id, retake_rule(db, programme), rule)
    if not students:
        raise Rejected(_("Nobody is in this batch."))
    run.rule = rule.packed()
    run.department_id = programme.department_id
    run.previewed_at = clock.now()
    run.problem = ""
    db.add(run)
    db.flush()
    decided = _decisions(db, run.id)
    db.execute(
        delete(PromotionLine)
        .where(PromotionLine.promotion_id == run.id)
        .execution_options(synchronize_session=False)
    )
    rows = [_line(run, one, _kept(decided.get(one.student_id), one, rule)) for one in students]
    insert_rows(db, PromotionLine, LINE, rows)
    _count(db, run)


def _decisions(db: Session, promotion_id: int) -> Mapping[int, Decision]:
    rows = plain_rows(
        db,
        select(
            PromotionLine.student_id,
            PromotionLine.outcome,
            PromotionLine.override_reason,
            PromotionLine.overridden_by,
            PromotionLine.overridden_at,
        ).where(
            PromotionLine.promotion_id == promotion_id, PromotionLine.overridden_at.is_not(None)
        ),
    )
    return {
        row.student_id: Decision(
            row.outcome, row.override_reason, row.overridden_by, row.overridden_at
        )
        for row in rows
    }


def _kept(decision: Decision | None, one: Judged, rule: Rule) -> Decision | None:
    """Return a decision by hand as far as it still says something else than the rule, and can be."""
    said = one.verdict.outcome
    if decision is None or said in (Outcome.SKIPPED, decision.outcome):
        return None
    return decision if may_become(decision.outcome, one.figures.semester, rule) else None


def _line(run: Promotion, one: Judged, decision: Decision | None) -> tuple[Any, ...]:
    figures, said = one.figures, one.verdict
    return (
        run.id,
        one.student_id,
        run.term_id,
        one.sort_name,
        one.register_key,
        figures.semester,
        figures.cgpa,
        one.cgpa_order,
        figures.credits_earned,
        said.credits_needed,
        figures.backlogs,
        figures.open_results,
        figures.dues,
        said.outcome,
        decision.outcome if decision else said.outcome,
        said.skip,
        said.has_backlogs,
        said.short_of_credits,
        said.short_of_cgpa,
        said.has_dues,
        said.has_open_results,
        decision.reason if decision else "",
        decision.by if decision else None,
        decision.at if decision else None,
    )


def _count(db: Session, run: Promotion) -> None:
    rows = db.execute(
        select(PromotionLine.outcome, func.count(), func.count(PromotionLine.overridden_at))
        .where(PromotionLine.promotion_id == run.id)
        .group_by(PromotionLine.outcome)
    ).all()
    counts = Counter({row[0]: row[1] for row in rows})
    run.students = counts.total()
    run.promoted, run.graduated = counts[Outcome.PROMOTED], counts[Outcome.GRADUATED]
    run.held, run.skipped = counts[Outcome.HELD], counts[Outcome.SKIPPED]
    run.overridden = sum(row[2] for row in rows)
    # Whoever applies says which version they saw: another decision makes another version, also with equal counts.
    run.updated_at = clock.now()
    db.flush()


def _lines(db: Session, promotion_id: int, line_ids: Sequence[int]) -> list[Any]:
    found: list[Any] = []
    for chunk in rollups.chunks(line_ids):
        found += db.execute(
            select(
                PromotionLine.id,
                PromotionLine.student_id,
                PromotionLine.semester,
                PromotionLine.by_rule,
                User.full_name,
            )
            .join(Student, Student.id == PromotionLine.student_id)
            .join(User, User.id == Student.user_id)
            .where(PromotionLine.promotion_id == promotion_id, PromotionLine.id.in_(chunk))
        )
    return found


def lines_of(db: Session, promotion_id: int, student_ids: Sequence[int]) -> list[int]:
    """Return the lines of these students in a run, for `override`."""
    found: list[int] = []
    for chunk in rollups.chunks(student_ids):
        found += db.scalars(
            select(PromotionLine.id).where(
                PromotionLine.promotion_id == promotion_id, PromotionLine.student_id.in_(chunk)
            )
        )
    return found


def _require_possible(row: Any, outcome: Outcome | None, rule: Rule) -> None:
    if row.by_rule is Outcome.SKIPPED:
        raise Rejected(_("%(student)s takes no part in this promotion.", student=row.full_name))
    if outcome is not None and not may_become(outcome, row.semester, rule):
        raise Rejected(
            _(
                "%(student)s is in the last semester: graduated or held back.",
                student=row.full_name,
            )
        )


def _previewed(actor: Actor, run: Promotion) -> PromotionPreviewed:
    return PromotionPreviewed(
        actor_id=actor.id, promotion_id=run.id, batch_id=run.batch_id, term_id=run.term_id
    )
