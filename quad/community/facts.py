"""What happens in the community."""

from __future__ import annotations

from dataclasses import dataclass

from quad.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class PostFact(Fact):
    """Something happened to a post."""

    post_id: int
    author_id: int


class PostPublished(PostFact):
    """Others see a post now."""


@dataclass(frozen=True, kw_only=True)
class FollowersTold(PostFact):
    """Some of those who follow what a post belongs to, and may see it, are to hear of it."""

    user_ids: tuple[int, ...]


class PostQueued(PostFact):
    """A post waits for a moderator before others see it."""


class PostChanged(PostFact):
    """A post has another text."""


class PostDeleted(PostFact):
    """A post is hidden by its author."""


class PostUndeleted(PostFact):
    """A deletion was taken back."""


@dataclass(frozen=True, kw_only=True)
class PostModerated(PostFact):
    """A moderator decided; `state` is what the post is now, `was` what it was."""

    state: str
    was: str


class PostReported(PostFact):
    """A reader reported a post; relations have the report."""


class PostAppealed(PostFact):
    """The author of a hidden post asks to look again."""


class PostLiked(PostFact):
    """Somebody likes a post."""


class PostUnliked(PostFact):
    """Somebody does not like a post any more."""


@dataclass(frozen=True, kw_only=True)
class CommentFact(Fact):
    """Something happened to a comment."""

    comment_id: int
    post_id: int
    author_id: int


@dataclass(frozen=True, kw_only=True)
class CommentPublished(CommentFact):
    """Others see a comment now. `told_ids`: the authors of the post and of the comment it answers, who may see it."""

    told_ids: tuple[int, ...]


class CommentQueued(CommentFact):
    """A comment waits for a moderator before others see it."""


class CommentChanged(CommentFact):
    """A comment has another text."""


class CommentDeleted(CommentFact):
    """A comment is hidden by its author."""


class CommentUndeleted(CommentFact):
    """A deletion was taken back."""


@dataclass(frozen=True, kw_only=True)
class CommentModerated(CommentFact):
    """A moderator decided; `state` is what the comment is now, `was` what it was."""

    state: str
    was: str


class CommentReported(CommentFact):
    """A reader reported a comment; relations have the report."""


class CommentAppealed(CommentFact):
    """The author of a hidden comment asks to look again."""


class CommentLiked(CommentFact):
    """Somebody likes a comment."""


class CommentUnliked(CommentFact):
    """Somebody does not like a comment any more."""


@dataclass(frozen=True, kw_only=True)
class PeopleMentioned(Fact):
    """People who may see it are named for the first time in a post, or in a comment to it."""

    post_id: int
    comment_id: int | None
    user_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class FollowFact(Fact):
    """Something happened between a person and a department or skill; `kind` says which of them it is."""

    follower_id: int
    kind: str
    followed_id: int


class ThingFollowed(FollowFact):
    """Somebody follows a department or a skill."""


class ThingUnfollowed(FollowFact):
    """Somebody does not follow a department or a skill any more."""


@dataclass(frozen=True, kw_only=True)
class FeedbackFact(Fact):
    """Something happened to a form for feedback."""

    form_id: int


class FeedbackFormMade(FeedbackFact):
    """Somebody made a form."""


class FeedbackFormChanged(FeedbackFact):
    """A form asks something else, or others."""


class FeedbackFormDeleted(FeedbackFact):
    """A form is hidden."""


class FeedbackSent(FeedbackFact):
    """Somebody answered a form; not what, and not who it was."""
