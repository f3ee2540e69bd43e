"""Skills in the timeline of a person: each when something beside the own word first proved it, to those who see it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import aliased

from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.timeline import TimelineKind, timeline_columns, worded
from quad.skills import policy
from quad.skills.models import PersonSkill, ProofKind, Skill, SkillProof

# What first proved a skill; whose word or which course it was, its own page says.
PROVED_BY = {
    ProofKind.COURSE: _l("By a course"),
    ProofKind.CODING: _l("By coding"),
    ProofKind.ENDORSED: _l("Confirmed by somebody"),
}


def _skills(actor: Actor, person_id: int) -> Select[Any]:
    earlier = aliased(SkillProof)
    before = exists().where(
        earlier.person_id == SkillProof.person_id,
        earlier.skill_id == SkillProof.skill_id,
        earlier.kind.in_(PROVED_BY),
        or_(
            earlier.created_at < SkillProof.created_at,
            and_(earlier.created_at == SkillProof.created_at, earlier.id < SkillProof.id),
        ),
    )
    columns = timeline_columns(
        PersonSkill.id,
        at=SkillProof.created_at,
        title=Skill.name,
        detail=worded(SkillProof.kind, PROVED_BY),
        about=Skill.id,
    )
    of_held = and_(
        SkillProof.person_id == PersonSkill.person_id, SkillProof.skill_id == PersonSkill.skill_id
    )
    return (
        select(*columns)
        .select_from(PersonSkill)
        .join(SkillProof, of_held)
        .join(Skill, Skill.id == PersonSkill.skill_id)
        .where(
            PersonSkill.person_id == person_id,
            SkillProof.kind.in_(PROVED_BY),
            ~before,
            policy.HELD_READ.where(actor),
        )
    )


TIMELINE = (
    TimelineKind("skills", _l("Skill"), _skills, lambda skill_id: f"/skills/{skill_id}", order=45),
)
