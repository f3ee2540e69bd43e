"""What happens to a new file: viruses are looked for, then its text is read, made findable and summed up.

One job per version. It may be done again from anywhere: what is there already is not done twice.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from quad.core.antivirus import Scanner, ScannerUnavailable
from quad.core.db.bulk import insert_rows
from quad.core.extracting.reading import Text, can_read, extract
from quad.core.facts import emit
from quad.core.files import Files, StoredFile
from quad.core.i18n import gettext as _
from quad.core.jobs.context import JobContext, TryLater
from quad.core.jobs.outbox import enqueue
from quad.core.jobs.runtime import runtime_of
from quad.materials.facts import FileChecked
from quad.materials.models.materials import Material, MaterialVersion, VersionState
from quad.materials.models.summary import LONGEST_PROBLEM, Extract, ExtractPage
from quad.materials.service import pages
from quad.materials.service.summary import making
from quad.materials.service.summary.sentences import words_of

JOB = "materials.read"
STEPS = 100  # of the bar; reading takes most of them
READING = 80


def begin(db: Session, material_id: int) -> None:
    """Promise the work on the file a material shows now. Without a scanner it is clean at once."""
    version = db.scalar(
        select(MaterialVersion).where(
            MaterialVersion.material_id == material_id, MaterialVersion.current == 1
        )
    )
    if version is None:  # a link
        return
    runtime = runtime_of(db)
    scanned = runtime is not None and bool(runtime.settings.antivirus_url)
    if version.state is VersionState.WAITING and not scanned:
        version.state = VersionState.CLEAN
    stored = db.get_one(StoredFile, version.file_id)
    if can_read(stored.media_type):
        job_id = enqueue(db, JOB, {"version_id": version.id})
        making.expect(db, version.id, job_id)
    elif version.state is VersionState.WAITING:
        enqueue(db, JOB, {"version_id": version.id})


def _found(db: Session, version_id: int) -> Any:
    """Return the version with its file and what is known of its text; None when it is gone."""
    return db.execute(
        select(
            MaterialVersion.id,
            MaterialVersion.material_id,
            MaterialVersion.state,
            StoredFile.sha256,
            StoredFile.media_type,
            Extract.id.label("extract_id"),
        )
        .join(StoredFile, StoredFile.id == MaterialVersion.file_id)
        .outerjoin(Extract, Extract.version_id == MaterialVersion.id)
        .where(MaterialVersion.id == version_id)
    ).first()


def perform(ctx: JobContext) -> None:
    """Do the work on the version in the payload. Raises TryLater while the scanner does not answer."""
    version_id = int(ctx.payload["version_id"])
    with ctx.reading() as db:
        found = _found(db, version_id)
    if found is not None:
        files = Files.from_settings(ctx.settings)
        state = found.state
        if state is VersionState.WAITING:
            state = _checked(ctx, files, found)
        if state is VersionState.CLEAN and can_read(found.media_type):
            if found.extract_id is None:
                _read(ctx, files, found)
            ctx.run(partial(pages.index_version, version_id=version_id))
            making.make(ctx, version_id)
    ctx.run(lambda db: None, last=True)


def _checked(ctx: JobContext, files: Files, found: Any) -> VersionState:
    """Ask the scanner, and write down what it says."""
    scanner = Scanner.from_settings(ctx.settings)
    virus = ""
    if scanner is not None:
        ctx.progress(1, STEPS, _("Looking for viruses"))
        try:
            with files.open(found.sha256) as content:
                virus = scanner.scan(content).virus
        except ScannerUnavailable as error:
            raise TryLater(str(error)) from error

    def keep(db: Session) -> VersionState:
        version = db.get(MaterialVersion, found.id, with_for_update=True)
        if version is None:
            return VersionState.REFUSED
        version.state = VersionState.REFUSED if virus else VersionState.CLEAN
        if virus:
            version.refusal = _("A virus was found in this file: %(virus)s.", virus=virus[:120])
            making.give_up(db, found.id, version.refusal)
        material = db.get_one(Material, found.material_id)
        emit(
            db,
            FileChecked(
                actor_id=None,
                material_id=material.id,
                course_id=material.course_id,
                offering_id=material.offering_id,
                version_id=found.id,
                clean=not virus,
            ),
        )
        return version.state

    return ctx.run(keep)


def _read(ctx: JobContext, files: Files, found: Any) -> None:
    """Read the text and keep it, page by page."""
    note = _("Reading the text")
    ctx.progress(2, STEPS, note)
    with files.local(found.sha256) as path:
        text = extract(path, found.media_type, progress=_every(ctx, note))

    ctx.run(partial(_keep, version_id=found.id, text=text))


def _every(ctx: JobContext, note: str) -> Callable[[int, int], None]:
    """Return what moves the bar, in steps worth a commit."""
    shown = 0

    def tell(done: int, total: int) -> None:
        nonlocal shown
        step = READING * done // max(1, total)
        if step >= shown + 10:
            shown = step
            ctx.progress(step, STEPS, note)

    return tell


def _keep(db: Session, version_id: int, text: Text) -> None:
    if db.get(MaterialVersion, version_id) is None:
        return
    quiet = {"synchronize_session": False}
    for table in (ExtractPage, Extract):
        db.execute(delete(table).where(table.version_id == version_id), execution_options=quiet)
    db.add(
        Extract(
            version_id=version_id,
            total=text.total,
            words=sum(len(words_of(page.text)) for page in text.pages),
            problem=text.problem[:LONGEST_PROBLEM],
        )
    )
    rows = [(version_id, place, page.number, page.text) for place, page in enumerate(text.pages, 1)]
    insert_rows(db, ExtractPage, ("version_id", "place", "number", "text"), rows)
