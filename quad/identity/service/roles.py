"""Roles that a domain above gives and ends, having asked its own policy."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.facts import emit
from quad.core.policy import Actor
from quad.identity.facts.accounts import (
    RoleEndedForMany,
    RoleGivenToMany,
    RoleGranted,
    RoleRevoked,
)
from quad.identity.models.accounts import Role, RoleGrant
from quad.identity.service.grants import place_grant

CHUNK = 1_000


def roles_of(db: Session, user_id: int) -> set[Role]:
    """Return every role a person was given, those of other days included."""
    return set(db.scalars(select(RoleGrant.role).where(RoleGrant.user_id == user_id)))


def give_role(db: Session, actor: Actor, user_id: int, role: Role) -> None:
    """Give a role that counts for no department in particular."""
    place_grant(db, user_id, role, None)
    emit(db, RoleGranted(actor_id=actor.id, user_id=user_id, role=role, department_id=None))


def end_role(db: Session, actor: Actor, user_id: int, role: Role) -> None:
    """Take every grant of a role away, in all departments."""
    grants = select(RoleGrant).where(RoleGrant.user_id == user_id, RoleGrant.role == role)
    for grant in db.scalars(grants.order_by(RoleGrant.id).with_for_update()).all():
        place = grant.department_id
        db.delete(grant)
        emit(db, RoleRevoked(actor_id=actor.id, user_id=user_id, role=role, department_id=place))


def give_to_many(
    db: Session,
    actor: Actor,
    user_ids: Collection[int],
    role: Role,
    *,
    until: Mapping[int, date | None] | None = None,
) -> set[int]:
    """Give many people a role that counts for no department, a few statements for all; return who did not hold it.

    `until` says for whom it ends on a day.
    """
    given: set[int] = set()
    ends = until or {}
    for chunk in _chunks(user_ids):
        mine = (RoleGrant.user_id.in_(chunk), RoleGrant.role == role, RoleGrant.scope == 0)
        there = {
            row.user_id: row
            for row in db.execute(
                select(RoleGrant.id, RoleGrant.user_id, RoleGrant.ends_on)
                .where(*mine)
                .order_by(RoleGrant.id)
                .with_for_update()
            )
        }
        over = [row.id for row in there.values() if row.ends_on and row.ends_on < clock.today()]
        if over:
            db.execute(
                update(RoleGrant)
                .where(RoleGrant.id.in_(over))
                .values(starts_on=None, ends_on=None)
                .execution_options(synchronize_session=False)
            )
        fresh = [one for one in chunk if one not in there]
        if fresh:
            db.execute(
                insert(RoleGrant),
                [{"user_id": one, "role": role, "ends_on": ends.get(one)} for one in fresh],
            )
        given.update(fresh, (row.user_id for row in there.values() if row.id in over))
    if given:
        emit(
            db,
            RoleGivenToMany(actor_id=actor.id, user_ids=tuple(sorted(given)), role=role),
        )
    return given


def end_for_many(
    db: Session, actor: Actor, user_ids: Collection[int], role: Role
) -> dict[int, date | None]:
    """Take a role away from many people, in all departments; return until when each of them would have held it."""
    ended: dict[int, date | None] = {}
    for chunk in _chunks(user_ids):
        mine = (RoleGrant.user_id.in_(chunk), RoleGrant.role == role)
        rows = db.execute(
            select(RoleGrant.user_id, RoleGrant.ends_on)
            .where(*mine)
            .order_by(RoleGrant.id)
            .with_for_update()
        )
        ended |= {row.user_id: row.ends_on for row in rows}
        db.execute(delete(RoleGrant).where(*mine).execution_options(synchronize_session=False))
    if ended:
        emit(
            db,
            RoleEndedForMany(actor_id=actor.id, user_ids=tuple(sorted(ended)), role=role),
        )
    return ended


def _chunks(user_ids: Collection[int]) -> Iterator[list[int]]:
    rest = sorted(set(user_ids))
    for start in range(0, len(rest), CHUNK):
        yield rest[start : start + CHUNK]
