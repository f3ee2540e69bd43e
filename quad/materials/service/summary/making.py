"""Making a summary in the worker: the built-in one at once, then a provider's where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.config import Settings
from quad.core.extracting.reading import Page
from quad.core.i18n import gettext as _
from quad.core.jobs.context import JobContext
from quad.materials.models.materials import Material, MaterialVersion
from quad.materials.models.summary import (
    LONGEST_PROBLEM,
    Extract,
    ExtractPage,
    Maker,
    Summary,
    SummaryState,
    SummaryUse,
)
from quad.materials.service.summary.builtin import MODEL, Digest, digest
from quad.materials.service.summary.provider import Provider, ProviderFailed, Written

JOB = "materials.summarise"
STEPS = 100
WRITING = 90

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Source:
    """What there is to summarise. `wanted` is False when the summary is there and nobody asked for another."""

    title: str
    pages: tuple[Page, ...]
    problem: str
    wanted: bool


def expect(db: Session, version_id: int, job_id: int) -> Summary:
    """Note that a summary is on its way, and which job brings it; one that is there stays."""
    row = db.scalar(select(Summary).where(Summary.version_id == version_id))
    if row is None:
        row = Summary(version_id=version_id)
        db.add(row)
    row.job_id = job_id
    db.flush()
    return row


def give_up(db: Session, version_id: int, problem: str) -> None:
    """Note that there will be no summary."""
    row = db.scalar(select(Summary).where(Summary.version_id == version_id).with_for_update())
    if row is not None:
        row.state, row.problem = SummaryState.NONE, problem[:LONGEST_PROBLEM]


def make(ctx: JobContext, version_id: int, *, again: bool = False) -> None:
    """Summarise a version whose text was read. `again` replaces what is there."""
    with ctx.reading() as db:
        source = _source(db, version_id, again=again)
        provider = _affordable(db, ctx.settings)
    if source is None or not source.wanted:
        return
    ctx.progress(WRITING, STEPS, _("Writing the summary"))
    made = digest(source.pages)
    if not made.points:
        problem = source.problem or _("There is too little text here for a summary.")
        ctx.run(partial(give_up, version_id=version_id, problem=problem))
        return
    written, note = None, ""
    if provider is not None:
        ctx.run(partial(_keep, version_id=version_id, made=made, ready=False))
        try:
            written = provider.write(source.title, source.pages, made.language)
        except ProviderFailed as error:
            log.warning("The provider wrote no summary", version=version_id, reason=str(error))
            note = _(
                "The model did not answer, so this summary is made of the document’s own sentences."
            )
    ctx.run(
        partial(
            _keep,
            version_id=version_id,
            made=made,
            written=written,
            problem=note or source.problem,
        )
    )


def _source(db: Session, version_id: int, *, again: bool) -> Source | None:
    row = db.execute(
        select(Material.title, Extract.problem, Summary.state)
        .select_from(MaterialVersion)
        .join(Material, Material.id == MaterialVersion.material_id)
        .join(Extract, Extract.version_id == MaterialVersion.id)
        .join(Summary, Summary.version_id == MaterialVersion.id)
        .where(MaterialVersion.id == version_id)
    ).first()
    if row is None:
        return None
    pages = db.execute(
        select(ExtractPage.number, ExtractPage.text)
        .where(ExtractPage.version_id == version_id)
        .order_by(ExtractPage.place)
    )
    return Source(
        row.title,
        tuple(Page(number, text) for number, text in pages),
        row.problem,
        again or row.state is SummaryState.WAITING,
    )


def this_month() -> date:
    """Return the first day of the month, by which use is counted."""
    return clock.today().replace(day=1)


def _affordable(db: Session, settings: Settings) -> Provider | None:
    """Return the provider, unless this month's tokens are used up."""
    provider = Provider.from_settings(settings)
    if provider is None or not settings.llm_month_tokens:
        return provider
    used = db.scalar(
        select(func.coalesce(func.sum(SummaryUse.asked + SummaryUse.answered), 0)).where(
            SummaryUse.month == this_month()
        )
    )
    return provider if int(used or 0) < settings.llm_month_tokens else None


def _keep(
    db: Session,
    version_id: int,
    made: Digest,
    written: Written | None = None,
    problem: str = "",
    ready: bool = True,
) -> None:
    """Write a summary down. The built-in one is shown while the provider still writes."""
    row = db.scalar(select(Summary).where(Summary.version_id == version_id).with_for_update())
    if row is None:
        return
    points: Sequence[Any] = written.points if written else made.points
    row.state = SummaryState.READY if ready else SummaryState.WAITING
    row.maker = Maker.PROVIDER if written else Maker.BUILTIN
    row.model = (written.model if written else MODEL)[:120]
    row.points = [[point.text, point.page] for point in points]
    row.questions = (
        [[one.question, one.answer, one.page] for one in written.questions] if written else []
    )
    row.terms = list(made.terms)
    row.language, row.minutes = made.language, made.minutes
    row.problem = problem[:LONGEST_PROBLEM]
    row.made_at, row.edited_at, row.editor_id = clock.now(), None, None
    if written:
        _count(db, written)


def _count(db: Session, written: Written) -> None:
    """Add what was used to the month; jobs of several workers may, so the row is held."""
    row = db.scalar(
        select(SummaryUse)
        .where(SummaryUse.month == this_month(), SummaryUse.model == written.model[:120])
        .with_for_update()
    )
    if row is None:
        row = SummaryUse(
            month=this_month(), model=written.model[:120], calls=0, asked=0, answered=0
        )
        db.add(row)
    row.calls += 1
    row.asked += written.asked
    row.answered += written.answered


def perform(ctx: JobContext) -> None:
    """Make the summary of the version in the payload anew."""
    make(ctx, int(ctx.payload["version_id"]), again=True)
    ctx.run(lambda db: None, last=True)
