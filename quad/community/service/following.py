"""What people follow beside people: departments and skills, whose posts they have in their feed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from quad.community import policy
from quad.community.facts import ThingFollowed, ThingUnfollowed
from quad.community.models.follows import DepartmentFollow, FollowKind, PostSkill, SkillFollow
from quad.community.models.posts import Post
from quad.community.service.once import add_once, drop_once
from quad.core.db.rows import plain_rows
from quad.core.facts import Fact, emit
from quad.core.i18n import ngettext
from quad.core.policy import Actor, Permission
from quad.institution.models import Department
from quad.relations.service import following as people
from quad.skills.models import Skill, SkillCategory


@dataclass(frozen=True)
class _Thing:
    """A kind of thing that is followed: who may, and the column of the table that names it."""

    may: Permission[Any]
    column: InstrumentedAttribute[int]


_THINGS = {
    FollowKind.DEPARTMENT: _Thing(policy.FOLLOW_DEPARTMENT, DepartmentFollow.department_id),
    FollowKind.SKILL: _Thing(policy.FOLLOW_SKILL, SkillFollow.skill_id),
}


def follow(db: Session, actor: Actor, kind: FollowKind, thing_id: int) -> None:
    """Follow a person, a department or a skill; doing it twice is once. Raises NotFound, SignedOut."""
    if kind is FollowKind.PERSON:
        people.follow(db, actor, thing_id)
        return
    thing = _THINGS[kind]
    thing.may.get(db, actor, thing_id)
    kind_of_row: Any = thing.column.class_
    row = kind_of_row(**{"user_id": actor.own_id, thing.column.key: thing_id})
    if add_once(db, row, thing.column):
        emit(db, _fact(ThingFollowed, actor, kind, thing_id))


def unfollow(db: Session, actor: Actor, kind: FollowKind, thing_id: int) -> None:
    """Follow something no longer; nothing happens when one did not. Raises SignedOut, Forbidden."""
    policy.FOLLOWS.require(actor)
    if kind is FollowKind.PERSON:
        people.unfollow(db, actor, thing_id)
    elif drop_once(db, actor.own_id, _THINGS[kind].column, thing_id):
        emit(db, _fact(ThingUnfollowed, actor, kind, thing_id))


def _fact(
    said: type[ThingFollowed | ThingUnfollowed], actor: Actor, kind: FollowKind, thing_id: int
) -> Fact:
    return said(actor_id=actor.id, follower_id=actor.own_id, kind=kind.value, followed_id=thing_id)


def departments(db: Session, actor: Actor) -> list[Any]:
    """Return the departments one follows: id, code, name. Raises SignedOut, Forbidden."""
    policy.FOLLOWS.require(actor)
    query = (
        select(Department.id, Department.code, Department.name)
        .join(DepartmentFollow, DepartmentFollow.department_id == Department.id)
        .where(DepartmentFollow.user_id == actor.own_id, policy.FOLLOW_DEPARTMENT.where(actor))
        .order_by(Department.sort_name, Department.id)
        .limit(people.MOST_SHOWN)
    )
    return list(plain_rows(db, query))


def skills(db: Session, actor: Actor) -> list[Any]:
    """Return the skills one follows: id, name, category. Raises SignedOut, Forbidden."""
    policy.FOLLOWS.require(actor)
    query = (
        select(Skill.id, Skill.name, SkillCategory.name.label("category"))
        .join(SkillFollow, SkillFollow.skill_id == Skill.id)
        .join(SkillCategory, SkillCategory.id == Skill.category_id)
        .where(SkillFollow.user_id == actor.own_id, policy.FOLLOW_SKILL.where(actor))
        .order_by(Skill.name_key, Skill.id)
        .limit(people.MOST_SHOWN)
    )
    return list(plain_rows(db, query))


def beside_people(db: Session, actor: Actor, _user_id: int) -> Mapping[str, Any]:
    """Return what one follows beside people, for the page of one's connections."""
    return {"departments": departments(db, actor), "skills": skills(db, actor)}


def of_department(db: Session, actor: Actor, department_id: int) -> Mapping[str, Any] | None:
    """Return what the button on the page of a department says, None without one."""
    return _button(db, actor, FollowKind.DEPARTMENT, department_id)


def of_skill(db: Session, actor: Actor, skill_id: int) -> Mapping[str, Any] | None:
    """Return what the button on the page of a skill says, None without one."""
    return _button(db, actor, FollowKind.SKILL, skill_id)


def effects_of_merge(db: Session, gone_id: int, _kept_id: int) -> list[str]:
    """Say whose follows and which posts making two skills one moves to the one that stays (two statements)."""
    followers = select(func.count()).where(SkillFollow.skill_id == gone_id)
    posts = (
        select(func.count())
        .select_from(PostSkill)
        .join(Post, Post.id == PostSkill.post_id)
        .where(PostSkill.skill_id == gone_id, Post.deleted_at.is_(None))
    )
    return [
        ngettext(
            "%(num)s follower follows the skill that stays.",
            "%(num)s followers follow the skill that stays.",
            db.scalar(followers) or 0,
        ),
        ngettext(
            "%(num)s post is about the skill that stays.",
            "%(num)s posts are about the skill that stays.",
            db.scalar(posts) or 0,
        ),
    ]


def _button(db: Session, actor: Actor, kind: FollowKind, thing_id: int) -> Mapping[str, Any] | None:
    thing = _THINGS[kind]
    follows: Any = thing.column.class_
    model: Any = thing.may.model
    mine = exists().where(thing.column == thing_id, follows.user_id == actor.own_id)
    there = (model.id == thing_id, thing.may.where(actor))
    found = db.scalar(select(mine).select_from(model).where(*there))
    return None if found is None else {"kind": kind.value, "id": thing_id, "following": bool(found)}
