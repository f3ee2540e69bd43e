"""Comments, and answers to them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.community import facts, policy
from quad.community.forms.posts import ChangedComment, NewComment
from quad.community.models.posts import Post, PostComment, ShownState
from quad.community.service import guarding, mentions
from quad.core import clock
from quad.core.errors import Invalid
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor


def add(db: Session, actor: Actor, post_id: int, form: NewComment) -> PostComment:
    """Say something to a post, or answer a comment of it. One with a watched word waits for a moderator.

    Raises NotFound, SignedOut, Invalid (`parent_id`).
    """
    post = policy.SHOW.get(db, actor, post_id)
    comment = PostComment(
        post_id=post.id,
        author_id=actor.own_id,
        parent_id=_answered(db, actor, post, form.parent_id),
        text=form.text,
    )
    _look(db, comment)
    db.add(comment)
    db.flush()
    mentions.note(db, actor, post, comment)
    if comment.withheld_at is None:
        tell(db, actor, comment)
    else:
        emit(db, facts.CommentQueued(actor_id=actor.id, **named(comment)))
    return comment


def _answered(db: Session, actor: Actor, post: Post, parent_id: int | None) -> int | None:
    """Return the comment that is answered: of an answer the one it answers itself."""
    if parent_id is None:
        return None
    parent = db.scalar(
        policy.COMMENT_READ.visible(actor).where(
            PostComment.id == parent_id, PostComment.post_id == post.id
        )
    )
    if parent is None:
        raise Invalid({"parent_id": _("This comment is not there any more.")})
    return parent.parent_id or parent.id


def _look(db: Session, comment: PostComment) -> None:
    if guarding.is_watched(db, comment.text):
        comment.state = ShownState.WAITING
        comment.withheld_at = comment.queued_at = clock.now()


def named(comment: PostComment) -> dict[str, int]:
    """Return what names a comment in a fact."""
    return {
        "comment_id": comment.id,
        "post_id": comment.post_id,
        "author_id": comment.author_id,
    }


def tell(db: Session, actor: Actor, comment: PostComment) -> None:
    """Say that others see a comment now, with whom it concerns."""
    asked = [select(Post.author_id).where(Post.id == comment.post_id)]
    if comment.parent_id is not None:
        asked.append(select(PostComment.author_id).where(PostComment.id == comment.parent_id))
    concerned = {one for query in asked for one in db.scalars(query)} - {comment.author_id}
    told = [one for one in sorted(concerned) if mentions.sees(db, one, comment.post_id, comment.id)]
    emit(
        db,
        facts.CommentPublished(actor_id=actor.id, told_ids=tuple(told), **named(comment)),
    )


def edit(db: Session, actor: Actor, comment_id: int, form: ChangedComment) -> PostComment:
    """Change one's comment; it bears a mark that it was. Raises NotFound, Forbidden."""
    comment = policy.COMMENT_OWN.get(db, actor, comment_id, read=policy.COMMENT_OPEN, lock=True)
    if form.text == comment.text:
        return comment
    comment.text, comment.edited_at = form.text, clock.now()
    if comment.state is ShownState.PUBLISHED:
        _look(db, comment)
    mentions.note(db, actor, db.get_one(Post, comment.post_id), comment)
    if comment.state is ShownState.WAITING:
        emit(db, facts.CommentQueued(actor_id=actor.id, **named(comment)))
    emit(db, facts.CommentChanged(actor_id=actor.id, **named(comment)))
    return comment


def delete(db: Session, actor: Actor, comment_id: int) -> PostComment:
    """Hide one's comment; answers to it stay. Raises NotFound, Forbidden."""
    comment = policy.COMMENT_OWN.get(db, actor, comment_id, read=policy.COMMENT_OPEN, lock=True)
    comment.deleted_at, comment.queued_at = clock.now(), None
    emit(db, facts.CommentDeleted(actor_id=actor.id, **named(comment)))
    return comment


def undelete(db: Session, actor: Actor, comment_id: int) -> PostComment:
    """Take the deletion of one's comment back. Raises NotFound."""
    comment = policy.COMMENT_UNDO.get(db, actor, comment_id, lock=True)
    comment.deleted_at = None
    if comment.state is ShownState.WAITING:
        comment.queued_at = clock.now()
    emit(db, facts.CommentUndeleted(actor_id=actor.id, **named(comment)))
    return comment
