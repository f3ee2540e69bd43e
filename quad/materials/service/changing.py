"""Materials change, are replaced, deleted, and come back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.db.types import normalised
from quad.core.errors import EditedMeanwhile, Invalid, NotFound, Rejected
from quad.core.facts import emit
from quad.core.files import StoredFile
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.materials import policy
from quad.materials.facts import (
    MaterialChanged,
    MaterialFact,
    MaterialRemoved,
    MaterialReplaced,
    MaterialRestored,
)
from quad.materials.forms import EditLink, EditMaterial
from quad.materials.kinds import WORDS
from quad.materials.models.materials import Material, MaterialKind, MaterialVersion, Section
from quad.materials.service import kinds, places
from quad.materials.service.adding import next_position
from quad.materials.service.findable import index_material
from quad.materials.service.kinds import Prepared
from quad.materials.service.places import Scope

MOST_VERSIONS = 50


def scope_of(material: Material) -> Scope:
    """Return where a material belongs."""
    return Scope(material.course_id, material.offering_id)


def kept(db: Session, actor: Actor, material_id: int) -> Material:
    """Return a material that the actor keeps, held with its course until the unit ends. Raises NotFound, Forbidden."""
    seen = policy.MANAGE.get(db, actor, material_id, read=policy.READ)
    places.hold(db, seen.course_id)
    return policy.MANAGE.get(db, actor, material_id, read=policy.READ, lock=True)


def edit(db: Session, actor: Actor, material_id: int, form: EditMaterial) -> Material:
    """Change what a material is called, where it stands and when it is seen; of a link also its address.

    Raises NotFound, Forbidden, Invalid, EditedMeanwhile.
    """
    material = kept(db, actor, material_id)
    if form.version is not None and form.version != material.version:
        raise EditedMeanwhile
    scope = scope_of(material)
    places.require_section(db, scope, form.section_id)
    if form.section_id != material.section_id:
        material.position = next_position(db, scope, form.section_id)
    material.title, material.sort_title = form.title, normalised(form.title)
    material.about, material.section_id = form.about, form.section_id
    material.hidden, material.visible_at = form.hidden, places.moment_of(db, form.visible_from)
    if isinstance(form, EditLink) and material.kind is MaterialKind.LINK:
        material.url = form.url
    index_material(db, material.id)
    emit(db, _fact(MaterialChanged, actor, material))
    return material


def replace(db: Session, actor: Actor, material_id: int, one: Prepared) -> MaterialVersion:
    """Give a material another file; the earlier ones stay as its versions.

    Raises NotFound, Forbidden, Rejected when the course is full, Invalid (field `file`) for a file of another sort.
    """
    material = kept(db, actor, material_id)
    if material.kind is MaterialKind.LINK:
        raise Rejected(_("A link has no file. Change its address instead."))
    if one.kind is not material.kind:
        wanted = WORDS[material.kind]
        raise Invalid({"file": _("This replaces a file of the kind “%(kind)s”.", kind=str(wanted))})
    numbers = select(MaterialVersion.number).where(MaterialVersion.material_id == material.id)
    known = db.scalars(numbers).all()
    if len(known) >= MOST_VERSIONS:
        raise Rejected(
            _("A material keeps at most %(n)s versions. Add it anew instead.", n=MOST_VERSIONS)
        )
    kinds.require_room(db, material.course_id, one.kept.size)
    stored = kinds.row_of(one, actor.id)
    db.add(stored)
    db.flush()
    version = MaterialVersion(
        material_id=material.id,
        number=max(known, default=0) + 1,
        name_key=stored.name,
        file_id=stored.id,
    )
    db.add(version)
    return _show(db, actor, material, version)


def bring_version(db: Session, actor: Actor, material_id: int, version_id: int) -> MaterialVersion:
    """Show an earlier version again. Raises NotFound, Forbidden."""
    material = kept(db, actor, material_id)
    version = db.scalar(
        select(MaterialVersion).where(
            MaterialVersion.id == version_id, MaterialVersion.material_id == material.id
        )
    )
    if version is None:
        raise NotFound
    if version.current == 1:
        return version
    return _show(db, actor, material, version)


def _show(
    db: Session, actor: Actor, material: Material, version: MaterialVersion
) -> MaterialVersion:
    """Make `version` the current one: first nobody is, since the database lets only one be."""
    db.execute(
        update(MaterialVersion)
        .where(MaterialVersion.material_id == material.id, MaterialVersion.current == 1)
        .values(current=None)
    )
    version.current = 1
    material.updated_at = clock.now()
    db.flush()
    emit(db, _fact(MaterialReplaced, actor, material, version_id=version.id))
    return version


def versions(db: Session, actor: Actor, material_id: int) -> Sequence[Any]:
    """Return every version of a material one keeps, the newest first. Raises NotFound, Forbidden."""
    policy.MANAGE.get(db, actor, material_id, read=policy.READ)
    return db.execute(
        select(
            MaterialVersion.id,
            MaterialVersion.number,
            MaterialVersion.current,
            MaterialVersion.created_at,
            StoredFile.name,
            StoredFile.size,
            StoredFile.media_type,
            User.full_name.label("by"),
        )
        .join(StoredFile, StoredFile.id == MaterialVersion.file_id)
        .outerjoin(User, User.id == MaterialVersion.created_by)
        .where(MaterialVersion.material_id == material_id)
        .order_by(MaterialVersion.number.desc())
    ).all()


def remove(db: Session, actor: Actor, material_id: int) -> Material:
    """Delete a material; it may be brought back for a while. Raises NotFound, Forbidden."""
    material = kept(db, actor, material_id)
    material.deleted_at = clock.now()
    emit(db, _fact(MaterialRemoved, actor, material))
    return material


def restore(db: Session, actor: Actor, material_id: int) -> Material:
    """Bring a deleted material back, out of a section that is still deleted. Raises NotFound, Forbidden."""
    material = policy.RESTORE.get(db, actor, material_id, lock=True)
    if material.deleted_at is None:
        return material
    if material.section_id is not None:
        gone = select(Section.deleted_at).where(Section.id == material.section_id)
        if db.scalar(gone) is not None:
            material.section_id = None
            material.position = next_position(db, scope_of(material), None)
    material.deleted_at, material.gone_with_course = None, False
    index_material(db, material.id)
    emit(db, _fact(MaterialRestored, actor, material))
    return material


def _fact(kind: type[MaterialFact], actor: Actor, material: Material, **more: int) -> MaterialFact:
    return kind(
        actor_id=actor.id,
        material_id=material.id,
        course_id=material.course_id,
        offering_id=material.offering_id,
        **more,
    )
