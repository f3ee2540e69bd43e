"""What people are told of jobs and applications, and by which facts."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.alumni.facts import ReferenceDelivered
from quad.alumni.models.references import Reference
from quad.careers.facts import (
    ApplicationMoved,
    ApplicationSent,
    ApplicationWithdrawn,
    JobClosed,
    JobOffered,
    JobOpened,
    JobSentBack,
    JobSubmitted,
)
from quad.careers.models.applications import SUBJECT, Application, ApplicationStep
from quad.careers.models.jobs import Job
from quad.core.facts import on
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.identity.policy import grant_counts
from quad.notifications.kinds.careers import (
    APPLICATION_CAME,
    APPLICATION_STAGES,
    APPLICATION_TAKEN_BACK,
    JOB_CLOSED,
    JOB_FOR_ME,
    JOB_OPENED,
    JOB_SENT_BACK,
    JOB_WAITING,
    REFERENCE_CAME,
)
from quad.notifications.service import Letter, notify


def _title(db: Session, job_id: int) -> str:
    return db.scalar(select(Job.title).where(Job.id == job_id)) or ""


def _name(db: Session, user_id: int) -> str:
    return db.scalar(select(User.full_name).where(User.id == user_id)) or ""


@on(JobSubmitted)
def tell_the_office(db: Session, fact: JobSubmitted) -> None:
    """Tell the placement office; where nobody holds the role, the administration."""
    people = _holders(db, Role.PLACEMENT) or _holders(db, Role.ADMIN)
    data = {"job": _title(db, fact.job_id), "person": _name(db, fact.poster_id)}
    notify(db, JOB_WAITING, people, data, f"/jobs/{fact.job_id}")


def _holders(db: Session, role: Role) -> list[int]:
    return list(
        db.scalars(
            select(RoleGrant.user_id)
            .join(User, User.id == RoleGrant.user_id)
            .where(
                RoleGrant.role == role, grant_counts(), User.is_active, User.deleted_at.is_(None)
            )
            .distinct()
        )
    )


@on(JobOpened)
def tell_of_opening(db: Session, fact: JobOpened) -> None:
    """Tell the poster whose job somebody else opened."""
    if fact.actor_id != fact.poster_id:
        data = {"job": _title(db, fact.job_id)}
        notify(db, JOB_OPENED, [fact.poster_id], data, f"/jobs/{fact.job_id}")


@on(JobOffered)
def tell_whom_a_job_is_for(db: Session, fact: JobOffered) -> None:
    """Tell people who may apply that a job opened."""
    row = db.execute(
        select(Job.title, Job.company, Job.deadline).where(Job.id == fact.job_id)
    ).one()
    data = {"job": row.title, "company": row.company, "when": row.deadline.isoformat()}
    notify(db, JOB_FOR_ME, fact.user_ids, data, f"/jobs/{fact.job_id}")


@on(JobSentBack)
def tell_of_sending_back(db: Session, fact: JobSentBack) -> None:
    """Tell the poster that something is to be changed."""
    data = {"job": _title(db, fact.job_id)}
    notify(db, JOB_SENT_BACK, [fact.poster_id], data, f"/jobs/{fact.job_id}")


@on(JobClosed)
def tell_of_closing(db: Session, fact: JobClosed) -> None:
    """Tell the poster whose job closed by itself."""
    if fact.actor_id is None:
        data = {"job": _title(db, fact.job_id)}
        notify(db, JOB_CLOSED, [fact.poster_id], data, f"/jobs/{fact.job_id}")


@on(ApplicationSent)
def tell_of_application(db: Session, fact: ApplicationSent) -> None:
    """Tell the poster who applied."""
    data = {"job": _title(db, fact.job_id), "person": _name(db, fact.person_id)}
    notify(db, APPLICATION_CAME, [fact.poster_id], data, f"/applications/{fact.application_id}")


@on(ApplicationWithdrawn)
def tell_of_withdrawal(db: Session, fact: ApplicationWithdrawn) -> None:
    """Tell the poster that somebody is not there any more."""
    data = {"job": _title(db, fact.job_id), "person": _name(db, fact.person_id)}
    place = f"/applications/{fact.application_id}"
    notify(db, APPLICATION_TAKEN_BACK, [fact.poster_id], data, place)


@on(ReferenceDelivered)
def tell_of_a_reference(db: Session, fact: ReferenceDelivered) -> None:
    """Tell the poster that a reference came in for an application."""
    row = db.execute(
        select(Application.id, Application.person_id, Job.id.label("job_id"), Job.poster_id)
        .join(Job, Job.id == Application.job_id)
        .join(Reference, Reference.subject_id == Application.id)
        .where(Reference.id == fact.reference_id, Reference.subject_type == SUBJECT)
    ).first()
    if row is not None and row.poster_id != fact.actor_id:
        data = {"job": _title(db, row.job_id), "person": _name(db, row.person_id)}
        notify(db, REFERENCE_CAME, [row.poster_id], data, f"/applications/{row.id}")


@on(ApplicationMoved)
def tell_the_applicant(db: Session, fact: ApplicationMoved) -> None:
    """Tell the applicant; the note that goes with a move stands in the mail alone. Nobody else reads that mail."""
    kind = APPLICATION_STAGES.get(fact.stage)
    if kind is None:
        return
    row = db.execute(
        select(ApplicationStep.text, User.full_name)
        .outerjoin(User, User.id == ApplicationStep.actor_id)
        .where(ApplicationStep.id == fact.step_id)
    ).one()
    letter = Letter("careers/moved", {"note": row.text, "writer": row.full_name or ""})
    notify(
        db,
        kind,
        [fact.person_id],
        {"job": _title(db, fact.job_id)},
        f"/applications/{fact.application_id}",
        private=True,
        letter=letter,
    )
