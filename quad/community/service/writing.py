"""Writing posts: publish, change, delete, and take the deletion back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from quad.community import facts, policy
from quad.community.forms.posts import ChangedPost, NewPost
from quad.community.models.posts import Post, ShownState
from quad.community.service import groups, guarding, mentions, pictures, telling, topics
from quad.community.service.findable import index_posts
from quad.core import clock
from quad.core.errors import EditedMeanwhile
from quad.core.facts import emit
from quad.core.policy import Actor
from quad.core.taking import Taken


def create(db: Session, actor: Actor, form: NewPost, taken: Sequence[Taken] = ()) -> Post:
    """Write a post. One with a watched word waits for a moderator.

    Raises SignedOut, Forbidden, TooMany for a new account, Invalid (`who`, `file`, `skills`).
    """
    policy.WRITE.require(actor)
    guarding.require_pace(db, actor)
    visibility, audience_id = groups.whom(db, actor, form.who)
    skill_ids = topics.chosen(db, form.skills)
    post = Post(
        author_id=actor.own_id,
        department_id=groups.own_department(db, actor.own_id),
        text=form.text,
        visibility=visibility,
        audience_id=audience_id,
    )
    _look(db, post)
    db.add(post)
    db.flush()
    pictures.attach(db, post, actor.own_id, taken, form.alt)
    topics.keep(db, post, skill_ids)
    mentions.note(db, actor, post)
    index_posts(db, [post.id])
    telling.promise(db, post)
    emit(db, _published_or_queued(actor, post))
    return post


def edit(
    db: Session, actor: Actor, post_id: int, form: ChangedPost, taken: Sequence[Taken] = ()
) -> Post:
    """Change one's post; it bears a mark that it was. A hidden one stays hidden; skills that are left out stay.

    Raises NotFound, Forbidden, EditedMeanwhile, Invalid (`who`, `file`, `skills`).
    """
    post = policy.OWN.get(db, actor, post_id, read=policy.OPEN, lock=True)
    if form.version is not None and form.version != post.version:
        raise EditedMeanwhile
    post.visibility, post.audience_id = groups.whom(db, actor, form.who, post.audience_id)
    if form.text != post.text:
        post.text, post.edited_at = form.text, clock.now()
        if post.state is ShownState.PUBLISHED:
            _look(db, post)
    if "skills" in form.model_fields_set:
        topics.keep(db, post, topics.chosen(db, form.skills))
    pictures.drop(db, post, form.drop)
    pictures.attach(db, post, actor.own_id, taken, form.alt)
    mentions.note(db, actor, post)
    index_posts(db, [post.id])
    if post.state is ShownState.WAITING:
        emit(db, facts.PostQueued(actor_id=actor.id, post_id=post.id, author_id=post.author_id))
    emit(db, facts.PostChanged(actor_id=actor.id, post_id=post.id, author_id=post.author_id))
    return post


def _look(db: Session, post: Post) -> None:
    """Let a post with a watched word wait."""
    if guarding.is_watched(db, post.text):
        post.state = ShownState.WAITING
        post.withheld_at = post.queued_at = clock.now()


def _published_or_queued(actor: Actor, post: Post) -> facts.PostFact:
    kind = facts.PostPublished if post.withheld_at is None else facts.PostQueued
    return kind(actor_id=actor.id, post_id=post.id, author_id=post.author_id)


def delete(db: Session, actor: Actor, post_id: int) -> Post:
    """Hide one's post with all that hangs on it; `undelete` brings it back. Raises NotFound, Forbidden."""
    post = policy.OWN.get(db, actor, post_id, read=policy.OPEN, lock=True)
    post.deleted_at, post.queued_at = clock.now(), None
    emit(db, facts.PostDeleted(actor_id=actor.id, post_id=post.id, author_id=post.author_id))
    return post


def undelete(db: Session, actor: Actor, post_id: int) -> Post:
    """Take the deletion of one's post back. Raises NotFound."""
    post = policy.UNDO.get(db, actor, post_id, lock=True)
    post.deleted_at = None
    if post.state is ShownState.WAITING:
        post.queued_at = clock.now()
    telling.promise(db, post)
    emit(db, facts.PostUndeleted(actor_id=actor.id, post_id=post.id, author_id=post.author_id))
    return post


def add_picture(db: Session, actor: Actor, post_id: int, taken: Taken, alt: str) -> Post:
    """Put a picture under one's post. Raises NotFound, Forbidden, Invalid (`file`) when there are too many."""
    post = policy.OWN.get(db, actor, post_id, read=policy.OPEN, lock=True)
    pictures.attach(db, post, actor.own_id, [taken], alt)
    emit(db, facts.PostChanged(actor_id=actor.id, post_id=post.id, author_id=post.author_id))
    return post
