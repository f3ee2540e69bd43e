"""Documents for many students: made by the worker a few at a time, handed out as one ZIP to whoever asked.

Stopped at any point, the job goes on where it was: what has a number keeps it, what has a file is not made again.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from quad.academics.facts.documents import DocumentBatchAsked, DocumentsIssued
from quad.academics.forms.documents import IssueMany, IssuePaper, Paper
from quad.academics.models.documents import DocumentBatch, IssuedDocument
from quad.academics.models.people import Student
from quad.academics.policy import documents as policy
from quad.academics.service import documents, issuing
from quad.academics.service.issuing import Written
from quad.core import clock
from quad.core.errors import Invalid, NotFound, QuadError, Rejected
from quad.core.facts import emit
from quad.core.files import Files, Kept, StoredFile
from quad.core.i18n import current_reader
from quad.core.i18n import gettext as _
from quad.core.jobs.models import UNFINISHED, Job, JobState
from quad.core.jobs.outbox import enqueue
from quad.core.policy import Actor

BATCH_JOB = "academics.documents"
PIECE = 20
KEPT_FOR = timedelta(days=7)
IN_MEMORY = 2 * 1024 * 1024


def ask_for_many(db: Session, actor: Actor, form: IssueMany) -> DocumentBatch:
    """Promise a document for each of these students.

    Raises Forbidden, Invalid for a mark sheet without a term or students one may not issue for, and Rejected while an
    earlier batch of the same person is being made.
    """
    policy.DOCUMENT_ISSUE_MANY.require(actor)
    assert actor.id is not None
    if form.kind is Paper.MARKSHEET and form.term_id is None:
        raise Invalid({"term_id": _("Choose the term.")})
    wanted = sorted(set(form.student_ids))
    if len(policy.DOCUMENT_ISSUE.allowed(db, actor, wanted)) != len(wanted):
        raise Invalid({"student_ids": _("One of these students is not there any more.")})
    busy = (
        select(DocumentBatch.id)
        .join(Job, Job.id == DocumentBatch.job_id)
        .where(DocumentBatch.owner_id == actor.id, Job.state.in_(UNFINISHED))
    )
    if db.scalar(busy.limit(1)) is not None:
        raise Rejected(_("Your last batch is still being made. Wait until it is finished."))
    row = DocumentBatch(
        kind=form.kind.value,
        owner_id=actor.id,
        term_id=form.term_id if form.kind is Paper.MARKSHEET else None,
        student_ids=wanted,
        skipped=[],
        total=len(wanted),
        language=current_reader().language,
        expires_at=clock.now() + KEPT_FOR,
    )
    db.add(row)
    db.flush()
    row.job_id = enqueue(db, BATCH_JOB, {"batch": row.id})
    emit(db, DocumentBatchAsked(actor_id=actor.id, batch_id=row.id))
    return row


def own_batch(db: Session, actor: Actor, batch_id: int) -> DocumentBatch:
    """Return a batch of the actor's own. Raises NotFound."""
    return policy.BATCH_OWN.get(db, actor, batch_id)


def own_batches(db: Session, actor: Actor) -> Sequence[DocumentBatch]:
    """Return the actor's last batches, the newest first."""
    query = policy.BATCH_OWN.visible(actor).order_by(DocumentBatch.id.desc()).limit(20)
    return db.scalars(query).all()


def job_of(db: Session, batch: DocumentBatch) -> Job | None:
    """Return the job that makes a batch."""
    return db.get(Job, batch.job_id) if batch.job_id is not None else None


def state_of(db: Session, batch: DocumentBatch) -> str:
    """Say where a batch is: waiting, running, done or failed."""
    job = job_of(db, batch)
    if batch.file_id is not None or batch.finished_at is not None:
        return "done"
    if job is None or job.state is JobState.DEAD:
        return "failed"
    return "running" if job.state is JobState.RUNNING else "waiting"


def made(db: Session, batch_id: int) -> int:
    """Return how many documents of a batch are finished."""
    which = (IssuedDocument.batch_id == batch_id, IssuedDocument.file_id.is_not(None))
    return db.scalar(select(func.count()).where(*which)) or 0


def batch_file(db: Session, actor: Actor, batch_id: int) -> StoredFile:
    """Return the finished ZIP. Raises NotFound before that, for others, and when its week is over."""
    row = policy.BATCH_OWN.get(db, actor, batch_id)
    found = db.get(StoredFile, row.file_id) if row.file_id is not None else None
    if found is None or row.expires_at <= clock.now():
        raise NotFound(_("This file is not there any more. The documents are in the list."))
    return found


@dataclass(frozen=True)
class Pressed:
    """A document that is set and kept, and waits to be written down."""

    document_id: int
    user_id: int
    kept: Kept


def unfinished(db: Session, batch_id: int) -> DocumentBatch | None:
    """Return a batch that has no ZIP yet (the worker's part)."""
    which = (DocumentBatch.id == batch_id, DocumentBatch.file_id.is_(None))
    return db.scalar(select(DocumentBatch).where(*which))


def pending(db: Session, batch: DocumentBatch) -> list[int]:
    """Return the students of a batch who are neither served nor skipped (the worker's part)."""
    served = set(
        db.scalars(
            select(IssuedDocument.student_id).where(
                IssuedDocument.batch_id == batch.id, IssuedDocument.file_id.is_not(None)
            )
        )
    )
    return [one for one in batch.student_ids if one not in served and one not in batch.skipped]


def write_some(
    db: Session, actor: Actor, batch: DocumentBatch, student_ids: Sequence[int]
) -> dict[int, Written]:
    """Return what the documents of these students say; who has nothing to say is missing."""
    form = IssuePaper(kind=Paper(batch.kind), term_id=batch.term_id)
    found = {}
    for student_id in student_ids:
        try:
            found[student_id] = issuing.write(db, actor, student_id, form)
        except QuadError:
            continue
    return found


def reserve_some(
    db: Session, batch_id: int, student_ids: Sequence[int], written: dict[int, Written]
) -> None:
    """Give numbers to those who have something to say and no number yet; remember the others as skipped."""
    batch = db.scalars(
        select(DocumentBatch).where(DocumentBatch.id == batch_id).with_for_update()
    ).one()
    batch.skipped = [*batch.skipped, *(one for one in student_ids if one not in written)]
    numbered = set(
        db.scalars(select(IssuedDocument.student_id).where(IssuedDocument.batch_id == batch_id))
    )
    kind = issuing.KINDS[Paper(batch.kind)]
    wanted = [one for one in written if one not in numbered]
    rows = documents.reserve(
        db,
        kind,
        documents.holders(db, wanted),
        batch_id=batch_id,
        issuer_id=batch.owner_id,
    )
    for row in rows:
        row.public_lines = [list(pair) for pair in written[row.student_id].public]


def press_some(db: Session, batch_id: int, written: dict[int, Written]) -> list[Pressed]:
    """Set and keep the numbered documents that have no file yet; nothing is written to the database."""
    rows = db.execute(
        select(IssuedDocument, Student.user_id)
        .join(Student, Student.id == IssuedDocument.student_id)
        .where(
            IssuedDocument.batch_id == batch_id,
            IssuedDocument.student_id.in_(written),
            IssuedDocument.file_id.is_(None),
        )
        .order_by(IssuedDocument.id)
    ).all()
    found = []
    for row, user_id in rows:
        what = written[row.student_id]
        pdf = documents.set_in_type(db, row, what.template, what.data)
        found.append(Pressed(row.id, user_id, documents.keep(db, pdf)))
    return found


def finish_some(db: Session, batch_id: int, owner_id: int, pressed: Sequence[Pressed]) -> None:
    """Write down which files the documents are, and tell."""
    rows = {
        row.id: row
        for row in db.scalars(
            select(IssuedDocument)
            .where(IssuedDocument.id.in_([one.document_id for one in pressed]))
            .order_by(IssuedDocument.id)
            .with_for_update()
        )
        if row.file_id is None
    }
    done = [one for one in pressed if one.document_id in rows]
    for one in done:
        documents.finish(db, rows[one.document_id], one.user_id, one.kept)
    if done:
        emit(
            db,
            DocumentsIssued(
                actor_id=owner_id,
                batch_id=batch_id,
                document_ids=tuple(one.document_id for one in done),
                user_ids=tuple(sorted(one.user_id for one in done)),
            ),
        )


@contextmanager
def zipped(db: Session, batch_id: int, files: Files) -> Iterator[IO[bytes]]:
    """Give one ZIP of all documents of a batch, put together on disk file by file."""
    rows: Any = db.execute(
        select(IssuedDocument.serial, Student.register_number, StoredFile.sha256)
        .join(StoredFile, StoredFile.id == IssuedDocument.file_id)
        .join(Student, Student.id == IssuedDocument.student_id)
        .where(IssuedDocument.batch_id == batch_id)
        .order_by(IssuedDocument.number)
    )
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as made_here:
        with zipfile.ZipFile(made_here, "w", zipfile.ZIP_DEFLATED) as archive:
            for serial, number, sha256 in rows:
                plain = "".join(c for c in number if c.isascii() and c.isalnum())
                with files.open(sha256) as content:
                    archive.writestr(f"{plain}-{serial}.pdf", content.read())
        made_here.seek(0)
        yield made_here


def close(db: Session, batch_id: int, kept: Kept) -> None:
    """Hand the finished ZIP to who asked for it (the worker's part)."""
    batch = db.scalars(
        select(DocumentBatch).where(DocumentBatch.id == batch_id).with_for_update()
    ).one()
    if batch.file_id is not None:
        return
    stored = Files.row(
        kept,
        name=f"{batch.kind}-{clock.today().isoformat()}.zip",
        media_type="application/zip",
        owner_id=batch.owner_id,
    )
    db.add(stored)
    db.flush()
    batch.file_id, batch.finished_at = stored.id, clock.now()
    batch.expires_at = clock.now() + KEPT_FOR


def purge(db: Session) -> None:
    """Forget ZIPs after their week; the documents stay in the register."""
    old = db.execute(
        select(DocumentBatch.id, DocumentBatch.file_id).where(
            DocumentBatch.expires_at < clock.now(), DocumentBatch.file_id.is_not(None)
        )
    ).all()
    db.execute(
        update(DocumentBatch)
        .where(DocumentBatch.id.in_([row.id for row in old]))
        .values(file_id=None)
    )
    db.execute(delete(StoredFile).where(StoredFile.id.in_([row.file_id for row in old])))
