"""Whom one may follow, block and report; and the clauses by which floors above ask who is connected."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, false, or_, select, true
from sqlalchemy.orm import aliased

from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, NOTHING, Actor, Branches, Gate, Permission
from quad.identity.models.accounts import User
from quad.relations.models import Block, Follow, Report

Person = SQLColumnExpression[Any]


def connections_of(person_id: int) -> Any:
    """Select the people who are connected with a person: both follow each other."""
    back = aliased(Follow)
    return (
        select(Follow.followed_id)
        .join(
            back,
            and_(back.follower_id == Follow.followed_id, back.followed_id == Follow.follower_id),
        )
        .where(Follow.follower_id == person_id)
    )


def connected_with(actor: Actor, person_id: Person) -> ColumnElement[bool]:
    """Return the clause for rows whose person is connected with `actor`."""
    return person_id.in_(connections_of(actor.id)) if actor.id is not None else false()


def followed_by(actor: Actor, person_id: Person) -> ColumnElement[bool]:
    """Return the clause for rows whose person `actor` follows."""
    if actor.id is None:
        return false()
    return person_id.in_(select(Follow.followed_id).where(Follow.follower_id == actor.id))


def blocked_either_way(actor: Actor, person_id: Person) -> ColumnElement[bool]:
    """Return the clause for rows whose person blocks `actor` or is blocked by them."""
    if actor.id is None:
        return false()
    mine = select(Block.blocked_id).where(Block.blocker_id == actor.id)
    theirs = select(Block.blocker_id).where(Block.blocked_id == actor.id)
    return or_(person_id.in_(mine), person_id.in_(theirs))


def not_blocked(actor: Actor, person_id: Person) -> ColumnElement[bool]:
    """Return the clause for rows whose person neither blocks `actor` nor is blocked by them."""
    return true() if actor.id is None else ~blocked_either_way(actor, person_id)


def _others(actor: Actor) -> Branches:
    """Active people who are not oneself and have no block with one."""
    if actor.id is None:
        return NOTHING
    return (User.is_active & (User.id != actor.id) & not_blocked(actor, User.id),)


FOLLOW = Permission("relations.follow", _l("Follow somebody"), User, _others)
BLOCK = Permission(
    "relations.block",
    _l("Block or report somebody"),
    User,
    lambda actor: (User.id != actor.id,) if actor.id is not None else NOTHING,
)
OWN = Gate("relations.own", _l("See one’s own connections"), lambda actor: actor.id is not None)
FOLLOWING = Permission(
    "relations.following",
    _l("See whom one follows and who follows one"),
    Follow,
    lambda actor: (or_(Follow.follower_id == actor.own_id, Follow.followed_id == actor.own_id),),
)
REPORTS = Gate("relations.reports", _l("Open the reports"), lambda actor: actor.has("admin"))
REPORT_READ = Permission(
    "relations.report.read",
    _l("See and answer reports"),
    Report,
    lambda actor: EVERYTHING if actor.has("admin") else NOTHING,
)
