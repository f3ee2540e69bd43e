"""Captions of recordings, one track per language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.errors import NotFound, Rejected
from quad.core.facts import emit
from quad.core.files import StoredFile
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.materials import policy
from quad.materials.facts import CaptionsAdded, CaptionsRemoved
from quad.materials.forms import CaptionIn
from quad.materials.kinds import RECORDINGS
from quad.materials.models.materials import Caption, Material
from quad.materials.service import changing, kinds
from quad.materials.service.kinds import Prepared


def of_material(db: Session, material_id: int) -> Sequence[Any]:
    """Return the tracks of a material by language: id, language, name of the file."""
    return db.execute(
        select(Caption.id, Caption.language, StoredFile.name)
        .join(StoredFile, StoredFile.id == Caption.file_id)
        .where(Caption.material_id == material_id)
        .order_by(Caption.language)
    ).all()


def add(db: Session, actor: Actor, material_id: int, form: CaptionIn, one: Prepared) -> Caption:
    """Give a recording captions in a language.

    Raises NotFound, Forbidden, Rejected for what is no recording, Invalid when the language has captions already.
    """
    material = changing.kept(db, actor, material_id)
    if material.kind not in RECORDINGS:
        raise Rejected(_("Only audio and video have captions."))
    kinds.require_room(db, material.course_id, one.kept.size)
    stored = kinds.row_of(one, actor.id)
    db.add(stored)
    db.flush()
    caption = Caption(material_id=material.id, language=form.language, file_id=stored.id)
    db.add(caption)
    db.flush()
    emit(db, _fact(CaptionsAdded, actor, material, form.language))
    return caption


def remove(db: Session, actor: Actor, material_id: int, caption_id: int) -> None:
    """Take a recording's captions away. Raises NotFound, Forbidden."""
    material = changing.kept(db, actor, material_id)
    caption = _find(db, material.id, caption_id)
    language, stored = caption.language, db.get_one(StoredFile, caption.file_id)
    db.delete(caption)
    db.flush()
    db.delete(stored)
    emit(db, _fact(CaptionsRemoved, actor, material, language))


def file_of(db: Session, actor: Actor, material_id: int, caption_id: int) -> StoredFile:
    """Return the file of a track of a material one reads. Raises NotFound."""
    policy.READ.get(db, actor, material_id)
    return db.get_one(StoredFile, _find(db, material_id, caption_id).file_id)


def _find(db: Session, material_id: int, caption_id: int) -> Caption:
    caption = db.scalar(
        select(Caption).where(Caption.id == caption_id, Caption.material_id == material_id)
    )
    if caption is None:
        raise NotFound
    return caption


def _fact(
    kind: type[CaptionsAdded] | type[CaptionsRemoved],
    actor: Actor,
    material: Material,
    language: str,
) -> CaptionsAdded | CaptionsRemoved:
    return kind(
        actor_id=actor.id,
        material_id=material.id,
        course_id=material.course_id,
        offering_id=material.offering_id,
        language=language,
    )
