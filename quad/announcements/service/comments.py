"""What readers say below an announcement: one after the other, plain words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.announcements import facts, policy
from quad.announcements.forms import CommentIn
from quad.announcements.models import Announcement, AnnouncementComment, AnnouncementState
from quad.core import clock
from quad.core.errors import NotFound, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.identity.policy import photo_for

SHOWN = 200


def add(db: Session, actor: Actor, announcement_id: int, form: CommentIn) -> AnnouncementComment:
    """Say something below an announcement. Raises NotFound, Rejected where comments are off."""
    row = policy.READ.get(db, actor, announcement_id)
    if not row.comments or row.state is not AnnouncementState.PUBLISHED:
        raise Rejected(_("This announcement takes no comments."))
    made = AnnouncementComment(announcement_id=row.id, author_id=actor.own_id, text=form.text)
    db.add(made)
    db.flush()
    emit(
        db,
        facts.AnnouncementCommented(
            actor_id=actor.id,
            announcement_id=row.id,
            comment_id=made.id,
            author_id=row.author_id,
        ),
    )
    return made


def delete(db: Session, actor: Actor, announcement_id: int, comment_id: int) -> None:
    """Take a comment off. Raises NotFound, Forbidden."""
    policy.READ.get(db, actor, announcement_id)
    row = policy.COMMENT_DELETE.get(db, actor, comment_id, read=policy.COMMENT_READ)
    if row.announcement_id != announcement_id:
        raise NotFound
    row.deleted_at = clock.now()
    emit(
        db,
        facts.AnnouncementCommentDeleted(
            actor_id=actor.id, announcement_id=announcement_id, comment_id=comment_id
        ),
    )


def of(db: Session, actor: Actor, row: Announcement) -> Sequence[Any]:
    """Return the newest comments, the oldest of them first: id, text, when, and by whom."""
    rows = db.execute(
        select(
            AnnouncementComment.id,
            AnnouncementComment.text,
            AnnouncementComment.created_at,
            AnnouncementComment.author_id,
            User.full_name.label("author"),
            photo_for(actor),
        )
        .join(User, User.id == AnnouncementComment.author_id)
        .where(
            AnnouncementComment.announcement_id == row.id,
            AnnouncementComment.deleted_at.is_(None),
        )
        .order_by(AnnouncementComment.id.desc())
        .limit(SHOWN)
    ).all()
    return rows[::-1]
