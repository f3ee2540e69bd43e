"""Letting the people of a run know, in pieces: the facts of each piece carry a few hundred numbers."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quad.academics.facts.promotion import PromotionTold
from quad.academics.models.people import Student
from quad.academics.models.promotion import Outcome, Promotion, PromotionLine, PromotionState
from quad.core.facts import emit

PIECE = 200


def tell_some(db: Session, promotion_id: int, *, undone: bool) -> int:
    """Tell the next few people of a run what became of them, or that it was taken back; return how many.

    Who was told is marked in the same unit, so nobody hears twice. Only who had heard hears of the end.
    """
    run = db.scalar(select(Promotion).where(Promotion.id == promotion_id).with_for_update())
    wanted = PromotionState.UNDONE if undone else PromotionState.APPLIED
    if run is None or run.state is not wanted:
        return 0
    rows = db.execute(
        select(PromotionLine.id, PromotionLine.outcome, Student.user_id)
        .join(Student, Student.id == PromotionLine.student_id)
        .where(
            PromotionLine.promotion_id == promotion_id,
            PromotionLine.outcome != Outcome.SKIPPED,
            PromotionLine.told.is_(undone),
            Student.deleted_at.is_(None),
        )
        .order_by(PromotionLine.outcome, PromotionLine.id)
        .limit(PIECE)
    ).all()
    db.execute(
        update(PromotionLine)
        .where(PromotionLine.id.in_([row.id for row in rows]))
        .values(told=not undone)
        .execution_options(synchronize_session=False)
    )
    for outcome in Outcome:
        users = tuple(sorted(row.user_id for row in rows if row.outcome is outcome))
        if users:
            emit(
                db,
                PromotionTold(
                    actor_id=run.applied_by,
                    promotion_id=promotion_id,
                    outcome=outcome.value,
                    user_ids=users,
                    undone=undone,
                ),
            )
    return len(rows)
