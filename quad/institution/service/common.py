"""What the kinds of rows have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from quad.core.db.model import SoftDeleted, Versioned
from quad.core.errors import EditedMeanwhile, Rejected

# A reason against deleting the row with this number, as a sentence, or None (web.module.Blocker.reason).
Reason = Callable[[Session, int], str | None]
R = TypeVar("R", bound=SoftDeleted)


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


def there_is(db: Session, kind: type[SoftDeleted], *clauses: ColumnElement[bool]) -> bool:
    """Tell whether a row of `kind` that is not deleted fits all clauses."""
    return bool(db.scalar(select(exists().where(*clauses, kind.deleted_at.is_(None)))))


def hold(db: Session, kind: type[R], row_id: int | None) -> R | None:
    """Load a row that is not deleted under a lock, so that it stays while another row comes to point at it."""
    if row_id is None:
        return None
    model: Any = kind
    query = select(model).where(model.id == row_id, model.deleted_at.is_(None))
    found: R | None = db.scalar(query.with_for_update())
    return found


def used_in(column: InstrumentedAttribute[Any], sentence: str) -> Reason:
    """Return the reason against deleting what rows of another kind point at."""
    kind: Any = column.class_

    def reason(db: Session, row_id: int) -> str | None:
        return str(sentence) if there_is(db, kind, column == row_id) else None

    return reason
