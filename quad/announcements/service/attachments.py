"""Files that go with announcements; `core.taking` looks at them before that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.announcements import facts, policy
from quad.announcements.models import Announcement, AnnouncementState, Attachment
from quad.core.errors import NotFound, Rejected
from quad.core.facts import emit
from quad.core.files import StoredFile
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.core.taking import Taken

MOST = 10


def keep(db: Session, by: Actor, row: Announcement, files: Sequence[Taken]) -> None:
    """Write the rows of files that belong to an announcement. Raises Rejected when they are too many."""
    if not files:
        return
    count = db.scalar(select(func.count()).where(Attachment.announcement_id == row.id)) or 0
    if count + len(files) > MOST:
        raise Rejected(_("An announcement has at most %(n)s files.", n=MOST))
    stored = [one.row(by.id) for one in files]
    db.add_all(stored)
    db.flush()
    db.add_all(Attachment(announcement_id=row.id, file_id=one.id) for one in stored)
    db.flush()


def _changeable(db: Session, actor: Actor, announcement_id: int) -> Announcement:
    row = policy.HOST.get(db, actor, announcement_id, read=policy.READ, lock=True)
    if not actor.has(*policy.WRITERS) and row.state is not AnnouncementState.DRAFT:
        raise Rejected(_("Files can be changed in a draft. Take the announcement back first."))
    return row


def add(db: Session, actor: Actor, announcement_id: int, files: Sequence[Taken]) -> None:
    """Add files. Raises NotFound, Forbidden, Rejected."""
    row = _changeable(db, actor, announcement_id)
    keep(db, actor, row, files)
    emit(db, facts.AnnouncementFilesChanged(actor_id=actor.id, announcement_id=row.id))


def remove(db: Session, actor: Actor, announcement_id: int, attachment_id: int) -> None:
    """Take a file off. Raises NotFound, Forbidden, Rejected."""
    row = _changeable(db, actor, announcement_id)
    found = db.get(Attachment, attachment_id)
    if found is None or found.announcement_id != row.id:
        raise NotFound
    db.delete(found)
    emit(db, facts.AnnouncementFilesChanged(actor_id=actor.id, announcement_id=row.id))


def find(db: Session, actor: Actor, announcement_id: int, attachment_id: int) -> StoredFile:
    """Return a file of an announcement one may read. Raises NotFound."""
    row = policy.READ.get(db, actor, announcement_id)
    if row.state is AnnouncementState.WITHDRAWN and not policy.HOST.allowed(db, actor, [row.id]):
        raise NotFound
    stored = db.scalar(
        select(StoredFile)
        .join(Attachment, Attachment.file_id == StoredFile.id)
        .where(Attachment.id == attachment_id, Attachment.announcement_id == row.id)
    )
    if stored is None:
        raise NotFound
    return stored


def of(db: Session, announcement_id: int) -> Sequence[Any]:
    """Return the files of an announcement: id, name, size, media type."""
    return db.execute(
        select(Attachment.id, StoredFile.name, StoredFile.size, StoredFile.media_type)
        .join(StoredFile, StoredFile.id == Attachment.file_id)
        .where(Attachment.announcement_id == announcement_id)
        .order_by(Attachment.id)
    ).all()
