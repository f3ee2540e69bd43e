"""Writing down who stood where when a season ended: at once, or for a large institution by a job in steps.

The job writes each student's growth first, then ranks what it has written, so that places agree with each other
although snapshots go on being approved meanwhile. Every step can be the last one before the machine stops.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, literal, select, update
from sqlalchemy.orm import Session

from quad.coding.models.figures import ALL, DayGain, Figure, GroupTotal
from quad.coding.models.seasons import Season, SeasonPlace
from quad.core import clock
from quad.core.jobs.outbox import enqueue

FREEZE_JOB = "coding.season.freeze"
CLEAR_JOB = "coding.season.clear"
AT_ONCE = 2_000
NAMES = (
    "season_id",
    "student_id",
    "department_id",
    "sort_name",
    "rank",
    "department_rank",
    "growth",
    "total",
    "score",
    "created_at",
    "updated_at",
)

_PLACE: Any = SeasonPlace.__table__


def at_once(db: Session, season_id: int) -> bool:
    """Tell whether the places are few enough to be written, or taken away, within a request."""
    students = db.scalar(select(func.sum(GroupTotal.with_account))) or 0
    held = select(_PLACE.c.id).where(_PLACE.c.season_id == season_id).limit(AT_ONCE + 1)
    written = db.scalar(select(func.count()).select_from(held.subquery())) or 0
    return max(int(students), written) <= AT_ONCE


def later(db: Session, kind: str, season_id: int) -> None:
    """Promise a job about a season; those of one season follow each other."""
    enqueue(db, kind, {"season_id": season_id}, lane=f"coding.season/{season_id}")


def _standing(season: Season, rank: Any, within: Any, growth: Any) -> Any:
    """Select places as they are written; `growth` names what was solved in the season."""
    now = clock.now()
    return select(
        literal(season.id),
        Figure.student_id,
        Figure.department_id,
        Figure.sort_name,
        rank,
        within,
        growth,
        Figure.total,
        -Figure.score_down,
        literal(now, SeasonPlace.created_at.type),
        literal(now, SeasonPlace.updated_at.type),
    ).where(Figure.platform_id == ALL, Figure.ranked.is_(True), Figure.accounts > 0)


def _gained(season: Season) -> Any:
    return (
        select(DayGain.student_id, func.sum(DayGain.gain).label("gain"))
        .where(DayGain.day >= season.starts_on, DayGain.day <= season.ends_on)
        .group_by(DayGain.student_id)
    )


def write_all(db: Session, season: Season) -> None:
    """Write everybody's place by one statement."""
    gained = _gained(season).subquery()
    growth = func.coalesce(gained.c.gain, 0)
    rank = func.rank().over(order_by=growth.desc())
    within = func.rank().over(partition_by=Figure.department_id, order_by=growth.desc())
    places = _standing(season, rank, within, growth).outerjoin(
        gained, gained.c.student_id == Figure.student_id
    )
    db.connection().execute(insert(_PLACE).from_select(NAMES, places))


def write_some(db: Session, season: Season, last: int, limit: int) -> int:
    """Write the growth of the next students above `last`, still without ranks; return the last one, 0 at the end."""
    ids = db.scalars(
        select(Figure.student_id)
        .where(Figure.platform_id == ALL, Figure.student_id > last)
        .order_by(Figure.student_id)
        .limit(limit)
    ).all()
    if not ids:
        return 0
    gained = _gained(season).where(DayGain.student_id.in_(ids)).subquery()
    nobody = literal(0)
    places = (
        _standing(season, nobody, nobody, func.coalesce(gained.c.gain, 0))
        .outerjoin(gained, gained.c.student_id == Figure.student_id)
        .where(Figure.student_id.in_(ids))
    )
    db.connection().execute(insert(_PLACE).from_select(NAMES, places))
    return ids[-1]


@dataclass(frozen=True)
class Ranks:
    """The rank that a growth has among all, and in a department (0 for those in none)."""

    everywhere: Mapping[int, int]
    within: Mapping[tuple[int, int], int]


def ranks(db: Session, season: Season) -> Ranks:
    """Return the ranks that follow from what is written; equals share a rank."""
    counted = db.execute(
        select(_PLACE.c.department_id, _PLACE.c.growth, func.count())
        .where(_PLACE.c.season_id == season.id)
        .group_by(_PLACE.c.department_id, _PLACE.c.growth)
    ).all()
    all_of: dict[int, int] = defaultdict(int)
    by_department: dict[int, dict[int, int]] = defaultdict(dict)
    for department_id, growth, number in counted:
        all_of[growth] += number
        by_department[department_id][growth] = number
    within = {
        (department_id, growth): rank
        for department_id, numbers in by_department.items()
        for growth, rank in _ranked(numbers.items())
    }
    return Ranks(dict(_ranked(all_of.items())), within)


def _ranked(numbers: Iterable[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    rank = 1
    for growth, number in sorted(numbers, reverse=True):
        yield growth, rank
        rank += number


def rank_some(db: Session, season: Season, known: Ranks, last: int, limit: int) -> int:
    """Give the next written places above `last` their ranks; return the last of them, 0 at the end."""
    rows = db.execute(
        select(_PLACE.c.id, _PLACE.c.department_id, _PLACE.c.growth)
        .where(_PLACE.c.season_id == season.id, _PLACE.c.id > last)
        .order_by(_PLACE.c.id)
        .limit(limit)
    ).all()
    if not rows:
        return 0
    change = (
        update(_PLACE)
        .where(_PLACE.c.id == bindparam("place"))
        .values(rank=bindparam("among_all"), department_rank=bindparam("among_own"))
    )
    values = [
        {
            "place": row.id,
            "among_all": known.everywhere[row.growth],
            "among_own": known.within[row.department_id, row.growth],
        }
        for row in rows
    ]
    db.connection().execute(change, values)
    return int(rows[-1].id)


def clear_some(db: Session, season_id: int, limit: int) -> int:
    """Take away some places of a season; return how many."""
    mine = select(_PLACE.c.id).where(_PLACE.c.season_id == season_id)
    ids = db.scalars(mine.order_by(_PLACE.c.id).limit(limit)).all()
    if ids:
        db.connection().execute(delete(_PLACE).where(_PLACE.c.id.in_(ids)))
    return len(ids)


def finish(db: Session, season_id: int) -> None:
    """Say that the season is frozen, as of now."""
    season = db.get_one(Season, season_id)
    season.frozen_at, season.freezing_at = clock.now(), None
