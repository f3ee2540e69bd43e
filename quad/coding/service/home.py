"""What the home pages show of coding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.coding import policy
from quad.coding.models.figures import ALL, Figure
from quad.coding.service import queue, ranking
from quad.coding.service.queue import Wanted
from quad.coding.service.ranking import Board
from quad.core.policy import Actor


def own(db: Session, actor: Actor) -> tuple[Figure, int] | None:
    """Return one's own figures over all platforms and the rank in the institution, None when nobody is ranked."""
    figure = db.scalar(
        select(Figure)
        .join(Student, Student.id == Figure.student_id)
        .where(policy.OWN_STUDENT.where(actor), Figure.platform_id == ALL, Figure.ranked.is_(True))
    )
    if figure is None:
        return None
    return figure, ranking.rank_of(db, Board(), -figure.total_down)


def waiting(db: Session, actor: Actor) -> Sequence[Any]:
    """Return the snapshots that wait for one's review, those that wait longest first."""
    return queue.page(db, actor, Wanted())
