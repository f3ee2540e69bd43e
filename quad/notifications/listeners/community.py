"""What people are told of posts and comments, and by which facts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.community.facts import (
    CommentAppealed,
    CommentLiked,
    CommentModerated,
    CommentPublished,
    CommentQueued,
    FollowersTold,
    PeopleMentioned,
    PostAppealed,
    PostLiked,
    PostModerated,
    PostQueued,
)
from quad.community.models.posts import Post, PostComment
from quad.community.policy import MODERATORS
from quad.core.facts import Fact, on
from quad.core.markdown import as_plain, opening
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.identity.policy import grant_counts
from quad.notifications.kinds.community import (
    COMMENTED,
    FOLLOWED_POST,
    HIDDEN,
    LIKED,
    MENTIONED,
    QUEUED,
    SHOWN,
)
from quad.notifications.models import Notification
from quad.notifications.service import have_unread, notify

LONGEST_TITLE = 60
REMEMBERED = 500  # people whose likes one line counts


def _name(db: Session, user_id: int | None) -> str:
    return db.scalar(select(User.full_name).where(User.id == user_id)) or ""


def _title(db: Session, post_id: int, comment_id: int | None = None) -> str:
    """Return how a post, or a comment, begins."""
    query = (
        select(Post.text).where(Post.id == post_id)
        if comment_id is None
        else select(PostComment.text).where(PostComment.id == comment_id)
    )
    return opening(as_plain(db.scalar(query) or ""), LONGEST_TITLE)


def _place(post_id: int, comment_id: int | None = None) -> str:
    mark = f"#comment-{comment_id}" if comment_id else ""
    return f"/community/posts/{post_id}{mark}"


@on(FollowersTold)
def tell_followers(db: Session, fact: FollowersTold) -> None:
    """Tell some of those who follow the author, the department or a skill; posts not looked at are one line."""
    data = {"who": _name(db, fact.author_id), "post": fact.post_id}
    notify(db, FOLLOWED_POST, fact.user_ids, data, "/community")


@on(PeopleMentioned)
def tell_of_mention(db: Session, fact: PeopleMentioned) -> None:
    """Tell people that somebody names them."""
    author = (
        select(Post.author_id).where(Post.id == fact.post_id)
        if fact.comment_id is None
        else select(PostComment.author_id).where(PostComment.id == fact.comment_id)
    )
    data = {
        "who": _name(db, db.scalar(author)),
        "title": _title(db, fact.post_id, fact.comment_id),
    }
    notify(db, MENTIONED, fact.user_ids, data, _place(fact.post_id, fact.comment_id))


@on(CommentPublished)
def tell_of_comment(db: Session, fact: CommentPublished) -> None:
    """Tell the authors of the post and of the comment that is answered."""
    data = {
        "who": _name(db, fact.author_id),
        "title": _title(db, fact.post_id, fact.comment_id),
    }
    notify(db, COMMENTED, fact.told_ids, data, _place(fact.post_id, fact.comment_id))


@on(PostLiked)
def tell_of_like(db: Session, fact: PostLiked) -> None:
    """Tell the author of a post, in one line for all who like it."""
    _add_like(db, fact, _place(fact.post_id), _title(db, fact.post_id))


@on(CommentLiked)
def tell_of_comment_like(db: Session, fact: CommentLiked) -> None:
    """Tell the author of a comment, in one line for all who like it."""
    title = _title(db, fact.post_id, fact.comment_id)
    _add_like(db, fact, _place(fact.post_id, fact.comment_id), title)


def _add_like(db: Session, fact: PostLiked | CommentLiked, url: str, title: str) -> None:
    """Let an unread line grow, else begin one. Who likes twice counts once."""
    if fact.actor_id is None or fact.actor_id == fact.author_id:
        return
    line = db.scalars(
        select(Notification)
        .where(
            Notification.user_id == fact.author_id,
            Notification.kind == LIKED.name,
            Notification.url == url,
            Notification.read_at.is_(None),
        )
        .order_by(Notification.id)
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if line is None:
        data = {
            "who": _name(db, fact.actor_id),
            "title": title,
            "count": 1,
            "by": [fact.actor_id],
        }
        notify(db, LIKED, [fact.author_id], data, url)
        return
    by = line.data.get("by", [])
    if fact.actor_id not in by and len(by) < REMEMBERED:
        line.data = {**line.data, "by": [*by, fact.actor_id], "count": len(by) + 1}


@on(PostModerated)
def tell_of_decision(db: Session, fact: PostModerated) -> None:
    """Tell the author what became of a post."""
    reason = db.scalar(select(Post.reason).where(Post.id == fact.post_id)) or ""
    _decided(db, fact, _title(db, fact.post_id), reason, _place(fact.post_id))


@on(CommentModerated)
def tell_of_comment_decision(db: Session, fact: CommentModerated) -> None:
    """Tell the author what became of a comment."""
    query = select(PostComment.reason).where(PostComment.id == fact.comment_id)
    title = _title(db, fact.post_id, fact.comment_id)
    place = _place(fact.post_id, fact.comment_id)
    _decided(db, fact, title, db.scalar(query) or "", place)


def _decided(
    db: Session,
    fact: PostModerated | CommentModerated,
    title: str,
    reason: str,
    url: str,
) -> None:
    if fact.state == fact.was == "published":  # reported, and found in order
        return
    kind = HIDDEN if fact.state == "hidden" else SHOWN
    notify(db, kind, [fact.author_id], {"title": title, "reason": reason}, url)


def _tell_moderators(db: Session, fact: Fact) -> None:
    """Tell those who decide; whoever has not yet looked at the last message gets no second one."""
    held: Any = select(RoleGrant.user_id).where(
        RoleGrant.role.in_([Role(name) for name in MODERATORS]), grant_counts()
    )
    people = {one for one in db.scalars(held) if one != fact.actor_id}
    notify(db, QUEUED, people - have_unread(db, QUEUED, people), {}, "/community/moderation")


for _kind in (PostQueued, PostAppealed, CommentQueued, CommentAppealed):
    on(_kind)(_tell_moderators)
