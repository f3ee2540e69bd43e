"""A job as its page shows it, and applications as each side sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.orm import Session, aliased

from quad.academics.models.people import Student
from quad.alumni.policy import giving as asking
from quad.alumni.service.passing_on import PassedOn, passed_on
from quad.careers import policy
from quad.careers.models.applications import (
    SUBJECT,
    WITHDRAWABLE,
    Application,
    ApplicationReference,
    ApplicationStep,
    Stage,
)
from quad.careers.models.jobs import Drive, Job, PostingState, SavedJob
from quad.careers.service import cvs, matching
from quad.careers.service.matching import Asked, Match
from quad.core import clock
from quad.core.errors import NotFound
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.identity.policy import photo_for
from quad.institution.models import Department, Programme


@dataclass(frozen=True)
class ShownJob:
    """A job with everything its page needs. `mine` is the reader's application, `saved` tells of the bookmark."""

    head: Any
    skills: tuple[Asked, ...]
    mine: Any
    saved: bool
    own: bool
    may_edit: bool
    may_approve: bool
    in_time: bool

    @property
    def is_open(self) -> bool:
        """Tell whether the job is on the board."""
        return self.head.state is PostingState.OPEN


HEAD = (
    Job.id,
    Job.title,
    Job.company,
    Job.kind,
    Job.about,
    Job.location,
    Job.workplace,
    Job.salary_min,
    Job.salary_max,
    Job.currency,
    Job.pay_period,
    Job.places,
    Job.starts_on,
    Job.deadline,
    Job.questions,
    Job.cv_needed,
    Job.audience_id,
    Job.only_audience,
    Job.state,
    Job.listed_at,
    Job.sent_back,
    Job.views_count,
    Job.applications_count,
    Job.version,
    Job.poster_id,
    Job.drive_id,
    User.full_name.label("poster"),
    Drive.name.label("drive"),
)


def job(db: Session, actor: Actor, job_id: int) -> ShownJob:
    """Return a job one may see (three queries). Raises NotFound, SignedOut."""
    kept = policy.JOB_EDIT.where(actor)
    mine = aliased(Application)
    row = db.execute(
        select(
            *HEAD,
            photo_for(actor).label("poster_photo"),
            mine.id.label("application_id"),
            mine.stage.label("stage"),
            SavedJob.id.label("saved_id"),
            case((kept, 1), else_=0).label("may_edit"),
        )
        .join(User, User.id == Job.poster_id)
        .outerjoin(Drive, (Drive.id == Job.drive_id) & Drive.deleted_at.is_(None))
        .outerjoin(mine, (mine.job_id == Job.id) & (mine.person_id == actor.own_id))
        .outerjoin(SavedJob, (SavedJob.job_id == Job.id) & (SavedJob.user_id == actor.own_id))
        .where(Job.id == job_id, policy.JOB_READ.where(actor))
    ).first()
    if row is None:
        raise NotFound
    return ShownJob(
        head=row,
        skills=tuple(matching.asked_by(db, [job_id])[job_id]),
        mine=row if row.application_id is not None else None,
        saved=row.saved_id is not None,
        own=row.poster_id == actor.id,
        may_edit=bool(row.may_edit),
        may_approve=row.state is PostingState.WAITING and policy.RUN_DRIVES.may(actor),
        in_time=row.deadline >= clock.now(),
    )


@dataclass(frozen=True)
class ShownApplication:
    """One application. What is private in it is left out for the applicant."""

    head: Any
    steps: Sequence[Any]
    match: Match
    own: bool
    may_handle: bool
    may_take_cv: bool
    cv_taken: int
    references: Sequence[PassedOn]
    may_ask: bool


def application(db: Session, actor: Actor, application_id: int) -> ShownApplication:
    """Return an application one may see. Raises NotFound, SignedOut."""
    poster = aliased(User)
    row = db.execute(
        select(
            Application.id,
            Application.job_id,
            Application.person_id,
            Application.stage,
            Application.stage_at,
            Application.applied_at,
            Application.cover_letter,
            Application.answers,
            Application.submitted_documents,
            Application.cv_id,
            Application.match,
            Application.offer,
            Application.offer_currency,
            Job.title,
            Job.company,
            Job.poster_id,
            Job.pay_period,
            Job.currency,
            Job.deadline,
            Job.state.label("job_state"),
            Job.deleted_at.label("job_deleted_at"),
            User.full_name.label("person"),
            photo_for(actor),
            User.email_as_typed.label("email"),
            poster.full_name.label("poster"),
            Programme.name.label("programme"),
            Department.name.label("department"),
            Student.graduation_year,
            Student.semester,
            case((policy.APPLICATION_HANDLE.where(actor), 1), else_=0).label("may_handle"),
            case((policy.REFERENCES_READ.where(actor), 1), else_=0).label("reads_references"),
        )
        .join(Job, Job.id == Application.job_id)
        .join(User, User.id == Application.person_id)
        .join(poster, poster.id == Job.poster_id)
        .outerjoin(
            Student, (Student.user_id == Application.person_id) & Student.deleted_at.is_(None)
        )
        .outerjoin(Programme, Programme.id == Student.programme_id)
        .outerjoin(Department, Department.id == Student.department_id)
        .where(Application.id == application_id, policy.APPLICATION_READ.where(actor))
    ).first()
    if row is None:
        raise NotFound
    own = row.person_id == actor.id
    posted = row.poster_id == actor.id
    found = matching.matches(db, row.job_id, [row.person_id])[row.person_id]
    return ShownApplication(
        head=row,
        steps=steps(db, application_id, for_applicant=own),
        match=found,
        own=own,
        may_handle=bool(row.may_handle),
        may_take_cv=row.cv_id is not None and (own or posted),
        cv_taken=cvs.taken(db, application_id)[0] if row.cv_id is not None else 0,
        references=_references(db, application_id, own=own, decides=bool(row.reads_references))
        if row.stage is not Stage.WITHDRAWN
        else (),
        may_ask=own and row.stage in WITHDRAWABLE and asking.ASK.may(actor),
    )


def _references(
    db: Session, application_id: int, *, own: bool, decides: bool
) -> Sequence[PassedOn]:
    """Return what was handed on or is asked for; read by who posted the job, like the CV."""
    handed_on = select(ApplicationReference.reference_id).where(
        ApplicationReference.application_id == application_id
    )
    return passed_on(db, handed_on, SUBJECT, application_id, decides=decides, own=own)


def steps(db: Session, application_id: int, *, for_applicant: bool) -> Sequence[Any]:
    """Return what happened to an application, the first thing first."""
    query = (
        select(
            ApplicationStep.id,
            ApplicationStep.stage_before,
            ApplicationStep.stage_after,
            ApplicationStep.created_at,
            ApplicationStep.text,
            ApplicationStep.private,
            ApplicationStep.actor_id,
            User.full_name.label("actor"),
        )
        .outerjoin(User, User.id == ApplicationStep.actor_id)
        .where(ApplicationStep.application_id == application_id)
        .order_by(ApplicationStep.id)
    )
    if for_applicant:
        query = query.where(ApplicationStep.private.is_(False))
    return db.execute(query).all()
