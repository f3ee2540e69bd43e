"""Posts as a list, for the API."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from quad.community import policy
from quad.community.kinds import FOUND
from quad.community.models.follows import PostSkill
from quad.community.models.posts import Post, PostComment
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Column, Listing, SearchTerms
from quad.core.listing.filters import Filter
from quad.identity.models.accounts import User


def _authors(statement: Select[Any]) -> Select[Any]:
    return statement.join(User, User.id == Post.author_id)


def _speakers(statement: Select[Any]) -> Select[Any]:
    return statement.join(User, User.id == PostComment.author_id)


def _about(skill_id: Any) -> ColumnElement[bool]:
    return Post.id.in_(select(PostSkill.post_id).where(PostSkill.skill_id == skill_id))


POSTS = Listing(
    name="community.posts",
    title=_l("Posts"),
    singular=_l("post"),
    plural=_l("posts"),
    read=policy.READ,
    columns=(
        Column("created_at", _l("Written"), Post.created_at, sort=Post.created_at),
        Column("author", _l("Author"), User.full_name.label("author")),
        Column("text", _l("Post"), Post.text),
        Column("likes", _l("Likes"), Post.likes),
        Column("comments", _l("Comments"), Post.comments),
        Column("visibility", _l("Who sees it"), Post.visibility),
        Column("state", _l("State"), Post.state),
    ),
    extra=(Post.author_id, Post.edited_at, Post.version),
    joins=_authors,
    default_sort="-created_at",
    search=SearchTerms(FOUND),
    filters=(
        Filter("author", _l("Author"), "number", lambda value: Post.author_id == value),
        Filter("skill", _l("Skill"), "number", _about),
    ),
    href=lambda row: ("community.post", {"post_id": row.id}),
)
COMMENTS = Listing(
    name="community.comments",
    title=_l("Comments"),
    singular=_l("comment"),
    plural=_l("comments"),
    read=policy.COMMENT_READ,
    columns=(
        Column("created_at", _l("Written"), PostComment.created_at, sort=PostComment.created_at),
        Column("author", _l("Author"), User.full_name.label("author")),
        Column("text", _l("Comment"), PostComment.text),
        Column("likes", _l("Likes"), PostComment.likes),
        Column("state", _l("State"), PostComment.state),
    ),
    extra=(
        PostComment.post_id,
        PostComment.parent_id,
        PostComment.author_id,
        PostComment.edited_at,
    ),
    joins=_speakers,
    default_sort="created_at",
    filters=(Filter("post", _l("Post"), "number", lambda value: PostComment.post_id == value),),
)
