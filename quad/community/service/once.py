"""Rows of which a person has one for each thing: what they like, what they follow."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

QUIET = {"synchronize_session": False}
Column = InstrumentedAttribute[int]


def add_once(db: Session, row: Any, column: Column) -> bool:
    """Add a row for `row.user_id` and the thing in `column`, and tell whether it was not there.

    Two that come at once are kept apart by the unique constraint.
    """
    kind: Any = column.class_
    alike = (column == getattr(row, column.key), kind.user_id == row.user_id)
    if db.scalar(select(kind.id).where(*alike)) is not None:
        return False
    try:
        with db.begin_nested():
            db.add(row)
    except IntegrityError:
        return False
    return True


def drop_once(db: Session, user_id: int, column: Column, thing_id: int) -> bool:
    """Remove the row of a person for a thing, and tell whether there was one."""
    kind: Any = column.class_
    gone: Any = db.execute(
        delete(kind).where(column == thing_id, kind.user_id == user_id), execution_options=QUIET
    )
    return bool(gone.rowcount)
