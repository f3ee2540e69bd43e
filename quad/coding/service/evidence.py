"""Pictures that show what a snapshot says."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.coding import policy
from quad.coding.facts import EvidenceAdded
from quad.coding.forms.snapshots import Evidence
from quad.coding.models.snapshots import Snapshot, SnapshotEvent, SnapshotEventKind, Status
from quad.coding.service import rollups
from quad.coding.service.rules import GROUP
from quad.core.errors import Invalid, NotFound, Rejected
from quad.core.facts import emit
from quad.core.files import StoredFile
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.settings import Setting, between
from quad.core.taking import Purpose, Taken
from quad.core.uploads import PHOTOS

MEGABYTES = Setting(
    key="coding.picture_megabytes",
    label=_l("Largest picture of a snapshot"),
    hint=_l("In megabytes."),
    default=8,
    kind="int",
    group=GROUP,
    check=between(1, 25, _l("Write a number of megabytes from 1 to 25.")),
    order=32,
)
PICTURE = Purpose(PHOTOS, MEGABYTES)


def keep(db: Session, by: Actor, snapshot: Snapshot, given: Taken) -> None:
    """Write the row of a picture and let the snapshot point at it."""
    stored = given.row(by.id)
    db.add(stored)
    db.flush()
    snapshot.evidence_id = stored.id


def add(
    db: Session, actor: Actor, snapshot_id: int, form: Evidence, given: Taken | None = None
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
