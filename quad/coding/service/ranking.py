"""Ranks from counts: how many have exactly this value is kept for each scope, so a rank is one sum.

Ties share a rank (1, 2, 2, 4), in the order of names. Who has nothing comes last, with one rank for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from quad.coding.models.figures import ALL, Figure, GroupTotal, Metric, RankCount, Scope

ORDER: dict[Metric, InstrumentedAttribute[int]] = {
    Metric.TOTAL: Figure.total_down,
    Metric.SCORE: Figure.score_down,
    Metric.RATING: Figure.rating_down,
    Metric.WEEK: Figure.week_down,
    Metric.MONTH: Figure.month_down,
}
COUNTED_TO = 10_000


@dataclass(frozen=True)
class Board:
    """One leaderboard: among whom, by what, on which platform (0 for all)."""

    scope: Scope = Scope.INSTITUTION
    scope_id: int = 0
    metric: Metric = Metric.TOTAL
    platform_id: int = ALL

    @property
    def order(self) -> Any:
        """The column that orders it, the best first."""
        return ORDER[self.metric]

    @property
    def members(self) -> ColumnElement[bool]:
        """The clause for the figures that are on it."""
        here = and_(Figure.platform_id == self.platform_id, Figure.ranked.is_(True))
        place = PLACES.get(self.scope)
        return here if place is None else and_(here, place == self.scope_id)


PLACES: dict[Scope, InstrumentedAttribute[int]] = {
    Scope.DEPARTMENT: Figure.department_id,
    Scope.BATCH: Figure.admission_year,
    Scope.CLASS: Figure.class_id,
}


@dataclass(frozen=True)
class Key:
    """Where somebody stands on a board: what it is ordered by, from the first to the last."""

    down: int
    sort_name: str
    student_id: int


def rank_of(db: Session, board: Board, value: int) -> int:
    """Return the rank that `value` has on a board (one query)."""
    if board.scope is Scope.CLASS:
        better = select(func.count(Figure.id)).where(board.members, board.order < -value)
        return 1 + (db.scalar(better) or 0)
    above = select(func.coalesce(func.sum(RankCount.number), 0)).where(
        *_counts(board), RankCount.value > value
    )
    return 1 + int(db.scalar(above) or 0)


def _counts(board: Board) -> tuple[ColumnElement[bool], ...]:
    return (
        RankCount.platform_id == board.platform_id,
        RankCount.metric == board.metric,
        RankCount.scope == board.scope,
        RankCount.scope_id == (board.scope_id if board.scope is not Scope.INSTITUTION else 0),
    )


def ranks(db: Session, board: Board, values: Sequence[int]) -> dict[int, int]:
    """Return the ranks of some values that stand next to each other on a board (at most two queries)."""
    distinct = sorted(set(values), reverse=True)
    if not distinct:
        return {}
    found = {distinct[0]: rank_of(db, board, distinct[0])}
    if len(distinct) > 1:
        having = _having(db, board, distinct[-1], distinct[0])
        for better, value in pairwise(distinct):
            found[value] = found[better] + having.get(better, 0)
    return found


def _having(db: Session, board: Board, least: int, most: int) -> dict[int, int]:
    """Return how many have each value of a range."""
    if board.scope is Scope.CLASS:
        query: Any = (
            select(board.order, func.count(Figure.id))
            .where(board.members, board.order >= -most, board.order <= -least)
            .group_by(board.order)
        )
        return {-down: int(number) for down, number in db.execute(query)}
    query = select(RankCount.value, RankCount.number).where(
        *_counts(board), RankCount.value >= least, RankCount.value <= most
    )
    return {value: int(number) for value, number in db.execute(query)}


def size(db: Session, board: Board) -> tuple[int, bool]:
    """Return how many are on a board, and whether that is exact: platforms and classes count to 10,000."""
    if board.platform_id == ALL and board.scope is not Scope.CLASS:
        query = select(func.coalesce(func.sum(GroupTotal.students), 0))
        if board.scope is Scope.DEPARTMENT:
            query = query.where(GroupTotal.department_id == board.scope_id)
        if board.scope is Scope.BATCH:
            query = query.where(GroupTotal.admission_year == board.scope_id)
        return int(db.scalar(query) or 0), True
    capped = select(Figure.id).where(board.members).limit(COUNTED_TO + 1).subquery()
    count = db.scalar(select(func.count()).select_from(capped)) or 0
    return min(count, COUNTED_TO), count <= COUNTED_TO


def before(board: Board, key: Key) -> ColumnElement[bool]:
    """Return the clause for who stands before `key`; its first half alone is a range of the index."""
    same = or_(
        Figure.sort_name < key.sort_name,
        and_(Figure.sort_name == key.sort_name, Figure.student_id < key.student_id),
    )
    return and_(
        board.order <= key.down, or_(board.order < key.down, and_(board.order == key.down, same))
    )


def after(board: Board, key: Key) -> ColumnElement[bool]:
    """Return the clause for who stands after `key`."""
    same = or_(
        Figure.sort_name > key.sort_name,
        and_(Figure.sort_name == key.sort_name, Figure.student_id > key.student_id),
    )
    return and_(
        board.order >= key.down, or_(board.order > key.down, and_(board.order == key.down, same))
    )
