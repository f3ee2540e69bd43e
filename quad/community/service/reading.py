"""Reading: the feed, the posts of somebody, one post with its comments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select, union_all
from sqlalchemy.orm import Session

from quad.alumni.models.members import Member
from quad.audience.models import AudienceTerm
from quad.audience.service.naming import TABLES
from quad.community import policy
from quad.community.kinds import STATES, VISIBILITIES
from quad.community.models.posts import (
    CommentLike,
    Post,
    PostComment,
    PostLike,
    PostVisibility,
    ShownState,
)
from quad.community.service import mentions, pictures, topics
from quad.community.service.groups import GROUPS
from quad.core.db.rows import plain_rows
from quad.core.errors import NotFound
from quad.core.markdown import as_html
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.identity.policy import photo_for

SIZE = 20
COMMENTS = 50
MOST_ANSWERS = 500
FEW = 3
NEAR, ALL, MINE = "near", "all", "mine"


@dataclass(frozen=True)
class ShownPost:
    """A post as its reader sees it. `group` names the group it is for, `mine` tells that the reader wrote it."""

    id: int
    author_id: int
    author: str
    photo: str
    text: str
    body: Markup
    visibility: PostVisibility
    group: str
    state: ShownState
    reason: str
    appeal: str
    created_at: datetime
    edited_at: datetime | None
    likes: int
    comments: int
    liked: bool
    mine: bool
    version: int
    pictures: Sequence[Any] = ()
    skills: Sequence[Any] = ()

    @property
    def standing(self) -> tuple[str, str]:
        """Mark and word of the state."""
        return STATES[self.state]

    @property
    def seen_by(self) -> str:
        """Who sees it, in words."""
        return self.group or str(VISIBILITIES[self.visibility])


@dataclass(frozen=True)
class Feed:
    """Posts, newest first; `older` is the number to go on from, None at the end."""

    posts: list[ShownPost]
    older: int | None


def _group_name() -> ColumnElement[str]:
    """The name of the group a post is for, whichever kind of group it is."""
    return func.coalesce(
        *(
            select(TABLES[trait].name)
            .join(AudienceTerm, AudienceTerm.value == TABLES[trait].id)
            .where(AudienceTerm.audience_id == Post.audience_id, AudienceTerm.kind == trait)
            .limit(1)
            .correlate(Post)
            .scalar_subquery()
            for trait in GROUPS
        ),
        "",
    )


def _columns(actor: Actor) -> Select[*tuple[Any, ...]]:
    liked = exists().where(PostLike.post_id == Post.id, PostLike.user_id == actor.own_id)
    return select(
        Post.id,
        Post.author_id,
        User.full_name.label("author"),
        photo_for(actor),
        Post.text,
        Post.visibility,
        _group_name().label("group"),
        Post.state,
        Post.reason,
        Post.appeal,
        Post.created_at,
        Post.edited_at,
        Post.likes,
        Post.comments,
        Post.version,
        liked.label("liked"),
    ).join(User, User.id == Post.author_id)


def feed(
    db: Session,
    actor: Actor,
    which: str = NEAR,
    *,
    before: int | None = None,
    author_id: int | None = None,
    size: int = SIZE,
) -> Feed:
    """Return a page of posts: `near` of what one follows and of one's groups, `all`, or `mine` (also those withheld).

    With `author_id` those of one person. Four queries however many.
    """
    policy.WRITE.require(actor)
    query = _columns(actor).order_by(Post.id.desc()).limit(size + 1)
    if author_id is not None:
        query = query.where(policy.SHOW.where(actor), Post.author_id == author_id)
    elif which == MINE:
        query = query.where(policy.OWN.where(actor))
    elif which == ALL:
        query = query.where(policy.SHOW.where(actor))
    else:
        query = query.where(Post.id.in_(_newest_near(actor, before, size + 1)))
    if before is not None:
        query = query.where(Post.id < before)
    rows = list(plain_rows(db, query))
    shown = _shown(db, actor, rows[:size])
    return Feed(shown, rows[size - 1].id if len(rows) > size else None)


def _newest_near(actor: Actor, before: int | None, most: int) -> Any:
    """Select the newest posts of each part of a feed: each is read by its index, and never further than a page."""
    parts = []
    for branch in policy.near(actor):
        query = select(Post.id).where(branch, policy.SHOW.where(actor))
        if before is not None:
            query = query.where(Post.id < before)
        some = query.order_by(Post.id.desc()).limit(most).subquery()
        parts.append(select(some.c.id))
    return select(union_all(*parts).subquery("near").c.id)


def _shown(db: Session, actor: Actor, rows: Sequence[Any]) -> list[ShownPost]:
    ids = [row.id for row in rows]
    under, names = pictures.of_posts(db, ids), mentions.links(db, ids)
    about = topics.of_posts(db, ids)
    return [
        ShownPost(
            **{name: getattr(row, name) for name in row._fields if name != "liked"},
            liked=bool(row.liked),
            body=as_html(row.text, names.get((row.id, None), ())),
            mine=row.author_id == actor.own_id,
            pictures=under.get(row.id, ()),
            skills=about.get(row.id, ()),
        )
        for row in rows
    ]


def post(db: Session, actor: Actor, post_id: int) -> ShownPost:
    """Return one post, for a moderator also one that others do not see. Raises NotFound, SignedOut."""
    policy.WRITE.require(actor)
    query = _columns(actor).where(Post.id == post_id, policy.OPEN.where(actor))
    rows = list(plain_rows(db, query))
    if not rows:
        raise NotFound
    return _shown(db, actor, rows)[0]


@dataclass(frozen=True)
class ShownComment:
    """A comment as its reader sees it; `gone` are those that keep the place of what was answered to them."""

    id: int
    parent_id: int | None
    author_id: int
    author: str
    photo: str
    text: str
    body: Markup
    state: ShownState
    reason: str
    appeal: str
    created_at: datetime
    edited_at: datetime | None
    likes: int
    liked: bool
    mine: bool
    gone: bool
    answers: list[ShownComment] = field(default_factory=list)

    @property
    def standing(self) -> tuple[str, str]:
        """Mark and word of the state."""
        return STATES[self.state]


@dataclass(frozen=True)
class Talk:
    """Comments of a post, oldest first, with their answers; `newer` is the number to go on from."""

    comments: list[ShownComment]
    newer: int | None


def _talk_columns(actor: Actor) -> Select[*tuple[Any, ...]]:
    liked = exists().where(
        CommentLike.comment_id == PostComment.id, CommentLike.user_id == actor.own_id
    )
    shown = policy.COMMENT_OPEN.where(actor)
    return select(
        PostComment.id,
        PostComment.parent_id,
        PostComment.author_id,
        User.full_name.label("author"),
        photo_for(actor),
        PostComment.text,
        PostComment.state,
        PostComment.reason,
        PostComment.appeal,
        PostComment.created_at,
        PostComment.edited_at,
        PostComment.likes,
        liked.label("liked"),
        case((shown, 0), else_=1).label("gone"),
    ).join(User, User.id == PostComment.author_id)


def talk(db: Session, actor: Actor, post_id: int, after: int = 0) -> Talk:
    """Return comments of a post that the actor reads (three queries). The caller has asked for the post."""
    shown = policy.COMMENT_OPEN.where(actor)
    answered = select(PostComment.parent_id).where(
        PostComment.post_id == post_id, PostComment.parent_id.is_not(None), shown
    )
    first = (
        _talk_columns(actor)
        .where(
            PostComment.post_id == post_id,
            PostComment.parent_id.is_(None),
            PostComment.id > after,
            or_(shown, PostComment.id.in_(answered)),
        )
        .order_by(PostComment.id)
        .limit(COMMENTS + 1)
    )
    heads = list(plain_rows(db, first))
    more = len(heads) > COMMENTS
    heads = heads[:COMMENTS]
    query = (
        _talk_columns(actor)
        .where(PostComment.parent_id.in_([row.id for row in heads]), shown)
        .order_by(PostComment.id)
        .limit(MOST_ANSWERS)
    )
    answers = list(plain_rows(db, query)) if heads else []
    names = mentions.links(db, [post_id]) if heads else {}
    found: dict[int, ShownComment] = {}
    for row in (*heads, *answers):
        one = _comment(actor, row, names.get((post_id, row.id), ()))
        found[row.id] = one
        if row.parent_id is not None:
            found[row.parent_id].answers.append(one)
    return Talk([found[row.id] for row in heads], heads[-1].id if more else None)


def _comment(actor: Actor, row: Any, names: Any) -> ShownComment:
    """Return a comment; of one that is gone neither words nor author."""
    gone = bool(row.gone)
    values = {name: getattr(row, name) for name in row._fields if name not in ("liked", "gone")}
    if gone:
        values |= {
            "text": "",
            "author": "",
            "photo": "",
            "author_id": 0,
            "reason": "",
            "appeal": "",
        }
    return ShownComment(
        **values,
        body=as_html(values["text"], names),
        liked=bool(row.liked),
        mine=not gone and row.author_id == actor.own_id,
        gone=gone,
    )


def comment(db: Session, actor: Actor, comment_id: int) -> tuple[int, ShownComment]:
    """Return one comment with the number of its post. Raises NotFound, SignedOut."""
    row = policy.COMMENT_OPEN.get(db, actor, comment_id)
    found = list(plain_rows(db, _talk_columns(actor).where(PostComment.id == comment_id)))
    names = mentions.links(db, [row.post_id]).get((row.post_id, comment_id), ())
    return row.post_id, _comment(actor, found[0], names)


def of_member(db: Session, actor: Actor, member_id: int) -> Any:
    """Return the newest posts of somebody for their page in the network, None without any."""
    user_id = db.scalar(select(Member.user_id).where(Member.id == member_id))
    if actor.id is None or user_id is None:
        return None
    found = feed(db, actor, author_id=user_id, size=FEW)
    return {"feed": found, "user_id": user_id} if found.posts else None


def newest(db: Session, actor: Actor) -> Any:
    """Return what is new near somebody for their home page, None without anything."""
    if actor.id is None:
        return None
    found = feed(db, actor, size=FEW)
    return {"posts": found.posts} if found.posts else None
