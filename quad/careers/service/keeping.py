"""What of careers belongs to a person: when accounts are merged, copied, or left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from quad.alumni.service import passing_on
from quad.careers.models.applications import (
    SUBJECT,
    Application,
    ApplicationReference,
    ApplicationStep,
    CvOpening,
    Stage,
    StoredCv,
)
from quad.careers.models.jobs import Job, JobView, SavedJob
from quad.core.i18n import lazy_gettext as _l
from quad.core.merging import Merge, moved, stays
from quad.core.own_data import OwnData, Table, as_table

QUIET: dict[str, Any] = {"synchronize_session": False}


def _count(db: Session, user_id: int) -> int:
    return (
        db.scalar(select(func.count(Application.id)).where(Application.person_id == user_id)) or 0
    )


# Of two applications for one job the further one counts; one that ended is behind all that go on.
WAY = (
    Stage.WITHDRAWN,
    Stage.REJECTED,
    Stage.APPLIED,
    Stage.UNDER_REVIEW,
    Stage.SHORTLISTED,
    Stage.INTERVIEW,
    Stage.OFFERED,
    Stage.HIRED,
)


def _move(db: Session, kept: int, gone: int) -> None:
    """Applications go to the kept person; of two for one job the one that came further stays, with the references of
    both.
    """
    theirs, coming = _by_job(db, kept), _by_job(db, gone)
    dropped = []
    for job_id in sorted(theirs.keys() & coming.keys()):
        left, goes = theirs[job_id], coming[job_id]
        if WAY.index(goes.stage) > WAY.index(left.stage):
            left, goes = goes, left
        _hand_over(db, goes.id, left.id)
        dropped.append(goes.id)
    if dropped:
        db.execute(delete(Application).where(Application.id.in_(dropped)), execution_options=QUIET)
    db.execute(
        update(Application).where(Application.person_id == gone).values(person_id=kept),
        execution_options=QUIET,
    )


def _by_job(db: Session, user_id: int) -> dict[int, Any]:
    query = select(Application.id, Application.job_id, Application.stage).where(
        Application.person_id == user_id
    )
    return {row.job_id: row for row in db.execute(query)}


def _hand_over(db: Session, dropped: int, left: int) -> None:
    """Have the references that were asked for, or handed on with, an application go with the one that stays."""
    passing_on.redirect(db, SUBJECT, dropped, left)
    handed = {
        number: set(
            db.scalars(
                select(ApplicationReference.reference_id).where(
                    ApplicationReference.application_id == number
                )
            )
        )
        for number in (dropped, left)
    }
    db.execute(
        update(ApplicationReference)
        .where(
            ApplicationReference.application_id == dropped,
            ApplicationReference.reference_id.in_(handed[dropped] - handed[left]),
        )
        .values(application_id=left),
        execution_options=QUIET,
    )


MERGES: tuple[Merge, ...] = (
    Merge(_l("Applications for jobs"), (Application.person_id,), _count, _move),
    moved(_l("Jobs posted"), Job.poster_id),
    moved("", ApplicationStep.actor_id),
    moved(_l("Kept CVs"), StoredCv.person_id, once_per=(StoredCv.file_id,)),
    moved("", SavedJob.user_id, once_per=(SavedJob.job_id,)),
    moved("", JobView.user_id, once_per=(JobView.job_id, JobView.day)),
    stays(CvOpening.user_id),
)


def _load(db: Session, user_id: int) -> Mapping[str, Table]:
    posted = (
        select(Job.id, Job.title, Job.company, Job.about, Job.state, Job.deadline, Job.created_at)
        .where(Job.poster_id == user_id)
        .order_by(Job.id)
    )
    sent = (
        select(
            Application.id,
            Job.title,
            Job.company,
            Application.stage,
            Application.applied_at,
            Application.cover_letter,
            Application.answers,
            Application.submitted_documents,
            Application.offer,
            Application.offer_currency,
        )
        .join(Job, Job.id == Application.job_id)
        .where(Application.person_id == user_id)
        .order_by(Application.id)
    )
    happened = (
        select(
            ApplicationStep.application_id,
            ApplicationStep.created_at,
            ApplicationStep.stage_after,
            ApplicationStep.text,
        )
        .join(Application, Application.id == ApplicationStep.application_id)
        .where(Application.person_id == user_id, ApplicationStep.private.is_(False))
        .order_by(ApplicationStep.id)
    )
    return {
        "jobs_posted": as_table(db.execute(posted)),
        "applications": as_table(db.execute(sent)),
        "what_happened": as_table(db.execute(happened)),
    }


def _forget(db: Session, user_id: int) -> None:
    """Remove what the person told and handed in; that there was an application, and what came of it, stays counted."""
    own = select(Application.id).where(Application.person_id == user_id)
    db.execute(
        update(ApplicationStep).where(ApplicationStep.application_id.in_(own)).values(text=""),
        execution_options=QUIET,
    )
    db.execute(
        update(Application)
        .where(Application.person_id == user_id)
        .values(cover_letter="", answers=[], submitted_documents=[], cv_id=None),
        execution_options=QUIET,
    )
    db.execute(
        delete(ApplicationReference).where(ApplicationReference.application_id.in_(own)),
        execution_options=QUIET,
    )
    db.execute(delete(StoredCv).where(StoredCv.person_id == user_id), execution_options=QUIET)
    db.execute(delete(SavedJob).where(SavedJob.user_id == user_id), execution_options=QUIET)


def _keeps(db: Session, user_id: int) -> str | None:
    hired = db.scalar(
        select(Application.id)
        .where(
            Application.person_id == user_id,
            Application.stage.in_((Stage.OFFERED, Stage.HIRED)),
        )
        .limit(1)
    )
    return None if hired is None else str(_l("Offers and hirings, for the placement report."))


OWN_DATA = OwnData(
    "careers", _l("Jobs and applications"), _load, forget=_forget, keeps=_keeps, order=70
)
