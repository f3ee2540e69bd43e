"""What filters and menus offer."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, select, true
from sqlalchemy.orm import Session

from quad.academics.service.findable import STUDENTS
from quad.coding.models.figures import Figure
from quad.core.policy import Actor
from quad.core.search.prefix import ids_beginning, words_of
from quad.institution.models import Department

Choices = list[tuple[int, str]]


def departments(db: Session, _actor: Actor | None = None) -> Choices:
    """Return every department, by name."""
    query = (
        select(Department.id, Department.name)
        .where(Department.deleted_at.is_(None))
        .order_by(Department.sort_name)
    )
    return [(row.id, row.name) for row in db.execute(query)]


def of_name(text: str) -> ColumnElement[bool]:
    """Return the clause for the figures of students whose name or number has every word of `text`."""
    found = [Figure.student_id.in_(ids_beginning(STUDENTS, word)) for word in words_of(text)]
    return and_(true(), *found)
