"""Posts with their pictures, comments, likes, and who is named in them."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quad.audience.models import Audience
from quad.core.counters import counter
from quad.core.db.model import Row, SoftDeleted, Versioned
from quad.core.db.types import BigId, Utc, enum_type
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l

REASON_LENGTH = 1_000
NAME_LENGTH = 120


class PostVisibility(enum.StrEnum):
    """Who sees a post."""

    MEMBERS = "members"
    FOLLOWERS = "followers"
    GROUP = "group"


class ShownState(enum.StrEnum):
    """Whether others see something, and why not."""

    PUBLISHED = "published"
    WAITING = "waiting"
    HIDDEN = "hidden"


class Moderated:
    """What moderators look at. `withheld_at` is set while others do not see it, `queued_at` while it waits for them.

    `reason` says why it is hidden; `appeal` is what its author answered to that, once.
    """

    state: Mapped[ShownState] = mapped_column(
        enum_type(ShownState, name="state"), default=ShownState.PUBLISHED, sort_order=60
    )
    withheld_at: Mapped[datetime | None] = mapped_column(Utc(), default=None, sort_order=61)
    queued_at: Mapped[datetime | None] = mapped_column(Utc(), default=None, sort_order=62)
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH), default="", sort_order=63)
    appeal: Mapped[str] = mapped_column(String(REASON_LENGTH), default="", sort_order=64)


WITHHELD = "(state = 'published' AND withheld_at IS NULL) OR (state <> 'published' AND withheld_at IS NOT NULL)"


class Post(Moderated, SoftDeleted, Versioned, Row):
    """What somebody tells others, in Markdown.

    `department_id` is the author's when it was written: people of the department have it in their feed. Of a post for a
    group the audience says which. `likes` and `comments` are counted by the database. Followers up to the number
    `told_to` were told of it.
    """

    __tablename__ = "community_post"
    __table_args__ = (
        Index(None, "author_id", "id"),
        Index(None, "department_id", "id"),
        Index(None, "audience_id", "id"),
        Index(None, "queued_at", "id"),
        Index(None, "created_at", "id"),
        CheckConstraint(WITHHELD, name="withheld_marked"),
        CheckConstraint(
            "(visibility = 'group' AND audience_id IS NOT NULL) "
            "OR (visibility <> 'group' AND audience_id IS NULL)",
            name="group_named",
        ),
    )

    author_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT")
    )
    department_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("institution_department.id", ondelete="SET NULL"), default=None
    )
    text: Mapped[str] = mapped_column(Text)
    visibility: Mapped[PostVisibility] = mapped_column(
        enum_type(PostVisibility, name="visibility"), default=PostVisibility.MEMBERS
    )
    audience_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey(Audience.id, ondelete="RESTRICT"), default=None
    )
    edited_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    likes: Mapped[int] = mapped_column(Integer, default=0)
    comments: Mapped[int] = mapped_column(Integer, default=0)
    told_to: Mapped[int] = mapped_column(BigId, default=0, server_default="0")


class PostPicture(Row):
    """A picture under a post, drawn anew. `alt` says what is on it."""

    __tablename__ = "community_post_picture"
    __table_args__ = (Index(None, "post_id", "id"),)

    post_id: Mapped[int] = mapped_column(BigId, ForeignKey("community_post.id", ondelete="CASCADE"))
    file_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("core_file.id", ondelete="RESTRICT"), index=True
    )
    alt: Mapped[str] = mapped_column(String(200), default="")


class PostComment(Moderated, SoftDeleted, Row):
    """What somebody says to a post, or to a comment of it that answers none itself. `likes` is counted."""

    __tablename__ = "community_comment"
    __table_args__ = (
        Index(None, "post_id", "id"),
        Index(None, "author_id", "id"),
        Index(None, "parent_id"),
        Index(None, "queued_at", "id"),
        Index(None, "created_at", "id"),
        CheckConstraint(WITHHELD, name="withheld_marked"),
    )

    post_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("community_post.id", ondelete="RESTRICT")
    )
    author_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT")
    )
    parent_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("community_comment.id", ondelete="RESTRICT"), default=None
    )
    text: Mapped[str] = mapped_column(Text)
    edited_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    likes: Mapped[int] = mapped_column(Integer, default=0)


class PostLike(Row):
    """Somebody likes a post."""

    __tablename__ = "community_post_like"
    __table_args__ = (UniqueConstraint("post_id", "user_id"), Index(None, "user_id"))
    __audited__: ClassVar[bool] = False

    post_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("community_post.id", ondelete="RESTRICT")
    )
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="RESTRICT"))


class CommentLike(Row):
    """Somebody likes a comment."""

    __tablename__ = "community_comment_like"
    __table_args__ = (UniqueConstraint("comment_id", "user_id"), Index(None, "user_id"))
    __audited__: ClassVar[bool] = False

    comment_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("community_comment.id", ondelete="RESTRICT")
    )
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="RESTRICT"))


class Mention(Row):
    """Somebody is named in a post, or in a comment to it. `word` is how they were written."""

    __tablename__ = "community_mention"
    __table_args__ = (
        Index(None, "post_id"),
        Index(None, "comment_id"),
        Index(None, "user_id"),
    )

    post_id: Mapped[int] = mapped_column(BigId, ForeignKey("community_post.id", ondelete="CASCADE"))
    comment_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("community_comment.id", ondelete="CASCADE"), default=None
    )
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="CASCADE"))
    word: Mapped[str] = mapped_column(String(NAME_LENGTH))


counter(Post.likes, PostLike.post_id)
counter(Post.comments, PostComment.post_id, while_null=(PostComment.withheld_at,))
counter(PostComment.likes, CommentLike.comment_id)

constraint("uq_community_post_like_post_id_user_id", _l("You like this already."))
constraint("uq_community_comment_like_comment_id_user_id", _l("You like this already."))
