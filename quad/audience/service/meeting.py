"""The two questions of an audience: whom does it reach, and which ones reach a person."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union_all
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.audience.forms import AudienceIn
from quad.audience.models import Audience, AudienceTerm
from quad.audience.service.traits import SOURCES, backlogs, here, students, tokens
from quad.audience.service.understanding import Wanted, understood
from quad.core.policy import Actor
from quad.identity.models.accounts import User

CAP = 10_000


def contains(actor: Actor) -> Select[Any]:
    """Select the numbers of the audiences that `actor` is in, for `Thing.audience_id.in_(contains(actor))`.

    It stands for itself: the database works it out once per statement. Since equal audiences are one row, it runs over
    as many as there are different ones, not over all things that were ever meant for somebody.
    """
    return _containing_one(actor.own_id)


@lru_cache(maxsize=256)
def _containing_one(user_id: int) -> Select[Any]:
    """As `containing`. Putting it together takes milliseconds, and one page asks for several kinds of things."""
    return containing(user_id)


def containing(user_id: ColumnElement[int] | int) -> Select[Any]:
    """Select the numbers of the audiences a person is in; a number, or a column of a statement around it."""
    had = tokens(user_id).subquery("had")
    met = (
        select(AudienceTerm.audience_id)
        .join(
            had,
            and_(
                AudienceTerm.kind == had.c.kind,
                AudienceTerm.value == had.c.value,
                AudienceTerm.word == had.c.word,
            ),
        )
        .join(Audience, Audience.id == AudienceTerm.audience_id)
        .group_by(AudienceTerm.audience_id, Audience.kinds)
        .having(func.count(AudienceTerm.kind.distinct()) == Audience.kinds)
    )
    cgpa = select(Student.cgpa_order).where(Student.user_id == user_id, students())
    failed = select(backlogs()).where(Student.user_id == user_id, students())
    account = select(User.id).where(User.id == user_id, here())
    return select(Audience.id).where(
        account.exists(),
        or_(Audience.kinds == 0, Audience.id.in_(met)),
        or_(Audience.min_cgpa.is_(None), Audience.min_cgpa <= cgpa.scalar_subquery()),
        or_(Audience.max_backlogs.is_(None), Audience.max_backlogs >= failed.scalar_subquery()),
    )


def people(audience_id: int, among: Sequence[int] | None = None) -> Select[Any]:
    """Select the user numbers of everybody an audience reaches, driven by its values; or of some, driven by those."""
    named = AudienceTerm.audience_id == audience_id
    parts = []
    for source in SOURCES:
        value = AudienceTerm.word if source.worded else AudienceTerm.value
        parts.append(
            select(source.person.label("user_id"), AudienceTerm.kind.label("kind"))
            .select_from(AudienceTerm)
            .join(source.person.class_, and_(source.value == value, *source.counts))
            .where(named, AudienceTerm.kind == source.trait, *_one_of(source.person, among))
        )
    having = union_all(*parts).subquery("having_it")
    asked = select(Audience.kinds).where(Audience.id == audience_id).scalar_subquery()
    met = (
        select(having.c.user_id)
        .group_by(having.c.user_id)
        .having(func.count(having.c.kind.distinct()) == asked)
    )
    cgpa = select(Audience.min_cgpa).where(Audience.id == audience_id).scalar_subquery()
    failed = select(Audience.max_backlogs).where(Audience.id == audience_id).scalar_subquery()
    good = select(Student.user_id).where(students(), Student.cgpa_order >= cgpa)
    clean = select(Student.user_id).where(students(), backlogs() <= failed)
    return select(User.id).where(
        here(),
        *_one_of(User.id, among),
        or_(asked == 0, User.id.in_(met)),
        or_(cgpa.is_(None), User.id.in_(good)),
        or_(failed.is_(None), User.id.in_(clean)),
    )


def _one_of(person: Any, among: Sequence[int] | None) -> list[ColumnElement[bool]]:
    return [] if among is None else [person.in_(list(among))]


def meant(wanted: Wanted) -> Select[Any]:
    """Select the user numbers of everybody who would be reached; nothing is kept."""
    query = select(User.id).where(here())
    for trait, values in wanted.values.items():
        parts = [
            source.people(source.value.in_(values)) for source in SOURCES if source.trait is trait
        ]
        found: Any = parts[0] if len(parts) == 1 else select(union_all(*parts).subquery())
        query = query.where(User.id.in_(found))
    if wanted.min_cgpa is not None or wanted.max_backlogs is not None:
        records = select(Student.user_id).where(students())
        if wanted.min_cgpa is not None:
            records = records.where(Student.cgpa_order >= wanted.min_cgpa)
        if wanted.max_backlogs is not None:
            records = records.where(backlogs() <= wanted.max_backlogs)
        query = query.where(User.id.in_(records))
    return query


def reach(db: Session, form: AudienceIn, cap: int = CAP) -> int:
    """Count whom a form would reach, at most `cap` + 1 (counting costs O(limit)). Raises Invalid for unknown skills."""
    capped = meant(understood(db, form)).limit(cap + 1).subquery()
    return db.scalar(select(func.count()).select_from(capped)) or 0
