"""Following and blocking people, and how one stands to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import Session, aliased

from quad.core.db.rows import plain_rows
from quad.core.facts import emit
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.identity.policy import photo_for
from quad.relations import policy
from quad.relations.facts import (
    Blocked,
    Followed,
    Unblocked,
    Unfollowed,
)
from quad.relations.models import Block, Follow

MOST_SHOWN = 200
QUIET = {"synchronize_session": False}


def _lock(db: Session, *person_ids: int) -> None:
    """Hold two people, the lower number first, so that following and blocking between them come one by one."""
    db.execute(
        select(User.id).where(User.id.in_(person_ids)).order_by(User.id).with_for_update()
    ).all()


def _follows(db: Session, follower_id: int, followed_id: int) -> int | None:
    return db.scalar(
        select(Follow.id).where(
            Follow.follower_id == follower_id, Follow.followed_id == followed_id
        )
    )


def follow(db: Session, actor: Actor, person_id: int) -> bool:
    """Follow a person; doing it twice is once. Return whether they are connected now.

    Raises NotFound for somebody who is not there for the actor, SignedOut.
    """
    policy.FOLLOW.get(db, actor, person_id)
    _lock(db, actor.own_id, person_id)
    policy.FOLLOW.get(db, actor, person_id)  # a block may have come while waiting
    mutual = _follows(db, person_id, actor.own_id) is not None
    if _follows(db, actor.own_id, person_id) is None:
        db.add(Follow(follower_id=actor.own_id, followed_id=person_id))
        emit(
            db,
            Followed(
                actor_id=actor.id,
                follower_id=actor.own_id,
                followed_id=person_id,
                connected=mutual,
            ),
        )
    return mutual


def unfollow(db: Session, actor: Actor, person_id: int) -> None:
    """Follow a person no longer; nothing happens when one did not. Raises SignedOut, Forbidden."""
    policy.OWN.require(actor)
    _drop(db, actor, actor.own_id, person_id)


def remove_follower(db: Session, actor: Actor, person_id: int) -> None:
    """Let a person follow one no longer. Raises SignedOut, Forbidden."""
    policy.OWN.require(actor)
    _drop(db, actor, person_id, actor.own_id)


def _drop(db: Session, actor: Actor, follower_id: int, followed_id: int) -> None:
    row_id = _follows(db, follower_id, followed_id)
    if row_id is not None:
        db.execute(delete(Follow).where(Follow.id == row_id), execution_options=QUIET)
        emit(db, Unfollowed(actor_id=actor.id, follower_id=follower_id, followed_id=followed_id))


def block(db: Session, actor: Actor, person_id: int) -> None:
    """Block a person: nobody of the two follows the other any more, nor meets them. Twice is once.

    Raises NotFound, SignedOut.
    """
    policy.BLOCK.get(db, actor, person_id)
    _lock(db, actor.own_id, person_id)
    _drop(db, actor, actor.own_id, person_id)
    _drop(db, actor, person_id, actor.own_id)
    if not _blocks(db, actor.own_id, person_id):
        db.add(Block(blocker_id=actor.own_id, blocked_id=person_id))
        emit(db, Blocked(actor_id=actor.id, blocker_id=actor.own_id, blocked_id=person_id))


def _blocks(db: Session, blocker_id: int, blocked_id: int) -> bool:
    query = select(Block.id).where(Block.blocker_id == blocker_id, Block.blocked_id == blocked_id)
    return db.scalar(query) is not None


def unblock(db: Session, actor: Actor, person_id: int) -> None:
    """Take a block back; who followed whom before does not come back. Raises SignedOut, Forbidden."""
    policy.OWN.require(actor)
    if _blocks(db, actor.own_id, person_id):
        gone = delete(Block).where(Block.blocker_id == actor.own_id, Block.blocked_id == person_id)
        db.execute(gone, execution_options=QUIET)
        emit(db, Unblocked(actor_id=actor.id, blocker_id=actor.own_id, blocked_id=person_id))


def connected(db: Session, a: int, b: int) -> bool:
    """Tell whether two people follow each other."""
    return _follows(db, a, b) is not None and _follows(db, b, a) is not None


def blocked(db: Session, a: int, b: int) -> bool:
    """Tell whether one of two people blocks the other."""
    return _blocks(db, a, b) or _blocks(db, b, a)


@dataclass(frozen=True)
class Standing:
    """How one stands to a person."""

    following: bool
    followed: bool
    blocking: bool

    @property
    def connected(self) -> bool:
        """Tell whether both follow each other."""
        return self.following and self.followed


def standings(db: Session, actor: Actor, person_ids: Iterable[int]) -> dict[int, Standing]:
    """Return how one stands to each of these people: two statements for a page of them."""
    ids = list(person_ids)
    if not policy.OWN.may(actor) or not ids:
        return {person_id: Standing(False, False, False) for person_id in ids}
    me = actor.own_id
    pairs = {
        (row.follower_id, row.followed_id)
        for row in plain_rows(
            db,
            select(Follow.follower_id, Follow.followed_id).where(
                or_(
                    and_(Follow.follower_id == me, Follow.followed_id.in_(ids)),
                    and_(Follow.followed_id == me, Follow.follower_id.in_(ids)),
                )
            ),
        )
    }
    mine = select(Block.blocked_id).where(Block.blocker_id == me, Block.blocked_id.in_(ids))
    blocking = {row.blocked_id for row in plain_rows(db, mine)}
    return {
        person_id: Standing(
            (me, person_id) in pairs, (person_id, me) in pairs, person_id in blocking
        )
        for person_id in ids
    }


@dataclass(frozen=True)
class Circle:
    """The people around one: id, full_name, photo. Each list ends at 200; the numbers do not."""

    connections: list[Any]
    followers: list[Any]
    following: list[Any]
    blocked: list[Any]
    counts: dict[str, int]


def circle(db: Session, actor: Actor) -> Circle:
    """Return one's connections, who else follows one, whom else one follows, and whom one blocks. Raises SignedOut."""
    policy.OWN.require(actor)
    me, back = actor.own_id, aliased(Follow)
    mirrored = (
        select(back.id)
        .where(back.follower_id == Follow.followed_id, back.followed_id == Follow.follower_id)
        .exists()
    )
    both = select(Follow.followed_id).where(Follow.follower_id == me, mirrored)
    followers = select(Follow.follower_id).where(Follow.followed_id == me, ~mirrored)
    following = select(Follow.followed_id).where(Follow.follower_id == me, ~mirrored)
    blocks = select(Block.blocked_id).where(Block.blocker_id == me)
    parts = {
        "connections": both,
        "followers": followers,
        "following": following,
        "blocked": blocks,
    }
    lists = {name: _people(db, actor, query) for name, query in parts.items()}
    counts = {name: _counted(db, query, lists[name]) for name, query in parts.items()}
    return Circle(**lists, counts=counts)


def followed_people(db: Session, actor: Actor) -> list[Any]:
    """Return whom one follows, connected or not, at most 200: id, full_name, photo. Raises SignedOut, Forbidden."""
    policy.OWN.require(actor)
    return _people(db, actor, select(Follow.followed_id).where(Follow.follower_id == actor.own_id))


def _people(db: Session, actor: Actor, ids: Any) -> list[Any]:
    query = (
        select(User.id, User.full_name, photo_for(actor))
        .where(User.id.in_(ids), User.deleted_at.is_(None))
        .order_by(User.sort_name, User.id)
        .limit(MOST_SHOWN)
    )
    return list(plain_rows(db, query))


def _counted(db: Session, ids: Any, shown: list[Any]) -> int:
    if len(shown) < MOST_SHOWN:
        return len(shown)
    return db.scalar(select(func.count()).select_from(ids.subquery())) or 0
