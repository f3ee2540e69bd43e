"""Work for the worker: numbers anew when a rule has changed, large promotions, documents for many, and reminders."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from quad.academics.models.documents import DocumentBatch
from quad.academics.models.people import Student
from quad.academics.models.promotion import Promotion, PromotionState
from quad.academics.policy.documents import DOCUMENT_ISSUE_MANY
from quad.academics.service import (
    attendance_totals,
    attendance_warnings,
    document_batches,
    graded,
    rollups,
)
from quad.academics.service.promotion import applying, telling
from quad.academics.service.reevaluation import reminding
from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.errors import QuadError
from quad.core.files import Files
from quad.core.i18n import Reader, reading_as
from quad.core.i18n import gettext as _
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import job, periodic
from quad.core.jobs.models import Job, JobState

PIECE = rollups.BULK
LEASE = timedelta(minutes=10)
PROBLEM = 500


@job(graded.REBUILD_JOB)
def rebuild(ctx: JobContext) -> None:
    """Make the derived numbers anew for everybody a changed rule touches; a unit per 1,000 students.

    The payload names the rule: a grading scheme, a programme or a term (`graded.touched_by`).
    """
    which = graded.touched_by(ctx.payload)
    after, count = 0, 0
    with ctx.reading() as db:
        total = graded.count(db, which)
    ctx.progress(0, total)
    while ids := ctx.run(partial(_rebuild_some, which, after)):
        after, count = ids[-1], count + len(ids)
        ctx.progress(count, max(total, count))
    ctx.run(lambda db: None, last=True)


def _rebuild_some(which: ColumnElement[bool], after: int, db: Session) -> list[int]:
    wanted = select(Student.id).where(which, Student.id > after).order_by(Student.id).limit(PIECE)
    ids = list(db.scalars(wanted))
    rollups.rebuild_rollups(db, ids)
    return ids


def _gave_up(db: Session, row: Job) -> None:
    """Bring the preview back when the worker gave up, so that nobody waits for it."""
    if row.state is JobState.DEAD:
        sentence = _("It stopped because of a fault. Nobody was moved. Try again, or ask for help.")
        _back_to_preview(row.payload["promotion_id"], sentence, db)


@job(applying.APPLY_JOB, attempts=3, lease=LEASE, after_failure=_gave_up)
def apply_promotion(ctx: JobContext) -> None:
    """Apply a large promotion in one transaction; a rule that says no brings the preview back with its sentence."""
    promotion_id: int = ctx.payload["promotion_id"]
    with ctx.reading() as db:
        total = db.scalar(select(Promotion.students).where(Promotion.id == promotion_id)) or 0
    ctx.progress(0, total)
    try:
        ctx.run(partial(_apply, promotion_id, ctx.payload["by"]))
    except QuadError as error:
        ctx.run(partial(_back_to_preview, promotion_id, str(error)))
    ctx.progress(total, total)


def _apply(promotion_id: int, user_id: int, db: Session) -> None:
    actor = actor_by_id(db, user_id)
    run = db.scalar(select(Promotion).where(Promotion.id == promotion_id).with_for_update())
    if run is not None and run.state is PromotionState.APPLYING:
        applying.perform(db, actor, run)


def _back_to_preview(promotion_id: int, sentence: str, db: Session) -> None:
    run = db.scalar(select(Promotion).where(Promotion.id == promotion_id).with_for_update())
    if run is not None and run.state is PromotionState.APPLYING:
        run.state, run.problem = PromotionState.PREVIEWED, sentence[:PROBLEM]


@job(applying.TELL_JOB)
def tell_promotion(ctx: JobContext) -> None:
    """Tell everybody of a promotion what became of them, a few hundred in each unit."""
    promotion_id: int = ctx.payload["promotion_id"]
    undone = bool(ctx.payload.get("undone"))
    tell = partial(telling.tell_some, promotion_id=promotion_id, undone=undone)
    while ctx.run(tell):
        continue


@job(attendance_totals.WARN_JOB)
def warn_of_attendance(ctx: JobContext) -> None:
    """Tell the students of one offering whose attendance fell short, and their advisors."""
    tell = partial(attendance_warnings.tell_some, offering_id=int(ctx.payload["offering"]))
    while ctx.run(tell):
        continue
    ctx.run(lambda db: None, last=True)


@periodic("academics.attendance", daily_at="17:30")
def warn_of_all_attendance(ctx: JobContext) -> None:
    """Tell whoever became short without a register being taken: by a changed limit, or by an import."""
    while ctx.run(attendance_warnings.tell_some):
        continue
    ctx.run(lambda db: None, last=True)


@job(attendance_totals.REBUILD_JOB)
def measure_attendance(ctx: JobContext) -> None:
    """Work out the attendance of the running term anew; a unit per 1,000 enrolments."""
    after = 0
    while ids := ctx.run(partial(_measure_some, after)):
        after = ids[-1]
    ctx.run(lambda db: None, last=True)


def _measure_some(after: int, db: Session) -> list[int]:
    ids = attendance_totals.current(db, after, PIECE)
    attendance_totals.rebuild(db, ids)
    return ids


@job(document_batches.BATCH_JOB, attempts=20)
def issue_documents(ctx: JobContext) -> None:
    """Make the documents of a batch a few at a time, then one ZIP of all; goes on where it was stopped."""
    number = int(ctx.payload["batch"])
    with ctx.reading() as db:
        batch = document_batches.unfinished(db, number)
        todo = document_batches.pending(db, batch) if batch is not None else []
    if batch is None:
        ctx.run(lambda db: None, last=True)
        return
    reader = Reader(batch.language, ctx.settings.time_zone)
    files = Files.from_settings(ctx.settings)
    with reading_as(reader):
        done = batch.total - len(todo)
        ctx.progress(done, batch.total)
        for start in range(0, len(todo), document_batches.PIECE):
            piece = todo[start : start + document_batches.PIECE]
            _issue_some(ctx, batch, piece)
            done += len(piece)
            ctx.progress(done, batch.total)
        ctx.keep()
        with ctx.reading() as db, document_batches.zipped(db, number, files) as content:
            kept = files.keep(content)
    ctx.run(lambda db: document_batches.close(db, number, kept), last=True)


def _issue_some(ctx: JobContext, batch: DocumentBatch, student_ids: list[int]) -> None:
    """Read and set outside of any writing transaction; only numbers and files are written in one."""
    with ctx.reading() as db:
        actor = actor_by_id(db, batch.owner_id)
        DOCUMENT_ISSUE_MANY.require(actor)
        written = document_batches.write_some(db, actor, batch, student_ids)
    ctx.run(lambda db: document_batches.reserve_some(db, batch.id, student_ids, written))
    with ctx.reading() as db:
        pressed = document_batches.press_some(db, batch.id, written)
    ctx.run(lambda db: document_batches.finish_some(db, batch.id, batch.owner_id, pressed))


@periodic("academics.documents.tidy", daily_at="03:50")
def forget_archives(ctx: JobContext) -> None:
    ctx.run(document_batches.purge, last=True)


@periodic("academics.reevaluation.remind", daily_at="07:00")
def remind_of_reevaluations(ctx: JobContext) -> None:
    """Remind who has a request that is due; a unit for each."""
    today = clock.today(ctx.settings.time_zone)
    with ctx.reading() as db:
        due = reminding.due_ids(db, today)
    for reevaluation_id in due:
        ctx.run(partial(reminding.remind, reevaluation_id=reevaluation_id, today=today))
