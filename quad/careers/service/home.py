"""What the home pages show of jobs and applications, and the numbers in the menu."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from quad.audience.service.meeting import contains
from quad.careers import policy
from quad.careers.models.applications import Application, Stage
from quad.careers.models.figures import PlacementFigures
from quad.careers.models.jobs import Job, PostingState, SavedJob
from quad.careers.service import front
from quad.core import clock
from quad.core.jobs.runtime import local_today
from quad.core.policy import Actor
from quad.identity.models.accounts import RoleGrant, User
from quad.identity.policy import grant_counts

FEW = 5


def for_me(db: Session, actor: Actor) -> Sequence[Any]:
    """Return open jobs that are meant for this person and not applied for, the newest first, at most five."""
    applied = select(Application.job_id).where(Application.person_id == actor.own_id)
    return db.execute(
        select(Job.id, Job.title, Job.company, Job.location, Job.deadline, Job.kind)
        .where(
            Job.state == PostingState.OPEN,
            Job.deleted_at.is_(None),
            Job.deadline > clock.now(),
            Job.audience_id.in_(contains(actor)),
            Job.poster_id != actor.own_id,
            Job.id.not_in(applied),
        )
        .order_by(Job.listed_at.desc(), Job.id.desc())
        .limit(FEW)
    ).all()


def own_applications(db: Session, actor: Actor) -> Sequence[Any]:
    """Return one's own applications, what moved last first, at most five."""
    return db.execute(
        select(Application.id, Application.stage, Application.stage_at, Job.title, Job.company)
        .join(Job, Job.id == Application.job_id)
        .where(Application.person_id == actor.own_id)
        .order_by(Application.stage_at.desc(), Application.id.desc())
        .limit(FEW)
    ).all()


def own_jobs(db: Session, actor: Actor) -> Sequence[Any]:
    """Return the jobs one posted, the newest first, each with how many applications nobody looked at yet."""
    fresh = (
        select(func.count(Application.id))
        .where(Application.job_id == Job.id, Application.stage == Stage.APPLIED)
        .correlate(Job)
        .scalar_subquery()
    )
    return db.execute(
        select(
            Job.id,
            Job.title,
            Job.company,
            Job.state,
            Job.deadline,
            Job.applications_count,
            fresh.label("fresh"),
        )
        .where(policy.JOB_POSTED.where(actor))
        .order_by(Job.listed_at.desc(), Job.id.desc())
        .limit(FEW)
    ).all()


def kept(db: Session, actor: Actor) -> Sequence[Any]:
    """Return open jobs one saved and has not applied for, those that close first before the others."""
    applied = select(Application.job_id).where(Application.person_id == actor.own_id)
    return db.execute(
        select(Job.id, Job.title, Job.company, Job.deadline)
        .join(SavedJob, SavedJob.job_id == Job.id)
        .where(
            SavedJob.user_id == actor.own_id,
            policy.JOB_READ.where(actor),
            Job.state == PostingState.OPEN,
            Job.deadline > clock.now(),
            Job.id.not_in(applied),
        )
        .order_by(Job.deadline, Job.id)
        .limit(FEW)
    ).all()


@dataclass(frozen=True)
class Season:
    """The placement office in figures; `offers` and `hired` are those of `year`."""

    year: int
    waiting: int
    open: int
    companies: int
    offers: int
    hired: int


def season(db: Session, actor: Actor) -> Season | None:
    """Return the figures of the placement office, in one query; None for who does not run it."""
    if not policy.RUN_DRIVES.may(actor):
        return None
    year = local_today(db).year
    of_year = PlacementFigures.year == year
    total = func.coalesce(func.sum(PlacementFigures.number), 0)
    hired = PlacementFigures.stage == Stage.HIRED.value
    waiting_jobs = select(Job.id).where(policy.JOB_APPROVE.where(actor)).limit(front.MOST)
    row = db.execute(
        select(
            select(func.count()).select_from(waiting_jobs.subquery()).scalar_subquery(),
            front.open_jobs(hidden=True),
            front.companies(),
            select(total).where(of_year).scalar_subquery(),
            select(total).where(of_year, hired).scalar_subquery(),
        )
    ).one()
    return Season(year, *row)


def waiting(db: Session, actor: Actor) -> Sequence[Any]:
    """Return the jobs that wait for approval, the oldest first, at most five."""
    return db.execute(
        select(Job.id, Job.title, Job.company, Job.updated_at, User.full_name.label("poster"))
        .join(User, User.id == Job.poster_id)
        .where(policy.JOB_APPROVE.where(actor))
        .order_by(Job.updated_at, Job.id)
        .limit(FEW)
    ).all()


def waiting_count(user_id: ColumnElement[int]) -> ScalarSelect[int]:
    """Return the subquery for the number beside “Jobs”: for the placement office, the jobs that wait for approval."""
    officer = (
        select(RoleGrant.id)
        .where(
            RoleGrant.user_id == user_id,
            RoleGrant.role.in_(policy.OFFICE),
            grant_counts(),
        )
        .correlate(User)
        .exists()
    )
    return (
        select(func.count(Job.id))
        .where(Job.state == PostingState.WAITING, Job.deleted_at.is_(None), officer)
        .correlate(User)
        .scalar_subquery()
    )


def fresh_count(user_id: ColumnElement[int]) -> ScalarSelect[int]:
    """Return the subquery that counts applications for one's own jobs that nobody looked at yet."""
    return (
        select(func.count(Application.id))
        .join(Job, Job.id == Application.job_id)
        .where(
            Job.poster_id == user_id,
            Job.deleted_at.is_(None),
            Application.stage == Stage.APPLIED,
        )
        .correlate(User)
        .scalar_subquery()
    )
