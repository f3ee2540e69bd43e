"""Who looks after whom. Domains above say who may assign whom; here the rows are written and asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from quad.core.errors import NotFound
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.facts.accounts import MentorAssigned, MentorUnassigned
from quad.identity.models.accounts import RoleGrant, User
from quad.identity.models.mentors import MentorAssignment, MentorKind
from quad.identity.policy import TEAM_OF, grant_counts

CHUNK = 500
LISTED = 500


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(sorted(set(ids)))
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def assign(
    db: Session, actor: Actor, kind: MentorKind, mentor_id: int, mentee_ids: Collection[int]
) -> int:
    """Make `mentor_id` the one mentor of this kind of these people; return how many they are.

    The caller has asked its policy. Nobody becomes their own mentor.
    """
    wanted = set(mentee_ids) - {mentor_id}
    for chunk in _chunks(wanted):
        of_kind = (MentorAssignment.kind == kind, MentorAssignment.mentee_id.in_(chunk))
        rows = db.execute(
            select(MentorAssignment.mentee_id, MentorAssignment.mentor_id)
            .where(*of_kind)
            .order_by(MentorAssignment.mentee_id)
            .with_for_update()
        )
        known = {row.mentee_id: row.mentor_id for row in rows}
        if any(before != mentor_id for before in known.values()):
            db.execute(update(MentorAssignment).where(*of_kind).values(mentor_id=mentor_id))
        new = [
            {"mentee_id": each, "kind": kind, "mentor_id": mentor_id}
            for each in chunk
            if each not in known
        ]
        if new:
            db.execute(insert(MentorAssignment), new)
    if wanted:
        told = MentorAssigned(
            actor_id=actor.id,
            kind=kind.value,
            mentor_id=mentor_id,
            mentee_ids=tuple(sorted(wanted)),
        )
        emit(db, told)
    return len(wanted)


def unassign(db: Session, actor: Actor, kind: MentorKind, mentee_ids: Collection[int]) -> int:
    """Take the mentor of this kind from these people; return how many had one. The caller has asked its policy."""
    gone: list[int] = []
    for chunk in _chunks(mentee_ids):
        of_kind = (MentorAssignment.kind == kind, MentorAssignment.mentee_id.in_(chunk))
        gone += db.scalars(select(MentorAssignment.mentee_id).where(*of_kind).with_for_update())
        db.execute(delete(MentorAssignment).where(*of_kind))
    if gone:
        emit(db, MentorUnassigned(actor_id=actor.id, kind=kind.value, mentee_ids=tuple(gone)))
    return len(gone)


def departments_for(actor: Actor, kind: MentorKind) -> tuple[int, ...] | None:
    """Return the departments whose mentors of this kind `actor` may assign; None is every one."""
    if actor.has("admin"):
        return None
    found: set[int] = set()
    for held, roles in TEAM_OF.items():
        if kind.role in roles:
            found.update(actor.departments(held))
    return tuple(sorted(found))


def _holders(kind: MentorKind) -> Any:
    return (
        select(User.id)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(
            RoleGrant.role == kind.role, grant_counts(), User.deleted_at.is_(None), User.is_active
        )
    )


def within_reach(db: Session, actor: Actor, kind: MentorKind, mentor_id: int | None) -> bool:
    """Tell whether `actor` may assign this mentor. Raises NotFound when nobody of that number mentors so."""
    query = _holders(kind).where(User.id == (mentor_id or 0))
    if db.scalar(query.limit(1)) is None:
        raise NotFound(
            _("Advisor not found") if kind is MentorKind.ADVISOR else _("Counsellor not found")
        )
    departments = departments_for(actor, kind)
    if departments is None:
        return True
    return db.scalar(query.where(RoleGrant.department_id.in_(departments)).limit(1)) is not None


def candidates(db: Session, actor: Actor, kind: MentorKind) -> Sequence[Any]:
    """Return the mentors `actor` may assign as (id, full_name, load): how many each looks after so."""
    load = (
        select(func.count())
        .where(MentorAssignment.mentor_id == User.id, MentorAssignment.kind == kind)
        .correlate(User)
        .scalar_subquery()
    )
    reachable = _holders(kind)
    departments = departments_for(actor, kind)
    if departments is not None:
        reachable = reachable.where(RoleGrant.department_id.in_(departments))
    return db.execute(
        select(User.id, User.full_name, load.label("load"))
        .where(User.id.in_(reachable))
        .order_by(User.sort_name, User.id)
        .limit(LISTED)
    ).all()


def choices(db: Session, actor: Actor, kind: MentorKind) -> list[tuple[int, str]]:
    """Return the mentors `actor` may assign, with how many each looks after, for a menu."""
    return [
        (row.id, _("%(name)s (%(load)s students)", name=row.full_name, load=row.load))
        for row in candidates(db, actor, kind)
    ]


def departments_of(
    db: Session, kind: MentorKind, mentor_ids: Collection[int]
) -> dict[int, frozenset[int]]:
    """Return the departments each of these mentors mentors in; no department means all of them."""
    query = select(RoleGrant.user_id, RoleGrant.department_id).where(
        RoleGrant.user_id.in_(mentor_ids), RoleGrant.role == kind.role, grant_counts()
    )
    found: dict[int, set[int]] = {}
    everywhere: set[int] = set()
    for row in db.execute(query):
        if row.department_id is None:
            everywhere.add(row.user_id)
        else:
            found.setdefault(row.user_id, set()).add(row.department_id)
    return {
        one: frozenset(found.get(one, ()) if one not in everywhere else ()) for one in mentor_ids
    }


def mentor_names(db: Session, mentee_ids: Sequence[int]) -> dict[tuple[int, str], str]:
    """Return the names of the mentors of these people, by (person, kind); only of mentors whose role counts."""
    found: dict[tuple[int, str], str] = {}
    for chunk in _chunks(mentee_ids):
        query = (
            select(MentorAssignment.mentee_id, MentorAssignment.kind, User.full_name)
            .join(User, User.id == MentorAssignment.mentor_id)
            .where(
                MentorAssignment.mentee_id.in_(chunk),
                User.deleted_at.is_(None),
                select(RoleGrant.id)
                .where(
                    RoleGrant.user_id == User.id,
                    RoleGrant.role == MentorAssignment.kind,
                    grant_counts(),
                )
                .exists(),
            )
        )
        found |= {(row.mentee_id, row.kind.value): row.full_name for row in db.execute(query)}
    return found


def loads(db: Session, mentor_ids: Sequence[int]) -> dict[tuple[int, str], int]:
    """Return how many people each of these mentors looks after, by (mentor, kind)."""
    query = (
        select(MentorAssignment.mentor_id, MentorAssignment.kind, func.count().label("count"))
        .where(MentorAssignment.mentor_id.in_(mentor_ids))
        .group_by(MentorAssignment.mentor_id, MentorAssignment.kind)
    )
    return {(row.mentor_id, row.kind.value): row._mapping["count"] for row in db.execute(query)}
