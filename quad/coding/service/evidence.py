"""Pictures that show what a snapshot says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.coding import policy
from quad.coding.facts import EvidenceAdded
from quad.coding.forms.snapshots import Evidence
from quad.coding.models.snapshots import Snapshot, SnapshotEvent, SnapshotEventKind, Status
from quad.coding.service import rollups
from quad.core.errors import Invalid, NotFound, Rejected
from quad.core.facts import emit
from quad.core.files import MEGABYTE, Files, Kept, StoredFile
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.core.uploads import JPEG, PNG, WEBP, inspect_upload

LIMIT = 8 * MEGABYTE
KINDS = (PNG, JPEG, WEBP)


@dataclass(frozen=True)
class Prepared:
    """A picture that was looked at and is in the store, before it has a row."""

    kept: Kept
    name: str
    media_type: str


def prepare(files: Files, stream: IO[bytes], name: str) -> Prepared:
    """Look at a picture and keep its content (no database). Raises TooLarge, and Invalid (field `file`)."""
    if not name:
        raise Invalid({"file": _("This file has no name.")})
    media_type = inspect_upload(stream, name, KINDS, limit=LIMIT)
    return Prepared(files.keep(stream, limit=LIMIT), name, media_type)


def keep(db: Session, by: Actor, snapshot: Snapshot, given: Prepared) -> None:
    """Write the row of a picture and let the snapshot point at it."""
    stored = Files.row(given.kept, name=given.name, media_type=given.media_type, owner_id=by.id)
    db.add(stored)
    db.flush()
    snapshot.evidence_id = stored.id


def add(
    db: Session, actor: Actor, snapshot_id: int, form: Evidence, given: Prepared | None = None
) -> Snapshot:
    """Add a picture, or words, to one's own snapshot that waits. Raises NotFound, Forbidden, Invalid, Rejected."""
    row = policy.SNAPSHOT_OWN.get(db, actor, snapshot_id, read=policy.SNAPSHOT_KNOW)
    rollups.lock(db, [row.student_id])
    row = policy.SNAPSHOT_OWN.get(db, actor, snapshot_id, lock=True)
    _require_waiting(row)
    if given is None and not form.note:
        raise Invalid({"note": _("Add a picture, or write something.")})
    if given is not None:
        keep(db, actor, row, given)
    row.evidence_asked_at = None
    kind = SnapshotEventKind.EVIDENCE_ADDED
    db.add(SnapshotEvent(snapshot_id=row.id, kind=kind, actor_id=actor.id, text=form.note))
    emit(db, EvidenceAdded(actor_id=actor.id, snapshot_id=row.id, student_id=row.student_id))
    return row


def require_open(db: Session, actor: Actor, snapshot_id: int) -> None:
    """Raise NotFound, Forbidden or Rejected unless something may be added to a snapshot."""
    row = policy.SNAPSHOT_OWN.get(db, actor, snapshot_id, read=policy.SNAPSHOT_KNOW)
    _require_waiting(row)


def _require_waiting(row: Snapshot) -> None:
    if row.status is not Status.PENDING:
        raise Rejected(_("This snapshot is decided already."))


def find(db: Session, actor: Actor, snapshot_id: int) -> StoredFile:
    """Return the picture of a snapshot one may see. Raises NotFound, Forbidden."""
    row = policy.SNAPSHOT_READ.get(db, actor, snapshot_id, read=policy.SNAPSHOT_KNOW)
    stored = db.scalar(select(StoredFile).where(StoredFile.id == (row.evidence_id or 0)))
    if stored is None:
        raise NotFound
    return stored
