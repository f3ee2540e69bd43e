"""Materials come to a course: files that were looked at before, and links."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.core.db.types import normalised
from quad.core.errors import Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.core.settings import value
from quad.materials.facts import MaterialAdded
from quad.materials.forms import NewLink, Where
from quad.materials.models.materials import Material, MaterialKind, MaterialVersion
from quad.materials.service import kinds, places
from quad.materials.service.findable import index_material
from quad.materials.service.kinds import Prepared
from quad.materials.service.places import Scope, within

MOST = 500


def add_files(
    db: Session, actor: Actor, course_id: int, where: Where, given: Sequence[Prepared]
) -> list[Material]:
    """Add files, each as a material of its own, at the end of their section.

    Raises NotFound, Forbidden, Invalid, and Rejected when the course is full.
    """
    places.hold(db, course_id)
    scope = places.kept_scope(db, actor, course_id, where.offering_id)
    places.require_section(db, scope, where.section_id)
    kinds.require_room(db, course_id, sum(one.kept.size for one in given))
    _require_few(db, scope, len(given))
    return [_added(db, actor, scope, where.section_id, one) for one in given]


def _added(
    db: Session, actor: Actor, scope: Scope, section_id: int | None, one: Prepared
) -> Material:
    material = Material(
        course_id=scope.course_id,
        offering_id=scope.offering_id,
        section_id=section_id,
        kind=one.kind,
        title=one.title,
        sort_title=normalised(one.title),
        position=next_position(db, scope, section_id),
    )
    stored = kinds.row_of(one, actor.id)
    db.add_all([material, stored])
    db.flush()
    db.add(
        MaterialVersion(
            material_id=material.id,
            number=1,
            current=1,
            name_key=stored.name,
            file_id=stored.id,
        )
    )
    return _told(db, actor, material)


def add_link(db: Session, actor: Actor, course_id: int, form: NewLink) -> Material:
    """Add a link. Raises NotFound, Forbidden, Invalid, and Rejected when links are not taken."""
    if not value(db, kinds.LINKS):
        raise Rejected(_("Links are not taken here."))
    places.hold(db, course_id)
    scope = places.kept_scope(db, actor, course_id, form.offering_id)
    places.require_section(db, scope, form.section_id)
    _require_few(db, scope, 1)
    material = Material(
        course_id=scope.course_id,
        offering_id=scope.offering_id,
        section_id=form.section_id,
        kind=MaterialKind.LINK,
        title=form.title,
        sort_title=normalised(form.title),
        about=form.about,
        url=form.url,
        hidden=form.hidden,
        visible_at=places.moment_of(db, form.visible_from),
        position=next_position(db, scope, form.section_id),
    )
    db.add(material)
    return _told(db, actor, material)


def _told(db: Session, actor: Actor, material: Material) -> Material:
    db.flush()
    index_material(db, material.id)
    emit(
        db,
        MaterialAdded(
            actor_id=actor.id,
            material_id=material.id,
            course_id=material.course_id,
            offering_id=material.offering_id,
        ),
    )
    return material


def next_position(db: Session, scope: Scope, section_id: int | None) -> int:
    """Return the place behind everything that stands in a section."""
    last = select(func.max(Material.position)).where(scope.of(Material), within(section_id))
    return (db.scalar(last) or 0) + 1


def _require_few(db: Session, scope: Scope, more: int) -> None:
    count = select(func.count()).where(scope.of(Material), Material.deleted_at.is_(None))
    if (db.scalar(count) or 0) + more > MOST:
        raise Rejected(_("There are at most %(n)s materials in one place.", n=MOST))
