"""How many requests there are, by day of asking, department, category and state: kept with every step, never counted.

Confidential requests are not in it, so that no number gives one away.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quad.welfare.models.requests import NOWHERE, DayCount, Request, State

KEY = (DayCount.asked_on, DayCount.department, DayCount.category_id, DayCount.state)


def came(db: Session, request: Request) -> None:
    """Count a new request."""
    if not request.confidential:
        _add(db, request, request.state, 1, 0)


def went(db: Session, request: Request, before: State, seconds_before: int) -> None:
    """Move a request from the state it had to the one it has."""
    if request.confidential or before is request.state:
        return
    _add(db, request, before, -1, -seconds_before)
    _add(db, request, request.state, 1, request.seconds or 0)


def _add(db: Session, request: Request, state: State, number: int, seconds: int) -> None:
    key = {
        "asked_on": request.asked_on,
        "department": request.department_id or NOWHERE,
        "category_id": request.category_id,
        "state": state,
    }
    change = (
        update(DayCount)
        .where(*(column == key[column.key] for column in KEY))
        .values(number=DayCount.number + number, seconds=DayCount.seconds + seconds)
        .execution_options(synchronize_session=False)
    )
    done: Any = db.execute(change)
    if done.rowcount:
        return
    try:
        with db.begin_nested():
            db.execute(insert(DayCount).values(**key, number=number, seconds=seconds))
    except IntegrityError:  # somebody's first request of that day came a moment earlier
        db.execute(change)


def rebuild(db: Session, category_ids: Sequence[int]) -> int:
    """Count the requests of these categories anew; return of how many a number was wrong."""
    of_these = DayCount.category_id.in_(category_ids)
    kept = {
        tuple(row)[:4]: (int(row.number), int(row.seconds))
        for row in db.execute(select(*KEY, DayCount.number, DayCount.seconds).where(of_these))
        if row.number or row.seconds
    }
    rows = db.execute(_counted().where(Request.category_id.in_(category_ids))).all()
    counted = {tuple(row)[:4]: (int(row.number), int(row.seconds)) for row in rows}
    wrong = {key[2] for key in kept.keys() | counted.keys() if kept.get(key) != counted.get(key)}
    if wrong:
        gone = delete(DayCount).where(DayCount.category_id.in_(wrong))
        db.execute(gone, execution_options={"synchronize_session": False})
        found = [dict(row._mapping) for row in rows if row.category_id in wrong]
        if found:
            db.execute(insert(DayCount), found)
    return len(wrong)


def _counted() -> Any:
    department = func.coalesce(Request.department_id, NOWHERE)
    return (
        select(
            Request.asked_on,
            department.label("department"),
            Request.category_id,
            Request.state,
            func.count().label("number"),
            func.coalesce(func.sum(Request.seconds), 0).label("seconds"),
        )
        .where(Request.confidential.is_(False))
        .group_by(Request.asked_on, department, Request.category_id, Request.state)
    )
