"""What menus offer."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.policy import Actor
from quad.institution.models import Department
from quad.welfare.models.setup import Category, Office

Choices = Sequence[tuple[int, str]]


def categories(db: Session, _actor: Actor | None = None) -> Choices:
    """Return every category, in their order."""
    query = (
        select(Category.id, Category.name)
        .where(Category.deleted_at.is_(None))
        .order_by(Category.position, Category.id)
    )
    return [(row.id, row.name) for row in db.execute(query)]


def offices(db: Session, _actor: Actor | None = None) -> Choices:
    """Return every office, by name."""
    query = (
        select(Office.id, Office.name).where(Office.deleted_at.is_(None)).order_by(Office.name_key)
    )
    return [(row.id, row.name) for row in db.execute(query)]


def departments(db: Session, _actor: Actor | None = None) -> Choices:
    """Return every department, by name."""
    query = (
        select(Department.id, Department.name)
        .where(Department.deleted_at.is_(None))
        .order_by(Department.sort_name)
    )
    return [(row.id, row.name) for row in db.execute(query)]
