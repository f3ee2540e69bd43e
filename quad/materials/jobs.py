"""Work for the worker: documents become readable in the page; what is old goes."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from quad.core import isolated
from quad.core.config import Settings
from quad.core.files import Files
from quad.core.jobs.context import JobContext
from quad.core.jobs.kinds import job, periodic
from quad.materials.service import checking, previews, purging, telling, uploads
from quad.materials.service.summary import making
from quad.materials.service.summary.provider import TRIES


def _patience(settings: Settings) -> timedelta:
    """Longer than a scanner, a reader or a model with its tries may be silent."""
    silent = max(settings.antivirus_timeout, isolated.PATIENCE, settings.llm_timeout * (1 + TRIES))
    return timedelta(seconds=silent + 60)


@job(checking.JOB, lease=_patience)
def read(ctx: JobContext) -> None:
    """Look for viruses in a file, read its text, make it findable and sum it up."""
    checking.perform(ctx)


@job(making.JOB, attempts=3, lease=_patience)
def summarise(ctx: JobContext) -> None:
    """Make a summary anew."""
    making.perform(ctx)


@job(previews.JOB)
def preview(ctx: JobContext) -> None:
    """Make the preview of a Word document."""
    previews.make(ctx)


@periodic("materials.purge", daily_at="03:50")
def purge(ctx: JobContext) -> None:
    """Take deleted materials away whose days are over, a few a unit; the sweep of the files comes after it."""
    while ctx.run(purging.purge_some):
        pass
    while ctx.run(purging.purge_sections):
        pass
    ctx.run(lambda db: None, last=True)


@periodic("materials.uploads", every=timedelta(minutes=30))
def sweep_uploads(ctx: JobContext) -> None:
    """Forget uploads that nobody came back for."""
    files = Files.from_settings(ctx.settings)
    while ctx.run(partial(uploads.sweep, files=files)):
        pass
    ctx.run(lambda db: None, last=True)


@periodic("materials.tell", every=timedelta(minutes=15))
def tell(ctx: JobContext) -> None:
    """Tell students of new materials, one course a unit."""
    with ctx.reading() as db:
        courses = telling.due(db)
    for course_id in courses:
        ctx.run(partial(telling.tell, course_id=course_id))
    ctx.run(lambda db: None, last=True)
