"""What of the community belongs to a person: when accounts are merged, copied, or left."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from quad.community.kinds import FOUND
from quad.community.models.feedback import FeedbackAnswer, FeedbackDone, FeedbackForm
from quad.community.models.follows import DepartmentFollow, PostSkill, SkillFollow
from quad.community.models.posts import (
    CommentLike,
    Mention,
    Post,
    PostComment,
    PostLike,
    PostPicture,
)
from quad.core import clock
from quad.core.i18n import lazy_gettext as _l
from quad.core.merging import Merge, moved
from quad.core.own_data import OwnData, Table, as_table
from quad.core.search.index import unindex
from quad.institution.models import Department
from quad.skills.models import Skill

QUIET = {"synchronize_session": False}

MERGES: tuple[Merge, ...] = (
    moved(_l("Posts"), Post.author_id),
    moved(_l("Comments"), PostComment.author_id),
    moved("", PostLike.user_id, once_per=(PostLike.post_id,)),
    moved("", CommentLike.user_id, once_per=(CommentLike.comment_id,)),
    moved("", Mention.user_id),
    moved("", DepartmentFollow.user_id, once_per=(DepartmentFollow.department_id,)),
    moved("", SkillFollow.user_id, once_per=(SkillFollow.skill_id,)),
    moved(_l("Forms for feedback"), FeedbackForm.owner_id),
    moved("", FeedbackAnswer.user_id),
    moved("", FeedbackDone.user_id, once_per=(FeedbackDone.form_id,)),
)


def _load(db: Session, user_id: int) -> Mapping[str, Table]:
    posts = (
        select(Post.text, Post.visibility, Post.state, Post.created_at, Post.likes, Post.comments)
        .where(Post.author_id == user_id, Post.deleted_at.is_(None))
        .order_by(Post.id)
    )
    comments = (
        select(PostComment.text, PostComment.state, PostComment.created_at, PostComment.likes)
        .where(PostComment.author_id == user_id, PostComment.deleted_at.is_(None))
        .order_by(PostComment.id)
    )
    liked = (
        select(Post.id.label("post"), PostLike.created_at)
        .join(Post, Post.id == PostLike.post_id)
        .where(PostLike.user_id == user_id)
        .order_by(PostLike.id)
    )
    answers = (
        select(FeedbackForm.title, FeedbackAnswer.given, FeedbackAnswer.created_at)
        .join(FeedbackForm, FeedbackForm.id == FeedbackAnswer.form_id)
        .where(FeedbackAnswer.user_id == user_id)
        .order_by(FeedbackAnswer.id)
    )
    answered = (
        select(FeedbackForm.title, FeedbackDone.created_at)
        .join(FeedbackForm, FeedbackForm.id == FeedbackDone.form_id)
        .where(FeedbackDone.user_id == user_id)
        .order_by(FeedbackDone.id)
    )
    about = (
        select(PostSkill.post_id.label("post"), Skill.name)
        .join(Skill, Skill.id == PostSkill.skill_id)
        .join(Post, Post.id == PostSkill.post_id)
        .where(Post.author_id == user_id, Post.deleted_at.is_(None))
        .order_by(PostSkill.id)
    )
    departments = (
        select(Department.name, DepartmentFollow.created_at)
        .join(Department, Department.id == DepartmentFollow.department_id)
        .where(DepartmentFollow.user_id == user_id)
        .order_by(DepartmentFollow.id)
    )
    skills = (
        select(Skill.name, SkillFollow.created_at)
        .join(Skill, Skill.id == SkillFollow.skill_id)
        .where(SkillFollow.user_id == user_id)
        .order_by(SkillFollow.id)
    )
    return {
        "posts": as_table(db.execute(posts)),
        "comments": as_table(db.execute(comments)),
        "likes": as_table(db.execute(liked)),
        "skills_of_posts": as_table(db.execute(about)),
        "departments_you_follow": as_table(db.execute(departments)),
        "skills_you_follow": as_table(db.execute(skills)),
        "feedback": as_table(db.execute(answers)),
        "forms_answered": as_table(db.execute(answered)),
    }


def _forget(db: Session, user_id: int) -> None:
    """Remove the words and likes of who left, what they follow, and their name from what they answered."""
    for mine in (PostLike, CommentLike, DepartmentFollow, SkillFollow):
        db.execute(delete(mine).where(mine.user_id == user_id), execution_options=QUIET)
    posts = db.scalars(select(Post.id).where(Post.author_id == user_id)).all()
    gone = {"text": "", "deleted_at": clock.now(), "queued_at": None, "reason": "", "appeal": ""}
    unindex(db, FOUND, posts)
    db.execute(
        delete(Mention).where(or_(Mention.post_id.in_(posts), Mention.user_id == user_id)),
        execution_options=QUIET,
    )
    for part in (PostPicture, PostSkill):
        db.execute(delete(part).where(part.post_id.in_(posts)), execution_options=QUIET)
    for kind in (Post, PostComment):
        written = update(kind).where(kind.author_id == user_id)
        db.execute(written.values(gone), execution_options=QUIET)
    db.execute(
        update(FeedbackAnswer).where(FeedbackAnswer.user_id == user_id).values(user_id=None),
        execution_options=QUIET,
    )
    db.execute(delete(FeedbackDone).where(FeedbackDone.user_id == user_id))


OWN_DATA = OwnData("community", _l("Community"), _load, forget=_forget, order=63)
