"""The number beside “Community” in the menu: what waits for a moderator."""

from __future__ import annotations

from sqlalchemy import ScalarSelect, exists, func, select
from sqlalchemy.sql.elements import ColumnElement

from quad.community.models.posts import Post, PostComment
from quad.community.policy import MODERATORS
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.identity.policy import grant_counts


def waiting_count(user_id: ColumnElement[int]) -> ScalarSelect[int]:
    """Return the subquery that counts the posts and comments a person could decide on now."""
    moderates = exists().where(
        RoleGrant.user_id == user_id,
        RoleGrant.role.in_([Role(name) for name in MODERATORS]),
        grant_counts(),
    )
    comments = (
        select(func.count(PostComment.id))
        .where(
            PostComment.queued_at.is_not(None),
            PostComment.deleted_at.is_(None),
            moderates.correlate(User),
        )
        .correlate(User)
        .scalar_subquery()
    )
    return (
        select(func.count(Post.id) + comments)
        .where(
            Post.queued_at.is_not(None),
            Post.deleted_at.is_(None),
            moderates.correlate(User),
        )
        .correlate(User)
        .scalar_subquery()
    )
