"""Under which words posts are found: by what they say and who wrote them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.audience.service.meeting import contains
from quad.community.kinds import FOUND
from quad.community.models.posts import Post, PostVisibility
from quad.core.i18n import day
from quad.core.markdown import as_plain, opening
from quad.core.policy import Actor
from quad.core.search.index import index_many
from quad.core.search.searchable import EVERYONE, Document, Tokens
from quad.identity.models.accounts import User
from quad.relations.models import Follow

_GROUP = "post audience"
_FOLLOWERS = "post followers"


def _audience(audience_id: int) -> str:
    return f"{_GROUP} {audience_id}"


def _followers(author_id: int) -> str:
    return f"{_FOLLOWERS} {author_id}"


def documents(db: Session, ids: Sequence[int]) -> Iterator[Document]:
    """Yield the documents of these posts."""
    rows = db.execute(
        select(Post, User.full_name).join(User, User.id == Post.author_id).where(Post.id.in_(ids))
    )
    for post, name in rows:
        text = as_plain(post.text)
        yield Document(
            subject_id=post.id,
            title=opening(text) or name,
            sub=f"{name}, {day(post.created_at)}",
            url=f"/community/posts/{post.id}",
            terms=(name,),
            body=text,
            audiences=_tokens(post),
        )


def _tokens(post: Post) -> list[str]:
    """Return who may find a post; the permission has the last word."""
    own = f"user {post.author_id}"
    if post.withheld_at is not None:
        return [own]
    if post.visibility is PostVisibility.MEMBERS:
        return [EVERYONE]
    if post.audience_id is not None:
        return [own, _audience(post.audience_id)]
    return [own, _followers(post.author_id)]


def tokens(actor: Actor) -> Sequence[Tokens]:
    """Return what stands for a reader: groups posts are meant for, and people followed who write for followers."""
    groups = (
        select(Post.audience_id)
        .where(Post.audience_id.is_not(None), Post.audience_id.in_(contains(actor)))
        .distinct()
    )
    followed = (
        select(Post.author_id)
        .join(Follow, Follow.followed_id == Post.author_id)
        .where(Follow.follower_id == actor.own_id, Post.visibility == PostVisibility.FOLLOWERS)
        .distinct()
    )
    return [(_GROUP, groups), (_FOLLOWERS, followed)]


def index_posts(db: Session, ids: Sequence[int]) -> None:
    """Make posts findable as they are now."""
    db.flush()
    index_many(db, FOUND, documents(db, ids))
