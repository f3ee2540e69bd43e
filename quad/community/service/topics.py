"""The skills a post is about: those who follow one of them have it in their feed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from quad.community.forms.posts import MOST_SKILLS
from quad.community.models.follows import PostSkill
from quad.community.models.posts import Post
from quad.core.db.rows import plain_rows
from quad.core.errors import Invalid
from quad.core.i18n import gettext as _
from quad.skills.models import Skill
from quad.skills.service import finding


def chosen(db: Session, names: Sequence[str]) -> list[int]:
    """Return the skills that are called so. Raises Invalid (`skills`) for a name that is none, and for too many."""
    ids = finding.resolve(db, names)
    if len(ids) > MOST_SKILLS:
        raise Invalid({"skills": _("Choose at most %(n)s skills.", n=MOST_SKILLS)})
    return ids


def keep(db: Session, post: Post, skill_ids: Collection[int]) -> None:
    """Let a post be about these skills and no others."""
    held = set(db.scalars(select(PostSkill.skill_id).where(PostSkill.post_id == post.id)))
    gone = held - set(skill_ids)
    if gone:
        db.execute(
            delete(PostSkill).where(PostSkill.post_id == post.id, PostSkill.skill_id.in_(gone)),
            execution_options={"synchronize_session": False},
        )
    db.add_all(
        PostSkill(post_id=post.id, skill_id=skill_id)
        for skill_id in skill_ids
        if skill_id not in held
    )


def of_posts(db: Session, post_ids: Collection[int]) -> Mapping[int, Sequence[Any]]:
    """Return the skills of posts by post, each with id and name (one query)."""
    found: dict[int, list[Any]] = {}
    if not post_ids:
        return found
    query = (
        select(PostSkill.post_id, Skill.id, Skill.name)
        .join(Skill, Skill.id == PostSkill.skill_id)
        .where(PostSkill.post_id.in_(list(post_ids)))
        .order_by(Skill.name_key)
    )
    for row in plain_rows(db, query):
        found.setdefault(row.post_id, []).append(row)
    return found
