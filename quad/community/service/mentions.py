"""People who are named: `@first.last` stands for who is called so and may be seen by the writer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, delete, exists, or_, select
from sqlalchemy.orm import Session

from quad.alumni.models.members import Member
from quad.alumni.policy.base import SEE
from quad.community.facts import PeopleMentioned
from quad.community.models.posts import NAME_LENGTH, Mention, Post, PostComment
from quad.community.policy import COMMENT_READ, SHOW
from quad.core.acting import actor_by_id
from quad.core.db.rows import plain_rows
from quad.core.errors import SignedOut
from quad.core.facts import emit
from quad.core.markdown import Links, names_in
from quad.core.policy import Actor
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.identity.policy import grant_counts
from quad.identity.service.users import sort_name
from quad.relations.models import Follow
from quad.relations.policy import FOLLOW

MOST = 20
STAFF = [role for role in Role if role not in (Role.STUDENT, Role.ALUMNUS)]


def mentionable(actor: Actor) -> ColumnElement[bool]:
    """Hold for people whom `actor` may name: those of the network they see, and the staff."""
    seen = exists().where(Member.user_id == User.id, SEE.where(actor))
    staff = exists().where(RoleGrant.user_id == User.id, RoleGrant.role.in_(STAFF), grant_counts())
    return FOLLOW.where(actor) & or_(seen, staff)


def resolve(db: Session, actor: Actor, words: Iterable[str]) -> dict[str, int]:
    """Return the people behind these words. Of several with one name those `actor` follows count; else nobody does."""
    filed = {word: sort_name(word.replace(".", " ")) for word in words if len(word) <= NAME_LENGTH}
    if not filed:
        return {}
    followed = exists().where(Follow.follower_id == actor.own_id, Follow.followed_id == User.id)
    rows = plain_rows(
        db,
        select(User.id, User.sort_name, followed.label("followed"))
        .where(User.sort_name.in_(set(filed.values())), mentionable(actor))
        .order_by(User.id)
        .limit(MOST * 10),
    ).all()
    found = {}
    for word, name in filed.items():
        called = [row for row in rows if row.sort_name == name]
        near = [row for row in called if row.followed] if len(called) > 1 else called
        if len(near) == 1:
            found[word] = near[0].id
    return found


def note(db: Session, actor: Actor, post: Post, comment: PostComment | None = None) -> None:
    """Keep who is named now; people who are named anew and may see it are told once others see it."""
    text = post.text if comment is None else comment.text
    named = resolve(db, actor, names_in(text)[:MOST])
    here = _here(post.id, comment.id if comment else None)
    before = {row.user_id: row for row in db.scalars(select(Mention).where(*here))}
    gone = [row.id for user_id, row in before.items() if user_id not in named.values()]
    if gone:
        db.execute(delete(Mention).where(Mention.id.in_(gone)))
    fresh: dict[int, str] = {}
    for word, user_id in named.items():
        if user_id not in before:
            fresh.setdefault(user_id, word)
    comment_id = comment.id if comment else None
    for user_id, word in fresh.items():
        db.add(Mention(post_id=post.id, comment_id=comment_id, user_id=user_id, word=word))
    withheld = post.withheld_at or (comment.withheld_at if comment else None)
    if withheld is None:
        tell(db, actor, post.id, comment_id, list(fresh))


def tell_all(db: Session, actor: Actor, post_id: int, comment_id: int | None) -> None:
    """Tell everybody who is named, now that others see it."""
    named = db.scalars(select(Mention.user_id).where(*_here(post_id, comment_id))).all()
    tell(db, actor, post_id, comment_id, named)


def tell(
    db: Session, actor: Actor, post_id: int, comment_id: int | None, user_ids: Sequence[int]
) -> None:
    """Say whom to tell of being named: those of `user_ids` who may see it."""
    if not user_ids:
        return
    db.flush()
    told = [one for one in sorted(user_ids) if sees(db, one, post_id, comment_id)]
    if told:
        emit(
            db,
            PeopleMentioned(
                actor_id=actor.id, post_id=post_id, comment_id=comment_id, user_ids=tuple(told)
            ),
        )


def sees(db: Session, user_id: int, post_id: int, comment_id: int | None = None) -> bool:
    """Tell whether somebody may see a post, or a comment to it, with the rights they hold now."""
    try:
        reader = actor_by_id(db, user_id)
    except SignedOut:
        return False
    if comment_id is not None:
        return comment_id in COMMENT_READ.allowed(db, reader, [comment_id])
    return post_id in SHOW.allowed(db, reader, [post_id])


def _here(post_id: int, comment_id: int | None) -> list[ColumnElement[bool]]:
    here = Mention.comment_id.is_(None) if comment_id is None else Mention.comment_id == comment_id
    return [Mention.post_id == post_id, here]


def links(db: Session, post_ids: Collection[int]) -> Mapping[tuple[int, int | None], Links]:
    """Return the links of the names in posts and their comments, by post and comment (one query)."""
    found: dict[tuple[int, int | None], Links] = {}
    if not post_ids:
        return found
    query = (
        select(Mention.post_id, Mention.comment_id, Mention.word, User.id, User.full_name)
        .join(User, User.id == Mention.user_id)
        .where(Mention.post_id.in_(list(post_ids)), User.deleted_at.is_(None))
        .order_by(Mention.id)
    )
    for row in plain_rows(db, query):
        link = (row.word, f"/people/{row.id}", f"@{row.full_name}")
        key = (row.post_id, row.comment_id)
        found[key] = (*found.get(key, ()), link)
    return found
