"""Skills for tests."""

from __future__ import annotations

from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.skills.models import Skill, SkillCategory

_numbers = count(1)


def skill(db: Session, name: str | None = None) -> Skill:
    """Add a skill, in the one category that tests need."""
    category = db.scalar(select(SkillCategory).limit(1))
    if category is None:
        category = SkillCategory(name="Skills", name_key="Skills")
        db.add(category)
        db.flush()
    called = name or f"Skill number {next(_numbers)}"
    row = Skill(name=called, name_key=called, category_id=category.id)
    db.add(row)
    db.flush()
    return row
