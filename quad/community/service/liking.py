"""Likes: one for each person and thing. The database counts them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from quad.community import facts, policy
from quad.community.models.posts import CommentLike, PostLike
from quad.community.service.once import add_once, drop_once
from quad.core.facts import emit
from quad.core.policy import Actor


def like_post(db: Session, actor: Actor, post_id: int) -> None:
    """Like a post; twice is once. Raises NotFound, SignedOut."""
    post = policy.SHOW.get(db, actor, post_id)
    if add_once(db, PostLike(post_id=post.id, user_id=actor.own_id), PostLike.post_id):
        named = {"post_id": post.id, "author_id": post.author_id}
        emit(db, facts.PostLiked(actor_id=actor.id, **named))


def unlike_post(db: Session, actor: Actor, post_id: int) -> None:
    """Like a post no longer; nothing happens when one did not. Raises NotFound, SignedOut."""
    post = policy.SHOW.get(db, actor, post_id)
    if drop_once(db, actor.own_id, PostLike.post_id, post.id):
        named = {"post_id": post.id, "author_id": post.author_id}
        emit(db, facts.PostUnliked(actor_id=actor.id, **named))


def like_comment(db: Session, actor: Actor, comment_id: int) -> int:
    """Like a comment; twice is once. Return the number of its post. Raises NotFound, SignedOut."""
    comment = policy.COMMENT_READ.get(db, actor, comment_id)
    row = CommentLike(comment_id=comment.id, user_id=actor.own_id)
    if add_once(db, row, CommentLike.comment_id):
        emit(
            db,
            facts.CommentLiked(
                actor_id=actor.id,
                comment_id=comment.id,
                post_id=comment.post_id,
                author_id=comment.author_id,
            ),
        )
    return comment.post_id


def unlike_comment(db: Session, actor: Actor, comment_id: int) -> int:
    """Like a comment no longer; nothing happens when one did not. Return the number of its post.

    Raises NotFound, SignedOut.
    """
    comment = policy.COMMENT_READ.get(db, actor, comment_id)
    if drop_once(db, actor.own_id, CommentLike.comment_id, comment.id):
        emit(
            db,
            facts.CommentUnliked(
                actor_id=actor.id,
                comment_id=comment.id,
                post_id=comment.post_id,
                author_id=comment.author_id,
            ),
        )
    return comment.post_id
