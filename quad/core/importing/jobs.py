"""Imports too large for one request: read and applied by the worker, with progress."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import QuadError
from quad.core.files import Files, StoredFile
from quad.core.i18n import gettext as _
from quad.core.importing import pipeline
from quad.core.importing.models import UNFINISHED, Import, ImportState
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import job, periodic
from quad.core.jobs.models import Job, JobState
from quad.core.jobs.outbox import enqueue
from quad.core.policy import Actor, Grant

KEEP_ROWS = timedelta(days=7)
LEASE = timedelta(minutes=10)


def read_later(db: Session, actor: Actor, batch: Import) -> None:
    """Let the worker read and check the file of `batch`."""
    batch.job_id = enqueue(
        db,
        "import.read",
        {"import_id": batch.id, "actor": _packed(actor)},
        key=f"import/{batch.id}/read",
    )


def apply_later(db: Session, actor: Actor, batch: Import, *, skip_bad: bool) -> None:
    """Let the worker apply `batch`. Asking twice is harmless."""
    batch.state = ImportState.APPLYING
    batch.skip_bad = skip_bad
    batch.problem = ""
    payload = {"import_id": batch.id, "actor": _packed(actor), "skip_bad": skip_bad}
    batch.job_id = enqueue(db, "import.apply", payload)


def _packed(actor: Actor) -> dict[str, Any]:
    return {"id": actor.id, "name": actor.name, "grants": [asdict(grant) for grant in actor.grants]}


def _actor(packed: dict[str, Any]) -> Actor:
    """Act with the grants held when the import was asked for, moments ago."""
    grants = tuple(Grant(**grant) for grant in packed["grants"])
    return Actor(id=packed["id"], name=packed["name"], grants=grants, via="system")


def _gave_up(db: Session, row: Job) -> None:
    """Say on the batch that the worker gave up, so that nobody waits for it."""
    if row.state is not JobState.DEAD:
        return
    sentence = _(
        "The import stopped because of a fault. Nothing was written. Try again, or ask for help."
    )
    state = ImportState.REFUSED if row.kind == "import.read" else ImportState.PREVIEWED
    db.execute(
        update(Import)
        .where(Import.id == row.payload["import_id"], Import.state.in_(UNFINISHED))
        .values(state=state, problem=sentence)
    )


@job("import.read", attempts=3, lease=LEASE, after_failure=_gave_up)
def read(ctx: JobContext) -> None:
    """Read and check an uploaded file, going on where an interrupted run stopped."""
    import_id: int = ctx.payload["import_id"]
    with ctx.reading() as db:
        batch = db.get_one(Import, import_id)
        file = db.get_one(StoredFile, batch.file_id)
        if batch.state is not ImportState.STAGING:
            return
    files = Files.from_settings(ctx.settings)
    actor = _actor(ctx.payload["actor"])
    run = partial(ctx.run, tries=pipeline.PATIENT)
    pipeline.read_file(run, files, actor, import_id, file.sha256, ctx.progress)


@job("import.apply", attempts=3, lease=LEASE, after_failure=_gave_up)
def apply(ctx: JobContext) -> None:
    """Write a batch in one transaction; a rule that says no brings the preview back with its sentence."""
    import_id: int = ctx.payload["import_id"]
    actor = _actor(ctx.payload["actor"])
    skip_bad: bool = ctx.payload["skip_bad"]
    try:
        ctx.run(partial(_apply, actor, import_id, skip_bad), tries=pipeline.PATIENT)
    except QuadError as error:
        ctx.run(partial(_say, import_id, str(error)))


def _apply(actor: Actor, import_id: int, skip_bad: bool, db: Session) -> None:
    pipeline.apply(db, actor, import_id, skip_bad=skip_bad)


def _say(import_id: int, sentence: str, db: Session) -> None:
    batch = db.get_one(Import, import_id)
    if batch.state is ImportState.APPLYING:
        batch.state = ImportState.PREVIEWED
        batch.problem = sentence


@periodic("import.clear", daily_at="03:40")
def clear(ctx: JobContext) -> None:
    """Delete the staged rows of old batches, and give up those nobody went on with."""
    with ctx.reading() as db:
        old = db.scalars(
            select(Import.id).where(Import.updated_at < clock.now() - KEEP_ROWS, Import.rows_kept)
        ).all()
    for import_id in old:
        ctx.run(partial(_clear, import_id))


def _clear(import_id: int, db: Session) -> None:
    batch = db.get_one(Import, import_id)
    if batch.state in UNFINISHED:
        batch.state = ImportState.CANCELLED
        batch.finished_at = clock.now()
    pipeline.forget_rows(db, batch)


@periodic("files.sweep", daily_at="04:10")
def sweep_files(ctx: JobContext) -> None:
    """Delete content that nothing refers to any more."""
    with ctx.reading() as db:
        Files.from_settings(ctx.settings).sweep(db)
