"""Departments and skills that people follow, and the skills a post is about."""

from __future__ import annotations

import enum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.db.model import Row
from quad.core.db.types import BigId
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l


class FollowKind(enum.StrEnum):
    """What can be followed. Who follows whom among people, relations keep."""

    PERSON = "person"
    DEPARTMENT = "department"
    SKILL = "skill"


class DepartmentFollow(Row):
    """Somebody has the posts of a department in their feed."""

    __tablename__ = "community_department_follow"
    __table_args__ = (
        UniqueConstraint("user_id", "department_id"),
        Index(None, "department_id", "user_id"),
    )

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="CASCADE"))
    department_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("institution_department.id", ondelete="CASCADE")
    )


class SkillFollow(Row):
    """Somebody has the posts about a skill in their feed."""

    __tablename__ = "community_skill_follow"
    __table_args__ = (UniqueConstraint("user_id", "skill_id"), Index(None, "skill_id", "user_id"))

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="CASCADE"))
    skill_id: Mapped[int] = mapped_column(BigId, ForeignKey("skills_skill.id", ondelete="CASCADE"))


class PostSkill(Row):
    """A skill that a post is about."""

    __tablename__ = "community_post_skill"
    __table_args__ = (UniqueConstraint("post_id", "skill_id"), Index(None, "skill_id", "post_id"))

    post_id: Mapped[int] = mapped_column(BigId, ForeignKey("community_post.id", ondelete="CASCADE"))
    skill_id: Mapped[int] = mapped_column(BigId, ForeignKey("skills_skill.id", ondelete="RESTRICT"))


constraint(
    "uq_community_department_follow_user_id_department_id",
    _l("You follow this department already."),
)
constraint("uq_community_skill_follow_user_id_skill_id", _l("You follow this skill already."))
constraint(
    "uq_community_post_skill_post_id_skill_id",
    _l("The post has this skill already. Have a look at it."),
)
