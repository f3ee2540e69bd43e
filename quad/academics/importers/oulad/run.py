"""The whole import: read, check, and write in one transaction, or write nothing.

Rows are not staged (docs/adr/0017). The five files are one thing: a line of one is right only beside the lines of the
others, they are read from this machine by a command, and nobody looks at a preview between two requests. Eight
megabytes are checked in memory and go in by the driver's own bulk insert.
"""

from __future__ import annotations

import gc
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from sqlalchemy.orm import Session

from quad.academics.importers.oulad import contents as reading
from quad.academics.importers.oulad.components import build_components
from quad.academics.importers.oulad.contents import Contents
from quad.academics.importers.oulad.counting import Counts
from quad.academics.importers.oulad.folder import KINDS, Folder, Place, Problem, Problems, Tell
from quad.academics.importers.oulad.house import Room, build_rooms, furnish
from quad.academics.importers.oulad.people import bring_people, pieces
from quad.academics.importers.oulad.taking import Work, fill
from quad.academics.models.teaching import ResultState
from quad.academics.policy.base import MARKS_IMPORT, STUDENT_IMPORT
from quad.academics.service import rollups
from quad.core import clock, facts
from quad.core.db.changes import take_changes
from quad.core.db.engine import Database
from quad.core.errors import Rejected
from quad.core.facts import emit
from quad.core.files import Files, Kept
from quad.core.importing.declare import ImportApplied
from quad.core.importing.models import Import, ImportState
from quad.core.importing.pipeline import PATIENT
from quad.core.policy import Actor

KIND = "oulad"
ARCHIVE = "oulad.zip"
PIECE = 5_000


@dataclass(frozen=True)
class Report:
    """What the import did, or would do. `problems` holds the first ones of each file only."""

    id: int | None
    state: str
    counts: Counts
    errors: int
    problem: str
    problems: list[Problem]

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "id": self.id,
            "kind": KIND,
            "state": self.state,
            "new": self.counts.total("new"),
            "changed": self.counts.total("changed"),
            "same": self.counts.total("same"),
            "errors": self.errors,
            "problem": self.problem,
            "counts": self.counts.as_json(),
            "problems": [vars(problem) for problem in self.problems],
        }


class _Unwanted(Exception):
    """Rolls a unit back whose outcome is only to be told."""

    def __init__(self, counts: Counts, problems: Problems) -> None:
        super().__init__()
        self.counts, self.problems = counts, problems


def run_folder(
    database: Database,
    files: Files,
    path: Path,
    actor: Actor,
    *,
    dry_run: bool = False,
    skip_bad: bool = False,
    tell: Tell,
) -> Report:
    """Import the folder of the dataset at `path`.

    With problems nothing is written, unless `skip_bad` asks for the good lines. Raises Forbidden.
    """
    STUDENT_IMPORT.require(actor)
    MARKS_IMPORT.require(actor)
    with _uncollected():
        try:
            contents = reading.read(Folder.at(path), tell)
        except Rejected as error:
            return Report(None, "refused", Counts(), 0, str(error), [])
        if contents.problems.count and not skip_bad:
            return _told("refused", Counts(), contents.problems)
        return _apply(database, files, contents, actor, dry_run, skip_bad, tell)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no cycles of garbage meanwhile: there are none, only half a million values to walk in vain.

    A quarter of the time of the import, and no memory to speak of.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _apply(
    database: Database,
    files: Files,
    contents: Contents,
    actor: Actor,
    dry_run: bool,
    skip_bad: bool,
    tell: Tell,
) -> Report:
    with _archive(contents.folder) as stream:
        kept = None if dry_run else files.keep(stream)
    write = partial(_write, contents=contents, actor=actor, kept=kept, skip_bad=skip_bad, tell=tell)
    try:
        return facts.run(database.writer, write, tries=PATIENT)
    except _Unwanted as end:
        refused = end.problems.count and not skip_bad
        return _told("refused" if refused else "previewed", end.counts, end.problems)


def _told(state: str, counts: Counts, problems: Problems, import_id: int | None = None) -> Report:
    return Report(import_id, state, counts, problems.count, "", problems.ordered())


@contextmanager
def _archive(folder: Folder) -> Iterator[IO[bytes]]:
    """Give the files as one, which is kept with the batch as what was brought in."""
    with tempfile.TemporaryFile() as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for kind in KINDS:
                # The same files make the same archive, whenever they were copied here.
                info = zipfile.ZipInfo(folder.name(kind))
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, folder.path(kind).read_bytes(), compresslevel=1)
        stream.seek(0)
        yield stream


def _write(
    db: Session, *, contents: Contents, actor: Actor, kept: Kept | None, skip_bad: bool, tell: Tell
) -> Report:
    counts, problems = Counts(), contents.problems.copy()
    batch = _batch(db, actor, kept)
    house = furnish(db)
    rooms = build_rooms(db, house, contents, counts, problems)
    components = build_components(db, contents, rooms, counts, problems)
    tell("Students", 0, 1)
    students = bring_people(db, house, contents, counts, problems)
    tell("Students", 1, 1)
    work = Work(db, contents, counts, problems, batch.id, students, components)
    filled = _fill_rooms(work, rooms, tell)
    if kept is None or (problems.count and not skip_bad):
        raise _Unwanted(counts, problems)
    if not problems.count:
        for room in filled:
            room.offering.state = ResultState.LOCKED
    _derive(db, work.touched, tell)
    _close(db, actor, batch, work)
    return _told("done", counts, problems, batch.id)


def _batch(db: Session, actor: Actor, kept: Kept | None) -> Import:
    file = None
    if kept is not None:
        file = Files.row(kept, name=ARCHIVE, media_type="application/zip", owner_id=actor.id)
        db.add(file)
        db.flush()
    batch = Import(
        kind=KIND,
        file_name=ARCHIVE,
        file_id=file.id if file else None,
        state=ImportState.APPLYING,
        created_by=actor.id,
    )
    db.add(batch)
    db.flush()
    return batch


def _fill_rooms(work: Work, rooms: dict[Place, Room], tell: Tell) -> list[Room]:
    """Fill the offerings; return those that are new or changed and whole enough to be locked."""
    changed = []
    for done, (place, room) in enumerate(rooms.items(), start=1):
        if fill(work, place, room) or room.fresh:
            changed.append(room)
        tell("Marks", done, len(rooms))
    return changed


def _derive(db: Session, student_ids: set[int], tell: Tell) -> None:
    """Make results and averages of these students: some thousands at a time, so that the bar moves."""
    done = 0
    for piece in pieces(sorted(student_ids), PIECE):
        rollups.rebuild_rollups(db, piece)
        done += len(piece)
        tell("Results", done, len(student_ids))


def _close(db: Session, actor: Actor, batch: Import, work: Work) -> None:
    """Count the batch and let one fact, hence one entry of the audit, stand for it."""
    counts, problems = work.counts, work.problems
    batch.state = ImportState.DONE
    batch.skip_bad = bool(problems.count)
    batch.new, batch.changed, batch.same = map(counts.total, ("new", "changed", "same"))
    batch.errors = problems.count
    batch.rows = batch.staged = batch.new + batch.changed + batch.same + batch.errors
    batch.finished_at = clock.now()
    batch.rows_kept = False
    db.flush()
    take_changes(db)
    emit(db, ImportApplied(actor_id=actor.id, import_id=batch.id, kind=KIND))
