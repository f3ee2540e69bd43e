"""Who has a skill: the best known first, of those one may see."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.db.rows import plain_rows
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.identity.policy import photo_for
from quad.skills import policy
from quad.skills.models import PersonSkill

SHOWN = 12


def best(db: Session, actor: Actor, skill_id: int, limit: int = SHOWN) -> list[Any]:
    """Return people who have a skill: person_id, full_name, photo, level, strength, endorsements."""
    query = (
        select(
            PersonSkill.person_id,
            User.full_name,
            photo_for(actor),
            PersonSkill.level,
            PersonSkill.strength,
            PersonSkill.endorsements,
        )
        .join(User, User.id == PersonSkill.person_id)
        .where(PersonSkill.skill_id == skill_id, policy.HELD_READ.where(actor, many=True))
        .order_by(PersonSkill.level.desc(), PersonSkill.person_id)
        .limit(limit)
    )
    return list(plain_rows(db, query))


def person(db: Session, actor: Actor, person_id: int) -> User:
    """Return a person whose skills are looked at: id, full_name, photo. Raises NotFound, SignedOut."""
    return policy.PERSON.get(db, actor, person_id)
