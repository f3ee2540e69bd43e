"""What the four kinds of rows have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy.orm import Session

from quad.core.db.model import Versioned
from quad.core.errors import EditedMeanwhile, Rejected

# A reason against deleting the row with this number, as a sentence, or None (web.module.Blocker.reason).
Reason = Callable[[Session, int], str | None]


def require_version(row: Versioned, seen: int | None) -> None:
    """Raise EditedMeanwhile when somebody saved the row after the editor saw version `seen`."""
    if seen is not None and row.version != seen:
        raise EditedMeanwhile


def require_unused(db: Session, row_id: int, reasons: Iterable[Reason]) -> None:
    """Raise Rejected with the first reason against deleting."""
    for reason in reasons:
        sentence = reason(db, row_id)
        if sentence:
            raise Rejected(sentence)
