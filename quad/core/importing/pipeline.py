"""An import from the file to the written rows: staging → previewed → applying → done.

Each step can be stopped at any moment: staging goes on where it stopped, and applying is one transaction, so it
happened or it did not. Applying again what was applied changes nothing.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, text
from sqlalchemy.orm import Session

from quad.core import clock, facts
from quad.core.db.changes import take_changes
from quad.core.db.engine import Database
from quad.core.errors import NotFound, Rejected
from quad.core.facts import emit
from quad.core.files import Files, StoredFile
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import ngettext, number
from quad.core.importing.batch import Batch
from quad.core.importing.columns import MissingColumns
from quad.core.importing.declare import ImportApplied, Importer
from quad.core.importing.models import Import, ImportProblem, ImportState, Outcome
from quad.core.importing.reader import Unreadable
from quad.core.importing.staging import Run, Tell, stage
from quad.core.policy import EVERYTHING, Actor, Branches, Permission
from quad.core.uploads import TABLES, inspect_upload

SHOWN = 100
LARGE = 200
# Each try waits for a lock up to 15 seconds. MariaDB takes back a large import that was killed for longer than the
# usual three of them, and whoever brings its file again waits for just that.
PATIENT = 12


def _readable(actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    return (Import.created_by == actor.own_id,)


READ = Permission("core.import.read", _l("See an import"), Import, _readable)


@dataclass(frozen=True)
class Problem:
    """One problem, as people are told."""

    line: int
    column: str
    sentence: str


@dataclass(frozen=True)
class Report:
    """What an import did, or would do. `problems` holds the first ones only."""

    id: int
    kind: str
    file_name: str
    state: str
    rows: int
    new: int
    changed: int
    same: int
    errors: int
    problem: str
    ignored_columns: tuple[str, ...]
    problems: tuple[Problem, ...]

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


def importer_of(kind: str) -> Importer[Any, Any]:
    """Return the declared importer.

    Raises NotFound.
    """
    try:
        return Importer.registry[kind]
    except KeyError as error:
        raise NotFound(_("There is no import of this kind.")) from error


def begin(db: Session, actor: Actor, importer: Importer[Any, Any], file: StoredFile) -> Import:
    """Open a batch for a stored file. Raises Forbidden."""
    importer.permission.require(actor)
    batch = Import(kind=importer.kind, file_name=file.name, file_id=file.id, created_by=actor.id)
    db.add(batch)
    db.flush()
    return batch


def read_file(
    run: Run, files: Files, actor: Actor, import_id: int, sha256: str, tell: Tell | None = None
) -> None:
    """Stage the file and check its rows; a file that cannot be read ends the batch with a sentence."""
    if _stage_file(run, files, import_id, sha256, tell):
        run(partial(preview, actor, import_id))


def _stage_file(run: Run, files: Files, import_id: int, sha256: str, tell: Tell | None) -> bool:
    importer: Importer[Any, Any] = run(lambda db: importer_of(db.get_one(Import, import_id).kind))
    try:
        with files.local(sha256) as path:
            stage(run, importer, import_id, path, tell)
    except Unreadable as error:
        found = error.found if isinstance(error, MissingColumns) else []
        run(partial(refuse, import_id, str(error), found))
        return False
    return True


def refuse(import_id: int, sentence: str, headers: list[str], db: Session) -> None:
    """End a batch whose file cannot be used; of one that lacks columns the `headers` are kept, to be explained."""
    batch = _locked(db, import_id)
    if batch.state is ImportState.STAGING:
        batch.columns = {"headers": {}, "ignored": headers}
        batch.state = ImportState.REFUSED
        batch.problem = sentence
        batch.finished_at = clock.now()
        forget_rows(db, batch)


def preview(actor: Actor, import_id: int, db: Session) -> Import:
    """Check the staged rows against the database and count what applying would do."""
    batch = _locked(db, import_id)
    if batch.state in (ImportState.STAGING, ImportState.PREVIEWED):
        _resolve(db, actor, batch)
        batch.state = ImportState.PREVIEWED
    return batch


def apply(db: Session, actor: Actor, import_id: int, *, skip_bad: bool) -> Import:
    """Write the batch, whole or (with `skip_bad`) its good rows, in this transaction.

    Raises Forbidden, NotFound, and Rejected when rows have problems or the batch cannot be applied.
    """
    batch = READ.get(db, actor, import_id, lock=True)
    importer_of(batch.kind).permission.require(actor)
    if batch.state is ImportState.DONE:
        return batch
    if batch.state not in (ImportState.PREVIEWED, ImportState.APPLYING):
        raise Rejected(_("This import cannot be applied. Upload the file again."))
    _resolve(db, actor, batch)
    require_good(batch, skip_bad)
    return _write(db, actor, batch, skip_bad)


def _write(db: Session, actor: Actor, batch: Import, skip_bad: bool) -> Import:
    importer_of(batch.kind).apply(db, rows_of(batch, actor))
    take_changes(
        db
    )  # the audit keeps one entry for the batch, with its file, instead of one for each row
    batch.state = ImportState.DONE
    batch.skip_bad = skip_bad
    batch.finished_at = clock.now()
    emit(db, ImportApplied(actor_id=actor.id, import_id=batch.id, kind=batch.kind))
    return batch


def require_good(batch: Import, skip_bad: bool) -> None:
    """Raise Rejected when rows have problems and the good ones alone are not wanted."""
    if batch.errors and not skip_bad:
        raise Rejected(
            ngettext(
                "%(num)s row has a problem. Correct the file, or import only the good rows.",
                "%(num)s rows have problems. Correct the file, or import only the good rows.",
                batch.errors,
            )
        )


def cancel(db: Session, actor: Actor, import_id: int) -> Import:
    """Give up a batch that was not applied. Raises NotFound, and Rejected when it is too late."""
    batch = READ.get(db, actor, import_id, lock=True)
    if batch.state in (ImportState.DONE, ImportState.APPLYING):
        raise Rejected(_("This import is applied already."))
    batch.state = ImportState.CANCELLED
    batch.finished_at = batch.finished_at or clock.now()
    forget_rows(db, batch)
    return batch


def forget_rows(db: Session, batch: Import) -> None:
    """Delete the staged rows and problems of a batch; its counts stay."""
    batch.rows_kept = False
    importer = Importer.registry.get(batch.kind)
    if importer is not None:
        mine: ColumnElement[bool] = importer.staged.import_id == batch.id
        db.execute(delete(importer.staged).where(mine).execution_options(synchronize_session=False))
    db.execute(
        delete(ImportProblem)
        .where(ImportProblem.import_id == batch.id)
        .execution_options(synchronize_session=False)
    )


def rows_of(batch: Import, actor: Actor) -> Batch[Any]:
    """Return the staged rows of a batch."""
    importer = importer_of(batch.kind)
    return Batch(batch.id, actor, importer.staged, dict(batch.columns.get("headers", {})))


def _resolve(db: Session, actor: Actor, batch: Import) -> None:
    importer = importer_of(batch.kind)
    rows = rows_of(batch, actor)
    if batch.staged > LARGE and db.get_bind().dialect.name == "postgresql":
        # A table just filled has no statistics, and joins are planned as if it were empty. Who comes second goes on.
        db.execute(text(f'ANALYZE (SKIP_LOCKED) "{importer.staged.__table__.name}"'))
    if batch.state is not ImportState.STAGING:
        rows.restart(db)
    if importer.key:
        rows.refuse_doubles(db, *importer.key, field=importer.key_field)
    importer.resolve(db, rows)
    rows.mark_refused(db)
    _count(db, batch, rows)


def _count(db: Session, batch: Import, rows: Batch[Any]) -> None:
    outcome = rows.rows.outcome
    query = select(outcome, func.count()).where(rows.mine).group_by(outcome)
    found: dict[Any, int] = dict(db.execute(query).all())
    if None in found:
        raise RuntimeError(f"the import of {batch.kind} left rows without an outcome")
    batch.rows = batch.staged
    batch.new = found.get(Outcome.NEW, 0)
    batch.changed = found.get(Outcome.CHANGED, 0)
    batch.same = found.get(Outcome.SAME, 0)
    batch.errors = batch.rows - batch.new - batch.changed - batch.same


def _locked(db: Session, import_id: int) -> Import:
    query = select(Import).where(Import.id == import_id).with_for_update()
    batch = db.scalar(query.execution_options(populate_existing=True))
    if batch is None:
        raise NotFound
    return batch


def problems(db: Session, import_id: int, limit: int = SHOWN) -> tuple[Problem, ...]:
    """Return the first problems of a batch, by line."""
    query = (
        select(ImportProblem.line, ImportProblem.column_name, ImportProblem.sentence)
        .where(ImportProblem.import_id == import_id)
        .order_by(ImportProblem.line, ImportProblem.id)
        .limit(limit)
    )
    return tuple(Problem(*row) for row in db.execute(query))


def report(db: Session, batch: Import) -> Report:
    """Say what the batch did or would do."""
    return Report(
        id=batch.id,
        kind=batch.kind,
        file_name=batch.file_name,
        state=batch.state.value,
        rows=batch.rows,
        new=batch.new,
        changed=batch.changed,
        same=batch.same,
        errors=batch.errors,
        problem=batch.problem,
        ignored_columns=tuple(batch.columns.get("ignored", ())),
        problems=problems(db, batch.id),
    )


def in_words(told: Report) -> str:
    """Return one sentence: "3 new, 1 changed, 28,781 unchanged, 2 with problems"."""
    if told.problem:
        return told.problem
    parts = [
        _("%(n)s new", n=number(told.new)),
        _("%(n)s changed", n=number(told.changed)),
        _("%(n)s unchanged", n=number(told.same)),
    ]
    if told.errors:
        parts.append(_("%(n)s with problems", n=number(told.errors)))
    return ", ".join(parts)


def run_import(
    database: Database,
    files: Files,
    importer: Importer[Any, Any],
    path: Path,
    actor: Actor,
    *,
    dry_run: bool = False,
    skip_bad: bool = False,
    tell: Tell | None = None,
) -> Report:
    """Import a file from this machine, start to end (the command line).

    Rows with problems leave the batch `previewed`, nothing written, unless `skip_bad`; an unreadable file `refused`.
    Raises Forbidden, and Invalid when the file is not a table.
    """
    importer.permission.require(actor)
    run: Run = partial(facts.run, database.writer, tries=PATIENT)
    import_id, sha256 = _bring(run, files, importer, path, actor)
    readable = _stage_file(run, files, import_id, sha256, tell)

    def finish(db: Session) -> Report:
        if not readable:
            return report(db, db.get_one(Import, import_id))
        batch = preview(actor, import_id, db)
        told = report(db, batch)
        if dry_run:
            cancel(db, actor, import_id)
        elif skip_bad or not batch.errors:
            told = report(db, _write(db, actor, batch, skip_bad))
        return told

    told: Report = run(finish)
    return told


def _bring(
    run: Run, files: Files, importer: Importer[Any, Any], path: Path, actor: Actor
) -> tuple[int, str]:
    with path.open("rb") as stream:
        media_type = inspect_upload(stream, path.name, TABLES)
        kept = files.keep(stream)

    def add(db: Session) -> int:
        file = files.row(kept, name=path.name, media_type=media_type, owner_id=actor.id)
        db.add(file)
        db.flush()
        return begin(db, actor, importer, file).id

    import_id: int = run(add)
    return import_id, kept.sha256
