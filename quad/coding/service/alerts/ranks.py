"""Where everybody stands, noted each week, and telling students whose place in the department moved."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Integer, delete, func, insert, literal, or_, select
from sqlalchemy.orm import Session, aliased

from quad.coding.facts import RanksMoved
from quad.coding.models.figures import ALL, NOWHERE, Figure, RankMark
from quad.coding.models.sync import ToldRank
from quad.coding.service.reckoning import monday
from quad.core.facts import emit
from quad.core.jobs.runtime import local_today

SOME = 200


def note(db: Session) -> date | None:
    """Note where everybody with solved problems stands, once a week; return the day of this week's note."""
    today = local_today(db)
    noted = db.scalar(select(RankMark.noted_on).where(RankMark.noted_on >= monday(today)).limit(1))
    if noted is not None:
        return noted
    every = func.rank().over(order_by=Figure.total_down)
    within = func.rank().over(partition_by=Figure.department_id, order_by=Figure.total_down)
    standing = select(
        Figure.student_id,
        literal(today, RankMark.noted_on.type),
        Figure.total,
        every.cast(Integer),
        within.cast(Integer),
    ).where(Figure.platform_id == ALL, Figure.ranked.is_(True), Figure.total_down < 0)
    columns = ["student_id", "noted_on", "total", "institution_rank", "department_rank"]
    db.execute(insert(RankMark).from_select(columns, standing))
    return today


def tell_some(db: Session, noted_on: date) -> int:
    """Tell the next students whose place in the department is another than in the note before; return how many."""
    before_on = db.scalar(select(func.max(RankMark.noted_on)).where(RankMark.noted_on < noted_on))
    if before_on is None:
        return 0
    ids = db.scalars(_moved(noted_on, before_on).limit(SOME)).all()
    if not ids:
        return 0
    db.execute(delete(ToldRank).where(ToldRank.student_id.in_(ids)))
    db.execute(insert(ToldRank), [{"student_id": one, "noted_on": noted_on} for one in ids])
    fact = RanksMoved(actor_id=None, student_ids=tuple(ids), noted_on=noted_on, before_on=before_on)
    emit(db, fact)
    return len(ids)


def _moved(noted_on: date, before_on: date) -> Any:
    now, then = aliased(RankMark), aliased(RankMark)
    return (
        select(now.student_id)
        .join(then, (then.student_id == now.student_id) & (then.noted_on == before_on))
        .join(Figure, (Figure.student_id == now.student_id) & (Figure.platform_id == ALL))
        .outerjoin(ToldRank, ToldRank.student_id == now.student_id)
        .where(
            now.noted_on == noted_on,
            now.department_rank != then.department_rank,
            Figure.department_id != NOWHERE,
            or_(ToldRank.noted_on.is_(None), ToldRank.noted_on < noted_on),
        )
        .order_by(now.student_id)
    )
