"""Who sees which field of whom. The only place that reads the `…_seen` columns into clauses and answers.

Every door goes through here: lists, filters, sort, facets, search, export, API and the profile page. A field that a
reader does not see is not there for them: it is not selected, no filter matches it and nothing counts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    case,
    exists,
    or_,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from quad.alumni.models.members import Member, Seen
from quad.core.policy import Actor, Grant
from quad.core.search.prefix import Kinds
from quad.relations.policy import connected_with, not_blocked

# So many readers' clauses are kept, for each field.
KEPT = 3_000
STAFF = ("admin", "hod", "faculty", "advisor", "counsellor", "placement")
FIELDS: Mapping[str, InstrumentedAttribute[int]] = {
    "photo": Member.photo_seen,
    "headline": Member.headline_seen,
    "bio": Member.bio_seen,
    "work": Member.work_seen,
    "education": Member.education_seen,
    "achievements": Member.achievements_seen,
    "skills": Member.skills_seen,
    "links": Member.links_seen,
    "location": Member.location_seen,
    "open": Member.open_seen,
    "email": Member.email_seen,
    "phone": Member.phone_seen,
    "cgpa": Member.cgpa_seen,
}


def departments(actor: Actor) -> tuple[int, ...]:
    """Return the departments in which `actor` holds a role, ascending."""
    return tuple(sorted({grant.department_id for grant in actor.grants if grant.department_id}))


def own_department(actor: Actor) -> Select[int | None]:
    """Select the department in which `actor` studies or studied."""
    mine = aliased(Member)
    return select(mine.department_id).where(mine.user_id == actor.own_id, mine.deleted_at.is_(None))


def same_department(actor: Actor, model: Any = Member) -> ColumnElement[bool]:
    """Hold for members of a department of `actor`: that of the own studies, or one in which a role is held."""
    own = own_department(actor)
    held = departments(actor)
    of_studies: ColumnElement[bool] = model.department_id == own.scalar_subquery()
    return or_(of_studies, model.department_id.in_(held)) if held else of_studies


def sees(field: str, actor: Actor, model: Any = Member) -> ColumnElement[bool]:
    """Hold for the members of whom `actor` sees `field`, among those `actor` may see at all."""
    if model is Member:
        return _sees(field, actor.id, departments(actor))
    return _clause(field, actor, model)


@lru_cache(KEPT)
def _sees(field: str, user_id: int | None, held: tuple[int, ...]) -> ColumnElement[bool]:
    """The clauses of a reader, made once: putting them together takes longer than asking the database."""
    grants = tuple(Grant("", number) for number in held)
    return _clause(field, Actor(id=user_id, grants=grants), Member)


def _clause(field: str, actor: Actor, model: Any) -> ColumnElement[bool]:
    code = getattr(model, FIELDS[field].key)
    everybody: ColumnElement[bool] = code == int(Seen.NETWORK)
    if actor.id is None:
        return everybody
    return or_(
        everybody,
        and_(code == int(Seen.DEPARTMENT), same_department(actor, model)),
        and_(code == int(Seen.CONNECTIONS), connected(actor, model)),
    )


def shown(field: str, actor: Actor, value: Any, otherwise: Any = "") -> ColumnElement[Any]:
    """Return `value` where `actor` sees `field`, else `otherwise`."""
    return case((sees(field, actor), value), else_=otherwise)


def _away(field: str, actor: Actor, model: Any) -> ColumnElement[bool]:
    """Hold for members of whom `actor` does not see `field`, also where no department is known to compare with."""
    return sees(field, actor, model).is_not(true())


def skills_shown(actor: Actor, person_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Hold for people whose skills `actor` may see; who is not in the network has none to keep to themselves there."""
    kept = aliased(Member)
    away = or_(kept.shown == 0, _away("skills", actor, kept))
    return and_(not_blocked(actor, person_id), ~exists().where(kept.user_id == person_id, away))


def photo_shown(actor: Actor, person_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Hold for people whose photo `actor` may see; who is not in the network shows theirs to all but the blocked."""
    kept = aliased(Member)
    away = _away("photo", actor, kept)
    if not actor.has("student", *STAFF):
        away = or_(away, ~is_known(actor))
    return and_(not_blocked(actor, person_id), ~exists().where(kept.user_id == person_id, away))


def connected(actor: Actor, model: Any = Member) -> ColumnElement[bool]:
    """Hold for members who are connected with `actor`."""
    return connected_with(actor, model.user_id)


def unblocked(actor: Actor) -> ColumnElement[bool]:
    """Hold for members who did not block `actor` and whom `actor` did not block."""
    return _unblocked(actor.id)


@lru_cache(KEPT)
def _unblocked(user_id: int | None) -> ColumnElement[bool]:
    return not_blocked(Actor(id=user_id), Member.user_id)


def is_known(actor: Actor) -> ColumnElement[bool]:
    """Hold when `actor` is a member whose standing is known: a graduate nobody has verified sees nobody."""
    mine = aliased(Member)
    return exists().where(
        mine.user_id == actor.own_id,
        mine.deleted_at.is_(None),
        mine.standing.in_(("record", "institution")),
    )


@dataclass(frozen=True)
class Reach:
    """What of one member a reader sees: `fields` are the names of fields, `own` tells that it is themselves."""

    own: bool
    fields: frozenset[str]

    def __contains__(self, field: str) -> bool:
        return self.own or field in self.fields


MEMBERS = "alumni.member"
OF_DEPARTMENT = "alumni.member.department"
OF_CONNECTIONS = "alumni.member.connections"
TIERS = {
    Seen.NETWORK: MEMBERS,
    Seen.DEPARTMENT: OF_DEPARTMENT,
    Seen.CONNECTIONS: OF_CONNECTIONS,
}


def words_of(actor: Actor) -> Kinds:
    """Return the kinds of words that count when `actor` searches."""
    named = aliased(Member)
    # Made once for all the places of a statement in which words are looked up.
    near = exists().where(same_department(actor, named))
    close = exists().where(connected(actor, named))

    def only(table: Any) -> ColumnElement[bool]:
        owner = named.id == table.subject_id
        return or_(
            table.subject_type == MEMBERS,
            and_(table.subject_type == OF_DEPARTMENT, near.where(owner)),
            and_(table.subject_type == OF_CONNECTIONS, close.where(owner)),
        )

    return Kinds(tuple(TIERS.values()), only)
