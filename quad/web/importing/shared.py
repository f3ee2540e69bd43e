"""What both doors of imports do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from flask import Response

from quad.core.errors import Forbidden, NotFound, SignedOut
from quad.core.files import Files, StoredFile
from quad.core.i18n import gettext as _
from quad.core.importing import jobs, pipeline
from quad.core.importing.columns import MissingColumns
from quad.core.importing.declare import Importer
from quad.core.importing.errors_file import errors_csv
from quad.core.importing.mapping import remember
from quad.core.importing.models import UNFINISHED, Import, ImportState
from quad.core.importing.staging import stage
from quad.core.uploads import TABLES, inspect_upload
from quad.web.kit import current_actor, current_db
from quad.web.site import runtime

# What one request reads and writes by itself; larger files go to the worker, with a progress bar.
AT_ONCE = 256 * 1024
ROWS_AT_ONCE = 2_000
RECENT = 20


def files() -> Files:
    """Return the content store of this installation."""
    return Files.from_settings(runtime().settings)


def offered() -> tuple[list[Importer[Any, Any]], Sequence[Import]]:
    """Return the kinds of import the reader may use, and the latest imports the reader may see.

    Raises Forbidden (SignedOut) for whoever has neither.
    """
    db, actor = current_db(), current_actor()
    kinds = [item for item in Importer.registry.values() if item.permission.may(actor)]
    recent = db.scalars(pipeline.READ.visible(actor).order_by(Import.id.desc()).limit(RECENT)).all()
    if not kinds and not recent:
        raise Forbidden if actor.signed_in else SignedOut
    return sorted(kinds, key=lambda item: str(item.label)), recent


def permitted(kind: str) -> Importer[Any, Any]:
    """Return a kind of import the reader may use. Raises NotFound and Forbidden."""
    importer = pipeline.importer_of(kind)
    importer.permission.require(current_actor())
    return importer


def take(
    importer: Importer[Any, Any], stream: IO[bytes], name: str, *, ask: bool = False
) -> Import:
    """Keep the file and open its batch; a small one is read and checked here.

    Raises Invalid, TooLarge, and Unreadable for a small file that is no such table. With `ask` one that only lacks
    columns is kept as a refused batch, so that a person can say which column is which.
    """
    db, actor, store = current_db(), current_actor(), files()
    media_type = inspect_upload(stream, name, TABLES, limit=runtime().settings.max_body)
    kept = store.keep(stream)
    file = store.row(kept, name=name, media_type=media_type, owner_id=actor.id)
    db.add(file)
    db.flush()
    return _open(importer, file, ask)


def _open(importer: Importer[Any, Any], file: StoredFile, ask: bool) -> Import:
    db, actor, store = current_db(), current_actor(), files()
    batch = pipeline.begin(db, actor, importer, file)
    if file.size > AT_ONCE:
        jobs.read_later(db, actor, batch)
        return batch
    try:
        with store.local(file.sha256) as path:
            stage(lambda work: work(db), importer, batch.id, path)
    except MissingColumns as error:
        if not ask:
            raise
        pipeline.refuse(batch.id, str(error), error.found, db)
        return batch
    return pipeline.preview(actor, batch.id, db)


def explain_columns(batch_id: int, chosen: Mapping[str, str]) -> Import:
    """Remember what headers mean and read the file of a batch once more; the earlier reading is given up.

    Raises Forbidden, NotFound when the file is no longer kept, and as `remember` and `take`.
    """
    db, actor = current_db(), current_actor()
    old = pipeline.READ.get(db, actor, batch_id)
    importer = permitted(old.kind)
    file = db.get(StoredFile, old.file_id) if old.file_id else None
    if file is None:
        raise NotFound(_("The file is no longer kept. Upload it again."))
    remember(db, actor, importer, chosen)
    if old.state in UNFINISHED:
        pipeline.cancel(db, actor, old.id)
    return _open(importer, file, ask=True)


def apply_batch(batch_id: int, skip_bad: bool) -> Import:
    """Apply a small batch here, a large one by the worker. Raises as `pipeline.apply`."""
    db, actor = current_db(), current_actor()
    batch = pipeline.READ.get(db, actor, batch_id, lock=True)
    if batch.state is ImportState.PREVIEWED and batch.rows > ROWS_AT_ONCE:
        pipeline.require_good(batch, skip_bad)
        pipeline.importer_of(batch.kind).permission.require(actor)
        jobs.apply_later(db, actor, batch, skip_bad=skip_bad)
        return batch
    if batch.state is ImportState.APPLYING:
        return batch
    return pipeline.apply(db, actor, batch_id, skip_bad=skip_bad)


def download(text: str | Iterator[str], name: str) -> Response:
    """Answer with a CSV file to save."""
    response = Response(text, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def errors_file(batch_id: int) -> Response:
    """Answer with the refused rows and why. Raises NotFound when they are no longer kept."""
    db = current_db()
    row = pipeline.READ.get(db, current_actor(), batch_id)
    file = db.get(StoredFile, row.file_id) if row.file_id else None
    if file is None or not row.rows_kept:
        raise NotFound(_("The details of this import are no longer kept."))
    sha256, import_id = file.sha256, row.id
    database, store = runtime().database, files()

    def lines() -> Iterator[str]:
        # The body is sent after the request's unit has ended, so it reads in a unit of its own.
        with store.local(sha256) as path, database.reading() as own:
            yield from errors_csv(own, import_id, path)

    return download(lines(), f"{row.kind}-problems.csv")
