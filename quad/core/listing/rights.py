"""What a reader may do with each row of a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from quad.core.db.rows import plain_rows
from quad.core.policy import Actor, Gate, Permission


def allowed(
    db: Session,
    actor: Actor,
    rows: Sequence[int],
    permissions: dict[str, Permission[Any] | Gate],
) -> dict[str, set[int]]:
    """Answer all buttons of a page: for each name the ids of the rows on which `actor` may use it. One statement."""
    answer: dict[str, set[int]] = {}
    asked: dict[str, Permission[Any]] = {}
    for name, permission in permissions.items():
        if isinstance(permission, Gate):
            answer[name] = set(rows) if permission.may(actor) else set()
        else:
            asked[name] = permission
    if not asked or not rows:
        return answer | {name: set() for name in asked}
    model = next(iter(asked.values())).model
    flags = [case((p.where(actor), 1), else_=0) for p in asked.values()]
    found = plain_rows(db, select(model.id, *flags).where(model.id.in_(rows))).all()
    for position, name in enumerate(asked, start=1):
        answer[name] = {row[0] for row in found if row[position]}
    return answer
