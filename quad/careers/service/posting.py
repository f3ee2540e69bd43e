"""Writing jobs, and their way from a draft over the placement office to the board."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from quad.audience.models import AudienceTerm, Trait
from quad.audience.service.keeping import save as save_audience
from quad.careers import policy
from quad.careers.facts import (
    JobClosed,
    JobDeleted,
    JobEdited,
    JobOpened,
    JobSentBack,
    JobSubmitted,
    JobWritten,
)
from quad.careers.forms.jobs import (
    MOST_QUESTIONS,
    MOST_SKILLS,
    NEEDED,
    QUESTION_LENGTH,
    JobEdit,
    JobIn,
    SendBack,
)
from quad.careers.models.applications import Application, Stage
from quad.careers.models.jobs import Drive, Job, JobSkill, PostingState
from quad.careers.service import findable, rules, telling
from quad.core import clock
from quad.core.db.now import database_now
from quad.core.errors import EditedMeanwhile, Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext
from quad.core.jobs.runtime import local_moment, typed_moment
from quad.core.policy import Actor
from quad.core.settings import value
from quad.skills.service.finding import resolve

LATEST = timedelta(days=730)
# Filled from the form as they stand there.
PLAIN = (
    "title",
    "company",
    "kind",
    "about",
    "workplace",
    "location",
    "salary_min",
    "salary_max",
    "pay_period",
    "places",
    "starts_on",
    "cv_needed",
    "only_audience",
)


def write(db: Session, actor: Actor, form: JobIn) -> Job:
    """Write a job as a draft, which nobody else sees. Raises Forbidden, and Invalid with a sentence per field."""
    policy.POST.require(actor)
    job = Job(poster_id=actor.own_id, state=PostingState.DRAFT)
    skills = _fill(db, actor, job, form)
    db.add(job)
    db.flush()
    _keep_skills(db, job, skills)
    findable.index_job(db, job.id, new=True)
    emit(db, JobWritten(actor_id=actor.id, job_id=job.id, poster_id=job.poster_id))
    return job


def edit(db: Session, actor: Actor, job_id: int, form: JobEdit) -> Job:
    """Save a job. Raises NotFound, Forbidden, EditedMeanwhile, Rejected when it is closed, Invalid.

    What people applied for stays as they read it: of an open job with applications, questions cannot change.
    """
    job = policy.JOB_EDIT.get(db, actor, job_id, read=policy.JOB_READ, lock=True)
    if job.version != form.version:
        raise EditedMeanwhile
    if job.state is PostingState.CLOSED:
        raise Rejected(_("This job is closed. Open it again to change it."))
    if job.applications_count and asked(form.questions) != job.questions:
        raise Invalid(
            {"questions": _("People have answered these already. Leave them as they are.")}
        )
    skills = _fill(db, actor, job, form)
    db.flush()
    db.execute(delete(JobSkill).where(JobSkill.job_id == job.id))
    _keep_skills(db, job, skills)
    findable.index_job(db, job.id)
    emit(db, JobEdited(actor_id=actor.id, job_id=job.id, poster_id=job.poster_id))
    return job


def _fill(db: Session, actor: Actor, job: Job, form: JobIn) -> dict[int, bool]:
    """Put a form into a job; return its skills, each with whether it is required."""
    wrong = _wrong(db, form)
    if wrong:
        raise Invalid(wrong)
    for name in PLAIN:
        setattr(job, name, getattr(form, name))
    job.sort_title, job.company_key = form.title, form.company
    has_pay = form.salary_min is not None or form.salary_max is not None
    job.currency = (form.currency or value(db, rules.CURRENCY)) if has_pay else ""
    job.deadline = local_moment(db, form.deadline)
    job.questions = asked(form.questions)
    if form.drive_id != job.drive_id:
        job.drive_id = _drive(db, actor, form.drive_id)
    job.audience_id = save_audience(db, form, job.audience_id)
    required = resolve(db, form.required_skills, field="required_skills")
    nice = resolve(db, form.nice_skills, field="nice_skills")
    for name, found in (("required_skills", required), ("nice_skills", nice)):
        if len(found) > MOST_SKILLS:
            raise Invalid({name: _("Choose at most %(n)s skills.", n=MOST_SKILLS)})
    return dict.fromkeys(nice, False) | dict.fromkeys(required, True)


def _wrong(db: Session, form: JobIn) -> dict[str, str]:
    found = {}
    if (
        form.salary_min is not None
        and form.salary_max is not None
        and form.salary_max < form.salary_min
    ):
        found["salary_max"] = _("The highest salary is below the lowest one.")
    deadline = local_moment(db, form.deadline)
    if deadline <= clock.now():
        found["deadline"] = _("This moment has passed. Choose a later one.")
    elif deadline > clock.now() + LATEST:
        found["deadline"] = _("Choose a moment within two years.")
    questions = asked(form.questions)
    if len(questions) > MOST_QUESTIONS:
        found["questions"] = _("Ask at most %(n)s questions.", n=MOST_QUESTIONS)
    elif any(len(text) > QUESTION_LENGTH for _key, text, _needed in questions):
        found["questions"] = _("A question has at most %(n)s characters.", n=QUESTION_LENGTH)
    return found


def asked(lines: str) -> list[list[Any]]:
    """Return questions as they are kept: [key, question, required], one of each line."""
    found: list[list[Any]] = []
    for line in lines.splitlines():
        text = " ".join(line.split())
        needed = text.endswith(NEEDED)
        text = text.removesuffix(NEEDED).strip()
        if text:
            found.append([f"q{len(found) + 1}", text, needed])
    return found


def as_lines(questions: Iterable[Iterable[Any]]) -> str:
    """Return kept questions as one writes them."""
    return "\n".join(f"{text}{' ' + NEEDED if needed else ''}" for _key, text, needed in questions)


def _drive(db: Session, actor: Actor, drive_id: int | None) -> int | None:
    """Only the placement office puts a job into a drive, or takes it out."""
    if not policy.RUN_DRIVES.may(actor):
        raise Invalid({"drive_id": _("The placement office chooses the drive.")})
    if drive_id is None:
        return None
    there = select(Drive.id).where(Drive.id == drive_id, Drive.deleted_at.is_(None))
    if db.scalar(there) is None:
        raise Invalid({"drive_id": _("Choose a drive from the list.")})
    return drive_id


def _keep_skills(db: Session, job: Job, skills: dict[int, bool]) -> None:
    if skills:
        rows = [
            {"job_id": job.id, "skill_id": skill_id, "required": required}
            for skill_id, required in skills.items()
        ]
        db.execute(insert(JobSkill), rows)


def submit(db: Session, actor: Actor, job_id: int) -> Job:
    """Send a draft in: it opens, or waits for the placement office where the settings say so.

    Raises NotFound, Forbidden, Rejected when it is no draft, or its deadline has passed.
    """
    job = policy.JOB_EDIT.get(db, actor, job_id, read=policy.JOB_READ, lock=True)
    if job.state is not PostingState.DRAFT:
        raise Rejected(_("This job is no draft any more."))
    _require_time(job)
    if needs_approval(db, actor):
        job.state, job.sent_back = PostingState.WAITING, ""
        emit(db, JobSubmitted(actor_id=actor.id, job_id=job.id, poster_id=job.poster_id))
    else:
        _open(db, actor, job)
    return job


def needs_approval(db: Session, actor: Actor) -> bool:
    """Tell whether the placement office looks at this person's jobs before they open."""
    if actor.has(*policy.OFFICE):
        return False
    whose = value(db, rules.APPROVAL)
    return whose == rules.EVERYBODY or (whose == rules.ALUMNI and not actor.has("hod", "faculty"))


def _require_time(job: Job) -> None:
    if job.deadline <= clock.now():
        raise Rejected(_("The deadline has passed. Choose a later one first."))


def _open(db: Session, actor: Actor, job: Job) -> None:
    job.state, job.listed_at = PostingState.OPEN, clock.now()
    job.sent_back = ""
    emit(db, JobOpened(actor_id=actor.id, job_id=job.id, poster_id=job.poster_id))
    telling.promise(db, job)


def approve(db: Session, actor: Actor, job_id: int) -> Job:
    """Let a waiting job open. Raises NotFound, Forbidden, Rejected."""
    job = _waiting(db, actor, job_id)
    _require_time(job)
    job.approved_by = actor.id
    _open(db, actor, job)
    return job


def send_back(db: Session, actor: Actor, job_id: int, form: SendBack) -> Job:
    """Make a waiting job a draft again, with the reason. Raises NotFound, Forbidden, Rejected."""
    job = _waiting(db, actor, job_id)
    job.state, job.sent_back = PostingState.DRAFT, form.reason
    emit(db, JobSentBack(actor_id=actor.id, job_id=job.id, poster_id=job.poster_id))
    return job


def _waiting(db: Session, actor: Actor, job_id: int) -> Job:
    """Load a waiting job for the placement office; one that is decided already is a rule, not a right."""
    policy.RUN_DRIVES.require(actor)
    job = policy.JOB_READ.get(db, actor, job_id, lock=True)
    if job.state is not PostingState.WAITING:
        raise Rejected(_("This job does not wait for approval any more."))
    return job


def close(db: Session, actor: Actor, job_id: int) -> Job:
    """Let nobody apply any more; who has applied stays. Raises NotFound, Forbidden, Rejected."""
    job = policy.JOB_EDIT.get(db, actor, job_id, read=policy.JOB_READ, lock=True)
    if job.state is not PostingState.OPEN:
        raise Rejected(_("Only an open job can be closed."))
    job.state = PostingState.CLOSED
    emit(db, JobClosed(actor_id=actor.id, job_id=job.id, poster_id=job.poster_id))
    return job


def reopen(db: Session, actor: Actor, job_id: int) -> Job:
    """Make one’s own closed job a draft again, to be changed and sent in once more.

    Raises NotFound, Forbidden, Rejected.
    """
    job = policy.JOB_POSTED.get(db, actor, job_id, read=policy.JOB_READ, lock=True)
    if job.state is not PostingState.CLOSED:
        raise Rejected(_("This job is not closed."))
    job.state = PostingState.DRAFT
    emit(db, JobEdited(actor_id=actor.id, job_id=job.id, poster_id=job.poster_id))
    return job


def remove(db: Session, actor: Actor, job_id: int) -> None:
    """Delete one's own job; applications for it stay with those who applied. Raises NotFound, Forbidden, Rejected.

    A job for which somebody holds an offer or was hired is evidence of that and stays.
    """
    job = policy.JOB_POSTED.get(db, actor, job_id, read=policy.JOB_READ, lock=True)
    if db.scalar(select(Application.id).where(*_offered(job.id)).limit(1)) is not None:
        raise Rejected(_("Somebody has an offer for this job. Close it instead."))
    job.deleted_at = clock.now()
    emit(db, JobDeleted(actor_id=actor.id, job_id=job.id, poster_id=job.poster_id))


def _offered(job_id: int) -> tuple[Any, ...]:
    return Application.job_id == job_id, Application.stage.in_((Stage.OFFERED, Stage.HIRED))


def local_text(db: Session, moment: datetime) -> str:
    """Return a moment as a date-and-time box holds it, in the institution's zone."""
    return typed_moment(db, moment)


def department_reason(db: Session, department_id: int) -> str | None:
    """Say why a department cannot go: open jobs are meant for it. None when there are none."""
    count = db.scalar(
        select(func.count(Job.id))
        .join(AudienceTerm, AudienceTerm.audience_id == Job.audience_id)
        .where(
            Job.state.in_((PostingState.WAITING, PostingState.OPEN)),
            Job.deleted_at.is_(None),
            AudienceTerm.kind == Trait.DEPARTMENT,
            AudienceTerm.value == department_id,
        )
    )
    if not count:
        return None
    return ngettext("%(num)s job is meant for it.", "%(num)s jobs are meant for it.", count)


def close_overdue(db: Session, limit: int = 50) -> int:
    """Close open jobs whose deadline has passed, at most `limit`; return how many. For the worker."""
    jobs = db.scalars(
        select(Job)
        .where(
            Job.state == PostingState.OPEN, Job.deadline < database_now(), Job.deleted_at.is_(None)
        )
        .order_by(Job.deadline, Job.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for job in jobs:
        job.state = PostingState.CLOSED
        emit(db, JobClosed(actor_id=None, job_id=job.id, poster_id=job.poster_id))
    return len(jobs)
