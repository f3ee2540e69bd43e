"""What pages of courses and home pages show of skills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.models.teaching import Course
from quad.core.policy import Actor
from quad.skills import policy
from quad.skills.models import LEVELS, CourseSkill, PersonSkill, Skill


def course(db: Session, actor: Actor, course_id: int) -> Mapping[str, Any] | None:
    """Return what a course gives, in one query; nothing where there is nothing and nobody to say it."""
    query = (
        select(
            policy.COURSE.where(actor).label("may_edit"),
            CourseSkill.skill_id,
            Skill.name,
            CourseSkill.level,
        )
        .select_from(Course)
        .outerjoin(CourseSkill, CourseSkill.course_id == Course.id)
        .outerjoin(Skill, Skill.id == CourseSkill.skill_id)
        .where(Course.id == course_id)
        .order_by(Skill.name_key)
    )
    rows = db.execute(query).all()
    given = [(row.skill_id, row.name, row.level) for row in rows if row.skill_id is not None]
    may_edit = any(row.may_edit for row in rows)
    if not given and not may_edit:
        return None
    return {"given": given, "may_edit": may_edit, "course_id": course_id, "levels": LEVELS}


def own(db: Session, actor: Actor, limit: int = 6) -> Sequence[Any]:
    """Return the skills one holds that are known best, with how many people confirm each."""
    return db.execute(
        select(
            Skill.id, Skill.name, PersonSkill.level, PersonSkill.strength, PersonSkill.endorsements
        )
        .join(Skill, Skill.id == PersonSkill.skill_id)
        .where(PersonSkill.person_id == actor.own_id)
        .order_by(
            PersonSkill.strength.desc(),
            PersonSkill.endorsements.desc(),
            PersonSkill.level.desc(),
            Skill.name_key,
        )
        .limit(limit)
    ).all()
