"""What was deleted long enough ago goes for good: the rows here, the content once nothing names it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import CompoundSelect, delete, select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import Rejected
from quad.core.facts import emit
from quad.core.files import StoredFile
from quad.core.i18n import gettext as _
from quad.core.policy import SYSTEM, Actor
from quad.core.search.index import unindex
from quad.core.settings import value
from quad.materials import policy
from quad.materials.facts import MaterialPurged
from quad.materials.kinds import FOUND
from quad.materials.models.materials import (
    Caption,
    Material,
    MaterialVersion,
    Opening,
    Section,
    Upload,
)
from quad.materials.service import kinds

AT_ONCE = 50


def purge(db: Session, actor: Actor, material_id: int) -> None:
    """Take a deleted material away for good, with every version. Raises NotFound, Forbidden, Rejected."""
    material = policy.RESTORE.get(db, actor, material_id, lock=True)
    if material.deleted_at is None:
        raise Rejected(_("Delete this material first."))
    fact = MaterialPurged(
        actor_id=actor.id,
        material_id=material.id,
        course_id=material.course_id,
        offering_id=material.offering_id,
    )
    stored = list(db.scalars(_files(material.id)))
    unindex(db, FOUND, [material.id])
    # Triggers count who opened it, and a cascade would pass them by.
    db.execute(delete(Opening).where(Opening.material_id == material.id))
    db.execute(delete(Upload).where(Upload.material_id == material.id))
    for child in (Caption, MaterialVersion):
        db.execute(delete(child).where(child.material_id == material.id))
    db.expire(material)
    db.execute(delete(Material).where(Material.id == material_id))
    db.execute(delete(StoredFile).where(StoredFile.id.in_(stored)))
    emit(db, fact)


def _files(material_id: int) -> CompoundSelect[int]:
    versions = select(MaterialVersion.file_id).where(MaterialVersion.material_id == material_id)
    captions = select(Caption.file_id).where(Caption.material_id == material_id)
    return versions.union_all(captions)


def purge_some(db: Session) -> int:
    """Purge a few of the materials whose days are over; return how many."""
    old = clock.now() - timedelta(days=value(db, kinds.UNDO_DAYS))
    due = list(
        db.scalars(
            select(Material.id)
            .where(Material.deleted_at < old)
            .order_by(Material.deleted_at, Material.id)
            .limit(AT_ONCE)
        )
    )
    for material_id in due:
        purge(db, SYSTEM, material_id)
    return len(due)


def purge_sections(db: Session) -> int:
    """Take away sections whose days are over and that hold nothing any more; return how many."""
    old = clock.now() - timedelta(days=value(db, kinds.UNDO_DAYS))
    held = select(Material.id).where(Material.section_id == Section.id).exists()
    due = list(db.scalars(select(Section.id).where(Section.deleted_at < old, ~held).limit(AT_ONCE)))
    if due:
        db.execute(update(Upload).where(Upload.section_id.in_(due)).values(section_id=None))
        db.execute(delete(Section).where(Section.id.in_(due)))
    return len(due)


def let_go_of_offering(db: Session, offering_id: int) -> None:
    """Delete what belongs to an offering that is being removed; brought back, it would be hidden, and of the course."""
    moment = clock.now()
    for model in (Material, Section):
        db.execute(
            update(model)
            .where(model.offering_id == offering_id, model.deleted_at.is_(None))
            .values(deleted_at=moment)
        )
        db.execute(
            update(model)
            .where(model.offering_id == offering_id)
            .values(offering_id=None, hidden=True)
        )


def go_with_course(db: Session, course_id: int) -> None:
    """Delete the materials of a course that was deleted."""
    db.execute(
        update(Material)
        .where(Material.course_id == course_id, Material.deleted_at.is_(None))
        .values(deleted_at=clock.now(), gone_with_course=True)
    )


def come_with_course(db: Session, course_id: int) -> None:
    """Bring back the materials that were deleted together with their course."""
    db.execute(
        update(Material)
        .where(Material.course_id == course_id, Material.gone_with_course)
        .values(deleted_at=None, gone_with_course=False)
    )
