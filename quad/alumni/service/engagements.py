"""What graduates did for the institution: written down by one side, confirmed by the other, thanked for, reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.alumni.facts import (
    EngagementChanged,
    EngagementConfirmed,
    EngagementLogged,
    EngagementRefused,
    EngagementThanked,
)
from quad.alumni.forms.giving import LogEngagement
from quad.alumni.models.engagements import Engagement, EngagementKind, EngagementState
from quad.alumni.policy import giving as policy
from quad.core import clock
from quad.core.db.rows import plain_rows
from quad.core.errors import Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.jobs.runtime import local_today
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.institution.models import Department


def _fact(
    kind: type[EngagementChanged], actor: Actor, row: Engagement, *to_ids: int | None
) -> EngagementChanged:
    told = tuple(user_id for user_id in to_ids if user_id is not None and user_id != actor.id)
    return kind(actor_id=actor.id, engagement_id=row.id, to_ids=told)


def log(db: Session, actor: Actor, form: LogEngagement) -> Engagement:
    """Write down what a graduate did; the other side is asked to confirm it.

    Graduates write down their own; people of the institution name whose it was. Raises Forbidden, Invalid.
    """
    policy.ENGAGEMENT_LOG.require(actor)
    own = form.alumnus_id in (None, actor.id)
    if own and not actor.has("alumnus"):
        raise Invalid({"alumnus_id": _("Choose the graduate who did it.")})
    if not own:
        policy.ENGAGEMENT_HOST.require(actor)
        if policy.ENGAGED.allowed(db, actor, [form.alumnus_id or 0]) == set():
            raise Invalid({"alumnus_id": _("Choose somebody who graduated here.")})
    if form.held_on > local_today(db):
        raise Invalid({"held_on": _("This day is still to come. Write it down afterwards.")})
    if form.department_id is not None and db.get(Department, form.department_id) is None:
        raise Invalid({"department_id": _("There is no such department.")})
    row = Engagement(
        alumnus_id=actor.own_id if own else form.alumnus_id,
        kind=form.kind,
        title=form.title,
        about=form.about,
        held_on=form.held_on,
        year=form.held_on.year,
        minutes=form.minutes,
        department_id=form.department_id,
        by_institution=not own,
    )
    db.add(row)
    db.flush()
    emit(db, _fact(EngagementLogged, actor, row, row.alumnus_id))
    return row


def _to_answer(db: Session, actor: Actor, engagement_id: int) -> Engagement:
    row = policy.ENGAGEMENT_ANSWER.get(
        db, actor, engagement_id, read=policy.ENGAGEMENT_READ, lock=True
    )
    if row.state is not EngagementState.LOGGED:
        raise Rejected(_("This was answered already."))
    row.answered_by_id, row.answered_at = actor.id, clock.now()
    return row


def confirm(db: Session, actor: Actor, engagement_id: int) -> Engagement:
    """Say that it was so. Raises NotFound, Forbidden (one’s own side wrote it down), Rejected when it is answered."""
    row = _to_answer(db, actor, engagement_id)
    row.state = EngagementState.CONFIRMED
    emit(db, _fact(EngagementConfirmed, actor, row, row.alumnus_id, row.created_by))
    return row


def refuse(db: Session, actor: Actor, engagement_id: int, reason: str) -> Engagement:
    """Say that it was not so. Raises NotFound, Forbidden, Rejected when it is answered."""
    row = _to_answer(db, actor, engagement_id)
    row.state, row.reason = EngagementState.REFUSED, reason
    emit(db, _fact(EngagementRefused, actor, row, row.alumnus_id, row.created_by))
    return row


def thank(db: Session, actor: Actor, engagement_id: int, words: str) -> Engagement:
    """Thank the graduate, by mail. Raises NotFound, Forbidden, Rejected before it is confirmed or the second time."""
    row = policy.ENGAGEMENT_THANK.get(
        db, actor, engagement_id, read=policy.ENGAGEMENT_READ, lock=True
    )
    if row.state is not EngagementState.CONFIRMED:
        raise Rejected(_("Thank for it once it is confirmed."))
    if row.thanked_at is not None:
        raise Rejected(_("The graduate was thanked for this already."))
    row.thanked_at, row.thanked_by_id, row.thanks = clock.now(), actor.id, words
    emit(db, _fact(EngagementThanked, actor, row, row.alumnus_id))
    return row


@dataclass(frozen=True)
class ShownEngagement:
    """An engagement with whose it is, and what the actor may do."""

    row: Engagement
    alumnus: str
    department: str
    may_answer: bool
    may_thank: bool


def show(db: Session, actor: Actor, engagement_id: int) -> ShownEngagement:
    """Return an engagement. Raises NotFound, SignedOut."""
    row = policy.ENGAGEMENT_READ.get(db, actor, engagement_id)
    name = db.scalar(select(User.full_name).where(User.id == row.alumnus_id)) or ""
    department = db.scalar(select(Department.name).where(Department.id == row.department_id)) or ""
    ids = [row.id]
    return ShownEngagement(
        row,
        name,
        department,
        row.state is EngagementState.LOGGED
        and row.id in policy.ENGAGEMENT_ANSWER.allowed(db, actor, ids),
        row.state is EngagementState.CONFIRMED
        and row.thanked_at is None
        and row.id in policy.ENGAGEMENT_THANK.allowed(db, actor, ids),
    )


def alumni_choices(db: Session, actor: Actor, limit: int = 500) -> list[tuple[int, str]]:
    """Return graduates one may log for, by name."""
    query = (
        select(User.id, User.full_name)
        .where(policy.ENGAGED.where(actor, many=True))
        .order_by(User.sort_name, User.id)
        .limit(limit)
    )
    return [(row.id, row.full_name) for row in db.execute(query)]


def departments(db: Session) -> list[tuple[int, str]]:
    """Return all departments as pairs of number and name."""
    query = select(Department.id, Department.name).where(Department.deleted_at.is_(None))
    return [(row.id, row.name) for row in db.execute(query.order_by(Department.name))]


@dataclass(frozen=True)
class YearOfEngagement:
    """What one graduate did in a year: how often by kind, and for how long."""

    alumnus_id: int
    alumnus: str
    counts: dict[EngagementKind, int]
    total: int
    minutes: int


@dataclass(frozen=True)
class EngagementReport:
    """Confirmed engagements of a year, the most active first, and the years there are."""

    year: int
    years: list[int]
    rows: list[YearOfEngagement]
    counts: dict[EngagementKind, int]
    minutes: int


def report(db: Session, actor: Actor, year: int | None = None) -> EngagementReport:
    """Return what graduates did in a year, the newest without one. Raises Forbidden, SignedOut."""
    policy.ENGAGEMENT_REPORT.require(actor)
    confirmed = Engagement.state == EngagementState.CONFIRMED
    all_years = select(Engagement.year).where(confirmed).distinct().order_by(Engagement.year.desc())
    years = list(db.scalars(all_years))
    chosen = year or (years[0] if years else local_today(db).year)
    query = (
        select(
            Engagement.alumnus_id,
            User.full_name,
            Engagement.kind,
            func.count().label("number"),
            func.sum(Engagement.minutes).label("minutes"),
        )
        .join(User, User.id == Engagement.alumnus_id)
        .where(confirmed, Engagement.year == chosen)
        .group_by(Engagement.alumnus_id, User.full_name, Engagement.kind)
    )
    found: dict[int, list[Any]] = {}
    for row in plain_rows(db, query):
        found.setdefault(row.alumnus_id, []).append(row)
    rows = [_year_of(alumnus_id, rows) for alumnus_id, rows in found.items()]
    rows.sort(key=lambda each: (-each.total, each.alumnus, each.alumnus_id))
    counts = {kind: sum(each.counts[kind] for each in rows) for kind in EngagementKind}
    return EngagementReport(chosen, years, rows, counts, sum(each.minutes for each in rows))


def _year_of(alumnus_id: int, rows: list[Any]) -> YearOfEngagement:
    counts = dict.fromkeys(EngagementKind, 0) | {row.kind: row.number for row in rows}
    minutes = sum(int(row.minutes) for row in rows)
    return YearOfEngagement(alumnus_id, rows[0].full_name, counts, sum(counts.values()), minutes)
