"""What teachers do with a summary: write it in other words, hide it, show it again, have it made anew."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import EditedMeanwhile, NotFound, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.jobs.models import UNFINISHED, Job
from quad.core.jobs.outbox import enqueue
from quad.core.policy import Actor
from quad.materials import policy
from quad.materials.facts import (
    SummaryAsked,
    SummaryChanged,
    SummaryFact,
    SummaryHidden,
    SummaryShown,
)
from quad.materials.forms import SummaryForm
from quad.materials.models.materials import Material, MaterialVersion, VersionState
from quad.materials.models.summary import Extract, Maker, Summary, SummaryState
from quad.materials.service.summary import making


def _kept(db: Session, actor: Actor, material_id: int) -> tuple[Material, Summary]:
    """Return a material one keeps, and the summary of what it shows now, both held. Raises NotFound, Forbidden."""
    material = policy.MANAGE.get(db, actor, material_id, read=policy.READ, lock=True)
    row = db.scalar(
        select(Summary)
        .join(MaterialVersion, MaterialVersion.id == Summary.version_id)
        .where(MaterialVersion.material_id == material_id, MaterialVersion.current == 1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound(_("There is no summary of this material."))
    return material, row


def edit(db: Session, actor: Actor, material_id: int, form: SummaryForm) -> Summary:
    """Write a summary in other words; sentences that stay keep their page.

    Raises NotFound, Forbidden, EditedMeanwhile, Rejected while the first one is on its way.
    """
    material, row = _kept(db, actor, material_id)
    if form.version is not None and form.version != row.version:
        raise EditedMeanwhile
    if row.state is SummaryState.WAITING:
        raise Rejected(_("The summary is still being made. Change it when it is there."))
    pages = dict(row.points)
    lines = [line for line in (" ".join(line.split()) for line in form.text.splitlines()) if line]
    row.points = [[line, pages.get(line)] for line in lines]
    row.state, row.maker, row.problem = SummaryState.READY, Maker.PERSON, ""
    row.edited_at, row.editor_id = clock.now(), actor.id
    db.flush()
    emit(db, _fact(SummaryChanged, actor, material, row))
    return row


def hide(db: Session, actor: Actor, material_id: int, *, hidden: bool) -> Summary:
    """Let only those who teach see a summary, or everybody again. Raises NotFound, Forbidden."""
    material, row = _kept(db, actor, material_id)
    if row.hidden != hidden:
        row.hidden = hidden
        db.flush()
        emit(db, _fact(SummaryHidden if hidden else SummaryShown, actor, material, row))
    return row


def ask_again(db: Session, actor: Actor, material_id: int) -> Summary:
    """Have a summary made anew; what somebody wrote is replaced.

    Raises NotFound, Forbidden, Rejected when there is no text, or one is on its way.
    """
    material, row = _kept(db, actor, material_id)
    if _under_way(db, row):
        raise Rejected(_("The summary is being made already."))
    state = db.scalar(select(MaterialVersion.state).where(MaterialVersion.id == row.version_id))
    known = db.scalar(select(Extract.id).where(Extract.version_id == row.version_id))
    if state is not VersionState.CLEAN:
        raise Rejected(_("This file did not pass the check."))
    if known is None:
        raise Rejected(_("The text of this material was not read yet."))
    row.state = SummaryState.WAITING
    row.job_id = enqueue(db, making.JOB, {"version_id": row.version_id})
    db.flush()
    emit(db, _fact(SummaryAsked, actor, material, row))
    return row


def _under_way(db: Session, row: Summary) -> bool:
    if row.state is not SummaryState.WAITING or row.job_id is None:
        return False
    job = select(Job.id).where(Job.id == row.job_id, Job.state.in_(UNFINISHED))
    return db.scalar(job) is not None


def _fact(kind: type[SummaryFact], actor: Actor, material: Material, row: Summary) -> SummaryFact:
    return kind(
        actor_id=actor.id,
        material_id=material.id,
        course_id=material.course_id,
        offering_id=material.offering_id,
        version_id=row.version_id,
    )
