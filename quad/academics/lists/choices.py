"""What menus offer."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.policy import Actor
from quad.institution.models import Department, Programme, Term


def departments(db: Session, _actor: Actor | None = None) -> Sequence[tuple[int, str]]:
    """Return every department, for menus."""
    return [
        (row.id, row.name)
        for row in db.execute(
            select(Department.id, Department.name)
            .where(Department.deleted_at.is_(None))
            .order_by(Department.sort_name)
        )
    ]


def programmes(db: Session, _actor: Actor | None = None) -> Sequence[tuple[int, str]]:
    """Return every programme, for menus."""
    return [
        (row.id, row.name)
        for row in db.execute(
            select(Programme.id, Programme.name)
            .where(Programme.deleted_at.is_(None))
            .order_by(Programme.sort_name)
        )
    ]


def terms(db: Session, _actor: Actor | None = None) -> Sequence[tuple[int, str]]:
    """Return every term, the latest first, for menus."""
    return [
        (row.id, row.name)
        for row in db.execute(
            select(Term.id, Term.name)
            .where(Term.deleted_at.is_(None))
            .order_by(Term.starts_on.desc())
        )
    ]
