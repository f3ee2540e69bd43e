"""Who reads and writes posts and comments, who looks after them, and who asks for feedback.

Nobody meets those they block or who block them, neither in posts nor in comments.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased

from quad.audience.models import Trait
from quad.audience.service.meeting import contains
from quad.audience.service.traits import tokens
from quad.community.models.feedback import FeedbackForm
from quad.community.models.follows import DepartmentFollow, PostSkill, SkillFollow
from quad.community.models.posts import Post, PostComment, PostVisibility
from quad.core import clock
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, NOTHING, Actor, Branches, Gate, Permission
from quad.identity.models.accounts import User
from quad.institution.models import Department
from quad.relations.policy import followed_by, not_blocked
from quad.skills.models import Skill

Branch = ColumnElement[bool]
MODERATORS = ("admin",)
ASKERS = ("admin", "hod", "faculty", "placement")


def _there(person_id: Any) -> Branch:
    """Hold for people whose account is there."""
    owner = aliased(User)
    return exists().where(owner.id == person_id, owner.deleted_at.is_(None))


def shown_to(actor: Actor) -> Branch:
    """Hold for posts that others see and that are for `actor` too."""
    meant = or_(
        Post.visibility == PostVisibility.MEMBERS,
        Post.author_id == actor.own_id,
        and_(Post.visibility == PostVisibility.FOLLOWERS, followed_by(actor, Post.author_id)),
        and_(Post.visibility == PostVisibility.GROUP, Post.audience_id.in_(contains(actor))),
    )
    return and_(
        Post.withheld_at.is_(None),
        meant,
        not_blocked(actor, Post.author_id),
        _there(Post.author_id),
    )


def _read(actor: Actor) -> Branches:
    if actor.id is None:
        return NOTHING
    return (or_(shown_to(actor), Post.author_id == actor.own_id),)


def _shown(actor: Actor) -> Branches:
    return (shown_to(actor),) if actor.id is not None else NOTHING


def near(actor: Actor) -> list[Branch]:
    """Return what a feed is made of: posts of one's own, of one's departments and groups, and of what one follows.

    Those are people, departments, and skills that a post is about.
    """
    mine = tokens(actor.own_id).subquery("mine")
    departments = select(mine.c.value).where(mine.c.kind == Trait.DEPARTMENT.value)
    followed = select(DepartmentFollow.department_id).where(
        DepartmentFollow.user_id == actor.own_id
    )
    about = (
        select(PostSkill.post_id)
        .join(SkillFollow, SkillFollow.skill_id == PostSkill.skill_id)
        .where(SkillFollow.user_id == actor.own_id)
    )
    return [
        Post.author_id == actor.own_id,
        followed_by(actor, Post.author_id),
        Post.department_id.in_(departments),
        Post.department_id.in_(followed),
        Post.id.in_(about),
        and_(Post.visibility == PostVisibility.GROUP, Post.audience_id.in_(contains(actor))),
    ]


def _moderated(actor: Actor) -> Branches:
    return EVERYTHING if actor.has(*MODERATORS) else NOTHING


def _open(actor: Actor) -> Branches:
    return EVERYTHING if actor.has(*MODERATORS) else _read(actor)


READ = Permission("community.post.read", _l("Read a post"), Post, _read)
SHOW = Permission("community.post.show", _l("Find a post"), Post, _shown)
OPEN = Permission("community.post.open", _l("Open the page of a post"), Post, _open)
OWN = Permission(
    "community.post.own",
    _l("Change and delete one’s own post"),
    Post,
    lambda actor: (Post.author_id == actor.own_id,) if actor.id is not None else NOTHING,
)
UNDO = Permission(
    "community.post.undo",
    _l("Take the deletion of one’s own post back"),
    Post,
    lambda actor: (
        ((Post.author_id == actor.own_id) & Post.deleted_at.is_not(None),)
        if actor.id is not None
        else NOTHING
    ),
    deleted_too=True,
)
MODERATE = Permission(
    "community.post.moderate", _l("Hide, publish and restore posts"), Post, _moderated
)
WRITE = Gate(
    "community.post.write", _l("Write posts and comments"), lambda actor: actor.id is not None
)
QUEUE = Gate(
    "community.queue.open",
    _l("Open what waits for a moderator"),
    lambda actor: actor.has(*MODERATORS),
)


def _followed(actor: Actor) -> Branches:
    return EVERYTHING if actor.id is not None else NOTHING


FOLLOW_DEPARTMENT = Permission(
    "community.follow.department", _l("Follow a department"), Department, _followed
)
FOLLOW_SKILL = Permission("community.follow.skill", _l("Follow a skill"), Skill, _followed)
FOLLOWS = Gate(
    "community.follows",
    _l("See and end what one follows"),
    lambda actor: actor.id is not None,
)


def _of_shown_posts(actor: Actor) -> Branch:
    return PostComment.post_id.in_(
        select(Post.id).where(shown_to(actor), Post.deleted_at.is_(None))
    )


def _comments(actor: Actor) -> Branches:
    """Comments of posts one reads, of people there is no block with; withheld ones are their author's alone."""
    if actor.id is None:
        return NOTHING
    own = PostComment.author_id == actor.own_id
    return (
        and_(
            _of_shown_posts(actor),
            or_(PostComment.withheld_at.is_(None), own),
            not_blocked(actor, PostComment.author_id),
            _there(PostComment.author_id),
        ),
    )


COMMENT_READ = Permission("community.comment.read", _l("Read a comment"), PostComment, _comments)
COMMENT_OPEN = Permission(
    "community.comment.open",
    _l("Open a comment"),
    PostComment,
    lambda actor: EVERYTHING if actor.has(*MODERATORS) else _comments(actor),
)
COMMENT_OWN = Permission(
    "community.comment.own",
    _l("Change and delete one’s own comment"),
    PostComment,
    lambda actor: (PostComment.author_id == actor.own_id,) if actor.id is not None else NOTHING,
)
COMMENT_UNDO = Permission(
    "community.comment.undo",
    _l("Take the deletion of one’s own comment back"),
    PostComment,
    lambda actor: (
        ((PostComment.author_id == actor.own_id) & PostComment.deleted_at.is_not(None),)
        if actor.id is not None
        else NOTHING
    ),
    deleted_too=True,
)
COMMENT_MODERATE = Permission(
    "community.comment.moderate",
    _l("Hide, publish and restore comments"),
    PostComment,
    _moderated,
)


def _asked(actor: Actor) -> Branches:
    """Forms that are open now and meant for one; the box that always stands open is."""
    if actor.id is None:
        return NOTHING
    now = clock.now()
    return (
        and_(
            FeedbackForm.opens_at <= now,
            or_(FeedbackForm.closes_at.is_(None), FeedbackForm.closes_at > now),
            or_(FeedbackForm.audience_id.is_(None), FeedbackForm.audience_id.in_(contains(actor))),
        ),
    )


def _run(actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    if not actor.has(*ASKERS):
        return NOTHING
    return (FeedbackForm.owner_id == actor.own_id,)


def _seen(actor: Actor) -> Branches:
    return [*_asked(actor), *_run(actor)]


ANSWER = Permission("community.feedback.answer", _l("Answer a form"), FeedbackForm, _asked)
FEEDBACK_SEE = Permission("community.feedback.see", _l("See a form"), FeedbackForm, _seen)
RUN = Permission(
    "community.feedback.run",
    _l("Change a form and read what was answered"),
    FeedbackForm,
    _run,
)
ASK = Gate(
    "community.feedback.ask", _l("Make a form for feedback"), lambda actor: actor.has(*ASKERS)
)
