"""Writing a large export in the worker, under the rights its owner holds at that moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any, cast
from urllib.parse import parse_qs

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.errors import NotFound, QuadError, Rejected
from quad.core.export import made, tables
from quad.core.export.models import Export, ExportAsked, ExportReady
from quad.core.export.writing import FORMATS, Written, file_name, write, write_table
from quad.core.facts import emit
from quad.core.files import Files, StoredFile
from quad.core.i18n import Reader, reading_as
from quad.core.i18n import gettext as _
from quad.core.jobs.context import GiveUp, JobContext
from quad.core.jobs.kinds import job, periodic
from quad.core.jobs.outbox import enqueue
from quad.core.listing import query
from quad.core.listing.arguments import ask
from quad.core.listing.declaration import LISTINGS, Listing
from quad.core.policy import Actor

KIND = "export.list"
KEPT = timedelta(days=7)
LONGEST_QUESTION = 2000
TOLD_EVERY = 5000

Make = Callable[[JobContext, Session, Actor, Export], tuple[str, Written]]


def ask_for_export(
    db: Session,
    actor: Actor,
    listing: Listing[Any],
    kind: str,
    question: str,
    fixed: dict[str, str],
) -> Export:
    """Promise a file of a list.

    Raises SignedOut or Forbidden (by the list's permission), QuadError for a question or format not understood.
    """
    query.require(listing, actor)
    listing.require_export(actor)
    if kind not in FORMATS:
        raise QuadError(_("A list can be had as csv or xlsx."))
    if len(question) > LONGEST_QUESTION or actor.id is None:
        raise Rejected(_("This question is too long for a file. Use fewer filters."))
    ask(listing, parse_qs(question), fixed=fixed)
    row = Export(
        owner_id=actor.id, list_name=listing.name, kind=kind, question=question, fixed=fixed
    )
    db.add(row)
    db.flush()
    row.job_id = enqueue(db, KIND, {"export": row.id})
    emit(db, ExportAsked(actor_id=actor.id, export_id=row.id))
    return row


@job(KIND, attempts=3)
def write_export(ctx: JobContext) -> None:
    """Write a list's file in one reading transaction, keep it, and say so."""
    _write(ctx, _list_file)


@job(tables.KIND, attempts=3)
def write_table_export(ctx: JobContext) -> None:
    """Write a whole table's file in one reading transaction, keep it, and say so."""
    _write(ctx, _table_file)


@job(made.KIND, attempts=3)
def write_made_export(ctx: JobContext) -> None:
    """Write the file of what a domain puts together in one reading transaction, keep it, and say so."""
    _write(ctx, _made_file)


def _write(ctx: JobContext, make: Make) -> None:
    with ctx.reading() as db:
        row = db.get(Export, ctx.payload["export"])
        if row is None or row.file_id is not None:
            return
        try:
            actor = actor_by_id(db, row.owner_id)
            usual = ctx.settings
            reader = Reader(actor.language or usual.language, actor.zone or usual.time_zone)
            with reading_as(reader):
                name, written = make(ctx, db, actor, row)
        except QuadError as error:
            raise GiveUp(str(error)) from error
    files = Files.from_settings(ctx.settings)
    with written.file, ctx.unit(last=True) as db:
        kept = cast(Export, db.get(Export, row.id))
        stored = files.put(
            db, written.file, name=name, media_type=FORMATS[row.kind], owner_id=row.owner_id
        )
        kept.file_id, kept.rows, kept.finished_at = stored.id, written.rows, clock.now()
        emit(db, ExportReady(actor_id=row.owner_id, export_id=row.id))


def _list_file(ctx: JobContext, db: Session, actor: Actor, row: Export) -> tuple[str, Written]:
    listing = LISTINGS.get(row.list_name)
    if listing is None:
        raise GiveUp(f"There is no list {row.list_name} any more.")
    query.require(listing, actor)
    listing.require_export(actor)
    listing = listing.seen_by(actor)
    asked = ask(listing, parse_qs(row.question), fixed=row.fixed)
    total = query.totals(db, listing, actor, [asked])[0].count
    rows = _told(ctx, query.every_row(db, listing, actor, asked), total)
    return file_name(listing, row.kind), write(listing, rows, row.kind, asked.columns)


def _table_file(ctx: JobContext, db: Session, actor: Actor, row: Export) -> tuple[str, Written]:
    table = tables.table_of(row.list_name)
    table.require(actor)
    total = tables.count(db, table, actor)
    rows = _told(ctx, tables.rows(db, table, actor), total)
    return tables.file_name(table, row.kind), write_table(table.heads(), rows, row.kind)


def _made_file(ctx: JobContext, db: Session, actor: Actor, row: Export) -> tuple[str, Written]:
    found = made.maker_of(row.list_name).make(db, actor, row.question, row.kind)
    rows = _told(ctx, found.rows, found.total)
    return found.file_name, write_table(found.heads, rows, row.kind)


def _told(ctx: JobContext, rows: Iterable[Any], total: int) -> Iterator[Any]:
    """Pass the rows on and show the progress; that also keeps the job ours."""
    for number, row in enumerate(rows, start=1):
        if number % TOLD_EVERY == 0:
            ctx.progress(number, max(total, number))
        yield row


def export_file(db: Session, row: Export) -> StoredFile:
    """Return the finished file. Raises NotFound before that and after its week."""
    found = db.get(StoredFile, row.file_id) if row.file_id is not None else None
    if found is None:
        raise NotFound(_("This file is not there (any more). Export the list again."))
    return found


@periodic("export.tidy", daily_at="03:10")
def tidy(ctx: JobContext) -> None:
    """Forget exports after a week; the sweep of the files frees their content."""
    with ctx.unit(last=True) as db:
        old = db.execute(
            select(Export.id, Export.file_id).where(Export.created_at < clock.now() - KEPT)
        ).all()
        db.execute(delete(Export).where(Export.id.in_([row.id for row in old])))
        db.execute(
            delete(StoredFile).where(StoredFile.id.in_([row.file_id for row in old if row.file_id]))
        )
