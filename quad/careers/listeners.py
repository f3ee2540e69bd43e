"""Careers follow the catalogue of skills."""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from quad.careers.models.jobs import JobSkill
from quad.careers.service import findable
from quad.core.facts import on
from quad.core.search.index import index_many
from quad.skills.facts import SkillsMerged


@on(SkillsMerged)
def ask_for_the_kept_skill(db: Session, fact: SkillsMerged) -> None:
    """Let jobs that ask for a merged skill ask for the one it became, and be found by its name."""
    quiet = {"synchronize_session": False}
    of_gone = JobSkill.skill_id == fact.gone_id
    touched = list(db.scalars(select(JobSkill.job_id).where(of_gone)))
    if not touched:
        return
    both = list(
        db.scalars(
            select(JobSkill.job_id).where(
                JobSkill.skill_id == fact.kept_id, JobSkill.job_id.in_(touched)
            )
        )
    )
    if both:
        db.execute(
            delete(JobSkill).where(of_gone, JobSkill.job_id.in_(both)), execution_options=quiet
        )
    db.execute(
        update(JobSkill).where(of_gone).values(skill_id=fact.kept_id), execution_options=quiet
    )
    index_many(db, findable.JOBS, findable.documents(db, touched))
