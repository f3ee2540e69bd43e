"""What the community hears of others: reports that are answered, skills that become one."""

from __future__ import annotations

from sqlalchemy.orm import Session

from quad.community.models.follows import PostSkill, SkillFollow
from quad.community.service.moderating import unqueue
from quad.core.facts import on
from quad.core.merging import moved
from quad.relations.facts import ReportDecided
from quad.skills.facts import SkillsMerged

_OF_SKILLS = (
    moved("", SkillFollow.skill_id, once_per=(SkillFollow.user_id,)),
    moved("", PostSkill.skill_id, once_per=(PostSkill.post_id,)),
)


@on(ReportDecided)
def take_from_queue(db: Session, fact: ReportDecided) -> None:
    """Let a reported post or comment wait no longer once nothing reported of it is open."""
    unqueue(db, fact.report_id)


@on(SkillsMerged)
def follow_the_kept_skill(db: Session, fact: SkillsMerged) -> None:
    """Let the followers and the posts of a merged skill be those of the one it became."""
    for rows in _OF_SKILLS:
        rows.move(db, fact.kept_id, fact.gone_id)
