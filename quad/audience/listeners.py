"""Audiences follow the catalogue of skills."""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from quad.audience.models import AudienceTerm, Trait
from quad.core.facts import on
from quad.skills.facts import SkillsMerged


@on(SkillsMerged)
def name_the_kept_skill(db: Session, fact: SkillsMerged) -> None:
    """Let audiences that name a merged skill name the one it became."""
    quiet = {"synchronize_session": False}
    of_skill = AudienceTerm.kind == Trait.SKILL
    both = list(
        db.scalars(
            select(AudienceTerm.audience_id).where(of_skill, AudienceTerm.value == fact.kept_id)
        )
    )
    gone = (of_skill, AudienceTerm.value == fact.gone_id)
    if both:
        doubled = delete(AudienceTerm).where(*gone, AudienceTerm.audience_id.in_(both))
        db.execute(doubled, execution_options=quiet)
    db.execute(
        update(AudienceTerm).where(*gone).values(value=fact.kept_id), execution_options=quiet
    )
