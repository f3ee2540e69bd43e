"""Taking care of applications: move them along, with what was offered, and write notes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.careers import policy
from quad.careers.facts import ApplicationMoved, ApplicationNoted
from quad.careers.forms.applications import Move, Note
from quad.careers.kinds import yearly
from quad.careers.models.applications import MOVES, STAGES, Application, Stage
from quad.careers.models.jobs import Job
from quad.careers.service import rules
from quad.careers.service.story import step
from quad.core.errors import Invalid, QuadError, Rejected
from quad.core.facts import attempt, emit
from quad.core.i18n import gettext as _
from quad.core.jobs.runtime import local_today
from quad.core.policy import Actor
from quad.core.settings import value
from quad.identity.models.accounts import User
from quad.identity.policy import photo_for
from quad.institution.models import Programme

WITH_OFFER = frozenset({Stage.OFFERED, Stage.HIRED})
SHOWN = 500


def move(db: Session, actor: Actor, application_id: int, form: Move) -> Application:
    """Bring an application to another stage. Raises NotFound, Forbidden, Invalid, Rejected for a move not allowed."""
    row, job = _held(db, actor, application_id)
    _require_allowed(row.stage, form.stage)
    if form.offer is not None and form.stage not in WITH_OFFER:
        raise Invalid({"offer": _("A salary goes with an offer only.")})
    if form.stage in WITH_OFFER:
        _keep_offer(db, row, job, form.offer)
    emit(db, step(db, actor, job, row, ApplicationMoved, form.stage, text=form.note))
    return row


def _held(db: Session, actor: Actor, application_id: int) -> tuple[Application, Job]:
    """Load an application and its job for a change, the job first: applying and moving lock in the same order."""
    row = policy.APPLICATION_HANDLE.get(db, actor, application_id, read=policy.APPLICATION_READ)
    job = db.get_one(Job, row.job_id, with_for_update=True)
    db.refresh(row, with_for_update=True)
    return row, job


def _require_allowed(now: Stage, wanted: Stage) -> None:
    if wanted is now:
        raise Rejected(_("It is at this stage already."))
    if wanted in MOVES[now]:
        return
    after = [str(STAGES[stage][1]) for stage in MOVES[now]]
    if not after:
        raise Rejected(_("“%(stage)s” is the end: nothing comes after it.", stage=STAGES[now][1]))
    raise Rejected(
        _(
            "After “%(now)s” comes one of these: %(after)s.",
            now=str(STAGES[now][1]),
            after=", ".join(after),
        )
    )


def _keep_offer(db: Session, row: Application, job: Job, offer: Decimal | None) -> None:
    """Keep what was offered: the amount that was said, else what stood before, else nothing."""
    if offer is not None:
        row.offer = offer
        row.offer_yearly = yearly(offer, job.pay_period)
        row.offer_currency = job.currency or value(db, rules.CURRENCY)
    row.decided_year = local_today(db).year


def move_many(
    db: Session, actor: Actor, ids: Sequence[int], form: Move
) -> tuple[int, dict[int, str]]:
    """Move several; return how many moved, and for each of the others why not. Nothing of a refused one changes."""
    count, refused = 0, dict[int, str]()
    for each in sorted(set(ids)):
        try:
            with attempt(db):
                move(db, actor, each, form)
            count += 1
        except (Rejected, Invalid) as error:
            refused[each] = _sentence(error)
    return count, refused


def _sentence(error: QuadError) -> str:
    return "; ".join(error.fields.values()) if isinstance(error, Invalid) else str(error)


def note(db: Session, actor: Actor, application_id: int, form: Note) -> Application:
    """Write a word for those who take care of an application; the applicant does not see it.

    Raises NotFound, Forbidden.
    """
    row, job = _held(db, actor, application_id)
    emit(db, step(db, actor, job, row, ApplicationNoted, text=form.text, private=True))
    return row


def board(db: Session, actor: Actor, job_id: int) -> Sequence[Any]:
    """Return the applicants for a job by how well they fit, the first `SHOWN`."""
    return db.execute(
        select(
            Application.id,
            Application.person_id,
            Application.stage,
            Application.match,
            Application.applied_at,
            User.full_name.label("person"),
            photo_for(actor),
            Programme.name.label("programme"),
        )
        .join(User, User.id == Application.person_id)
        .outerjoin(Student, Student.user_id == Application.person_id)
        .outerjoin(Programme, Programme.id == Student.programme_id)
        .where(Application.job_id == job_id, policy.APPLICATION_HANDLE.where(actor, many=True))
        .order_by(Application.match.desc(), Application.id)
        .limit(SHOWN)
    ).all()


def stages_of(db: Session, job_id: int) -> dict[Stage, int]:
    """Return how many applications for a job are at each stage."""
    rows = db.execute(
        select(Application.stage, func.count(Application.id))
        .where(Application.job_id == job_id)
        .group_by(Application.stage)
    )
    found = dict.fromkeys(Stage, 0)
    found.update({row[0]: row[1] for row in rows})
    return found


def job_of(db: Session, actor: Actor, ids: Sequence[int]) -> int | None:
    """Return the job of the first of these applications that one takes care of."""
    return db.scalar(
        select(Application.job_id)
        .where(Application.id.in_(ids), policy.APPLICATION_HANDLE.where(actor))
        .limit(1)
    )
