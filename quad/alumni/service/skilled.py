"""The skills of people in a directory and on a profile, as far as they show them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.alumni.models.members import Member
from quad.alumni.policy import audience
from quad.core.db.rows import plain_rows
from quad.core.policy import Actor
from quad.skills.models import PersonSkill, Skill

SHOWN = 4


def skills_of_many(
    db: Session, actor: Actor, member_ids: Sequence[int], most: int = SHOWN
) -> dict[int, list[str]]:
    """Return the best known skills of members by their number; one query for a page."""
    found: dict[int, list[str]] = {}
    if not member_ids:
        return found
    query = (
        select(Member.id, Skill.name)
        .join(PersonSkill, PersonSkill.person_id == Member.user_id)
        .join(Skill, Skill.id == PersonSkill.skill_id)
        .where(
            Member.id.in_(member_ids), PersonSkill.hidden.is_(False), audience.sees("skills", actor)
        )
        .order_by(
            PersonSkill.strength.desc(),
            PersonSkill.level.desc(),
            PersonSkill.endorsements.desc(),
            Skill.name_key,
        )
    )
    for member_id, name in (tuple(row) for row in plain_rows(db, query)):
        mine = found.setdefault(member_id, [])
        if len(mine) < most:
            mine.append(name)
    return found
