"""Rows of columns, without the layer that could make objects of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import CursorResult, Executable
from sqlalchemy.orm import Session


def plain_rows(
    db: Session, statement: Executable, values: Mapping[str, Any] | None = None
) -> CursorResult[Any]:
    """Run a statement that selects columns in the unit's transaction; `values` are for its named places.

    The same rows as from `db.execute`, for less: it prepares for objects and turns every row round again.
    """
    if db.autoflush and (db.new or db.dirty or db.deleted):
        db.flush()
    return db.connection().execute(statement, values)
