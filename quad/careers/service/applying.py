"""Applying for a job, and taking that back: the applicant's side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.alumni.service import passing_on, references
from quad.careers import policy
from quad.careers.facts import ApplicationSent, ApplicationWithdrawn
from quad.careers.forms.applications import ApplyForJob, Withdraw
from quad.careers.models.applications import (
    SUBJECT,
    WITHDRAWABLE,
    Application,
    ApplicationReference,
    Stage,
)
from quad.careers.models.jobs import Job
from quad.careers.service import cvs, eligibility, matching
from quad.careers.service.story import step
from quad.core import clock
from quad.core.db.now import database_now
from quad.core.errors import Invalid, Rejected
from quad.core.facts import emit
from quad.core.files import StoredFile
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.core.taking import Taken


def apply(
    db: Session, actor: Actor, job_id: int, form: ApplyForJob, cv: Taken | None = None
) -> Application:
    """ApplyForJob for a job, with a new CV that was looked at before, one that is kept, or none where none is needed.

    The job is held meanwhile, so of two tries at once one is told of the other. Whoever withdrew may apply again.
    Raises NotFound, Rejected with every condition that is not met, Invalid with a sentence per field.
    """
    job = policy.JOB_READ.get(db, actor, job_id, lock=True)
    before = db.scalar(
        select(Application).where(
            Application.job_id == job.id, Application.person_id == actor.own_id
        )
    )
    if before is not None and before.stage is not Stage.WITHDRAWN:
        raise Rejected(_("You have applied for this job already."))
    standing = eligibility.of_job(db, actor.own_id, job.id)
    if not standing.eligible:
        raise Rejected(standing.refusal())
    answers = _answers(job, form)
    handed_on = passing_on.chosen(db, actor, form.references)
    stored = _cv(db, actor, job, form, cv)
    found = matching.matches(db, job.id, [actor.own_id])[actor.own_id]
    row = before or Application(job_id=job.id, person_id=actor.own_id)
    row.application_date, row.stage_at = database_now(), database_now()
    row.withdrawn_at = None
    row.department_id = _department(db, actor)
    row.cover_letter, row.answers = form.cover_letter, answers
    row.cv_id = None if stored is None else stored.id
    row.submitted_documents = [] if stored is None else [cvs.described(stored)]
    row.match = found.score or 0
    was = before.stage if before is not None else None
    row.stage = Stage.APPLIED
    db.add(row)
    db.flush()
    _hand_on(db, row.id, handed_on)
    emit(db, step(db, actor, job, row, ApplicationSent, before=was))
    return row


def _hand_on(db: Session, application_id: int, reference_ids: Sequence[int]) -> None:
    """Keep which references went with an application; those of an earlier, withdrawn try do not."""
    db.execute(
        delete(ApplicationReference).where(ApplicationReference.application_id == application_id),
        execution_options={"synchronize_session": False},
    )
    db.add_all(
        ApplicationReference(application_id=application_id, reference_id=each)
        for each in reference_ids
    )


def _department(db: Session, actor: Actor) -> int:
    found = db.scalar(
        select(Student.department_id).where(
            Student.user_id == actor.own_id, Student.deleted_at.is_(None)
        )
    )
    return found or 0


def _answers(job: Job, form: ApplyForJob) -> list[list[Any]]:
    """Return the answers as they are kept; raises Invalid, naming them `answers.<key>`."""
    known = {key for key, _text, _needed in job.questions}
    wrong = {f"answers.{key}": _("There is no such field.") for key in form.answers.keys() - known}
    given = {key: form.answers.get(key, "").strip() for key in known}
    wrong |= {
        f"answers.{key}": _("Please fill this in.")
        for key, _text, needed in job.questions
        if needed and not given[key]
    }
    if wrong:
        raise Invalid(wrong)
    return [[key, text, given[key]] for key, text, _needed in job.questions]


def _cv(
    db: Session, actor: Actor, job: Job, form: ApplyForJob, given: Taken | None
) -> StoredFile | None:
    if given is not None:
        return cvs.keep(db, actor, given)
    if form.cv_id is not None:
        return cvs.chosen(db, actor, form.cv_id)
    if job.cv_needed:
        raise Invalid({"file": _("Hand in your CV: choose a file, or one that you keep here.")})
    return None


def withdraw(db: Session, actor: Actor, application_id: int, form: Withdraw) -> Application:
    """Take an application back. Raises NotFound, Forbidden, Rejected when it is decided or withdrawn already."""
    row = policy.APPLICATION_OWN.get(db, actor, application_id, read=policy.APPLICATION_READ)
    job = db.get_one(Job, row.job_id, with_for_update=True)
    db.refresh(row, with_for_update=True)
    if row.stage not in WITHDRAWABLE:
        raise Rejected(_("This application is decided, so it cannot be withdrawn."))
    row.withdrawn_at = clock.now()
    references.withdraw_for(db, actor, SUBJECT, row.id)
    emit(db, step(db, actor, job, row, ApplicationWithdrawn, Stage.WITHDRAWN, text=form.note))
    return row
