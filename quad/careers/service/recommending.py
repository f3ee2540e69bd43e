"""References for one application: asked for by the applicant, read by who posted the job alone."""

from __future__ import annotations

from sqlalchemy.orm import Session

from quad.alumni.forms.giving import AskReference
from quad.alumni.models.references import PURPOSE_LENGTH, Delivery, Reference
from quad.alumni.service import passing_on, references
from quad.careers import policy
from quad.careers.forms.applications import AskForApplication
from quad.careers.models.applications import SUBJECT, WITHDRAWABLE, Application
from quad.careers.models.jobs import Job
from quad.core.errors import Rejected
from quad.core.i18n import gettext as _
from quad.core.policy import Actor


def ask(db: Session, actor: Actor, application_id: int, form: AskForApplication) -> Reference:
    """Ask somebody to write about one for one's own application; whoever writes gives it to the poster of the job.

    Raises NotFound, Forbidden, Invalid, Rejected when the application is decided or enough people are asked.
    """
    row = undecided(db, actor, application_id, lock=True)
    if passing_on.asked_towards(db, SUBJECT, row.id) >= passing_on.MOST:
        raise Rejected(_("You asked %(n)s people for this already.", n=passing_on.MOST))
    job = db.get_one(Job, row.job_id)
    wanted = AskReference(
        writer_id=form.writer_id,
        purpose=f"{job.title}, {job.company}"[:PURPOSE_LENGTH],
        message=form.message,
        delivery=Delivery.CONFIDENTIAL,
        due_on=form.due_on,
    )
    return references.ask(db, actor, wanted, subject_type=SUBJECT, subject_id=row.id)


def undecided(db: Session, actor: Actor, application_id: int, *, lock: bool = False) -> Application:
    """Return one's own application while it is not decided. Raises NotFound, Forbidden, Rejected."""
    row = policy.APPLICATION_OWN.get(
        db, actor, application_id, read=policy.APPLICATION_READ, lock=lock
    )
    if row.stage not in WITHDRAWABLE:
        raise Rejected(_("This application is decided, so a reference would come too late."))
    return row
