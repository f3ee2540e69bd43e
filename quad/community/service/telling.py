"""Telling of a new post those who follow its author, its department or a skill it is about: some at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, union, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from quad.audience.service.meeting import people
from quad.audience.service.traits import here
from quad.community.facts import FollowersTold
from quad.community.kinds import TELL
from quad.community.models.follows import DepartmentFollow, PostSkill, SkillFollow
from quad.community.models.posts import Mention, Post, PostVisibility
from quad.community.policy import SHOW
from quad.core.acting import actor_by_id
from quad.core.errors import SignedOut
from quad.core.facts import emit
from quad.core.jobs.outbox import enqueue
from quad.core.policy import SYSTEM
from quad.identity.models.accounts import User
from quad.relations.models import Block, Follow

AT_ONCE = 500


def promise(db: Session, post: Post) -> None:
    """Let the worker tell those who follow and were not told yet, once others see the post."""
    if post.withheld_at is None:
        db.flush()
        enqueue(db, TELL, {"post_id": post.id})


def tell_some(db: Session, post_id: int) -> int:
    """Look at the next followers, in the order of their numbers; return how many (0: that was all).

    The post is locked, so that nobody hears of it once it was hidden or deleted. How far this came stands with the post
    and moves in the same unit as the telling: neither a second try of the worker nor a post that is published again
    tells anybody twice.
    """
    post = db.scalar(select(Post).where(Post.id == post_id).with_for_update())
    if post is None or post.deleted_at is not None or post.withheld_at is not None:
        return 0
    looked_at = list(db.scalars(_next_followers(db, post)))
    if not looked_at:
        return 0
    # Not through the object: nobody who edits the post meanwhile is to be told of a change.
    db.execute(
        update(Post).where(Post.id == post_id).values(told_to=looked_at[-1]),
        execution_options={"synchronize_session": False},
    )
    db.expire(post, ["told_to"])
    told = tuple(db.scalars(_to_tell(post, looked_at)))
    if told:
        fact = FollowersTold(
            actor_id=SYSTEM.id, post_id=post_id, author_id=post.author_id, user_ids=told
        )
        emit(db, fact)
    return len(looked_at)


def _next_followers(db: Session, post: Post) -> Select[int]:
    """Select the next people who follow; each way of following is read by its index, and never further than a piece."""
    ways = [_following(Follow.follower_id, Follow.followed_id, post.author_id, post.told_to)]
    if post.department_id is not None:
        followed = DepartmentFollow.department_id
        ways.append(
            _following(DepartmentFollow.user_id, followed, post.department_id, post.told_to)
        )
    about = select(PostSkill.skill_id).where(PostSkill.post_id == post.id)
    for skill_id in db.scalars(about).all():
        ways.append(_following(SkillFollow.user_id, SkillFollow.skill_id, skill_id, post.told_to))
    found = union(*ways).subquery("followers")
    return select(found.c.user_id).order_by(found.c.user_id).limit(AT_ONCE)


def _following(
    follower: InstrumentedAttribute[int],
    followed: InstrumentedAttribute[int],
    number: int,
    after: int,
) -> Select[int]:
    some = (
        select(follower.label("user_id"))
        .where(followed == number, follower > after)
        .order_by(follower)
        .limit(AT_ONCE)
        .subquery()
    )
    return select(some.c.user_id)


def _to_tell(post: Post, user_ids: Sequence[int]) -> Select[int]:
    """Select those of `user_ids` who may see the post, as `policy.SHOW` says of each, and have not heard of it.

    Who is named in it has been told that already.
    """
    named = exists().where(
        Mention.post_id == post.id, Mention.comment_id.is_(None), Mention.user_id == User.id
    )
    blocked = exists().where(
        or_(
            and_(Block.blocker_id == User.id, Block.blocked_id == post.author_id),
            and_(Block.blocked_id == User.id, Block.blocker_id == post.author_id),
        )
    )
    author = select(User.id).where(User.id == post.author_id, User.deleted_at.is_(None))
    there = author.correlate(None).scalar_subquery().is_not(None)
    return (
        select(User.id)
        .where(User.id.in_(user_ids), User.id != post.author_id, here(), there)
        .where(~named, ~blocked, *_meant(post, user_ids))
        .order_by(User.id)
    )


def _meant(post: Post, user_ids: Sequence[int]) -> list[ColumnElement[bool]]:
    """Return what holds for those a post is for."""
    if post.visibility is PostVisibility.MEMBERS:
        return []
    chosen: Select[Any]
    if post.visibility is PostVisibility.GROUP:
        assert post.audience_id is not None
        chosen = people(post.audience_id, user_ids)
    else:
        chosen = select(Follow.follower_id).where(
            Follow.followed_id == post.author_id, Follow.follower_id.in_(user_ids)
        )
    return [User.id.in_(chosen)]


def readable(db: Session, user_id: int, post_ids: Collection[int]) -> set[int]:
    """Return those of these posts that somebody may see with the rights they hold now."""
    try:
        reader = actor_by_id(db, user_id)
    except SignedOut:
        return set()
    return SHOW.allowed(db, reader, list(post_ids))
