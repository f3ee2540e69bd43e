"""Sections of materials, and the order in which sections and materials stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import EditedMeanwhile, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.materials import policy
from quad.materials.facts import (
    MaterialsOrdered,
    SectionAdded,
    SectionChanged,
    SectionFact,
    SectionRemoved,
    SectionRestored,
)
from quad.materials.forms import EditSection, NewSection, Order
from quad.materials.models.materials import Material, Section
from quad.materials.service import places
from quad.materials.service.changing import kept as kept_material
from quad.materials.service.changing import scope_of
from quad.materials.service.places import Scope, within

MOST = 100


def add(db: Session, actor: Actor, course_id: int, form: NewSection) -> Section:
    """Add a section behind the others. Raises NotFound, Forbidden, Invalid, Rejected when there are too many."""
    places.hold(db, course_id)
    scope = places.kept_scope(db, actor, course_id, form.offering_id)
    count = select(func.count()).where(scope.of(Section), Section.deleted_at.is_(None))
    if (db.scalar(count) or 0) >= MOST:
        raise Rejected(_("There are at most %(n)s sections in one place.", n=MOST))
    last = db.scalar(select(func.max(Section.position)).where(scope.of(Section)))
    section = Section(
        course_id=course_id,
        offering_id=scope.offering_id,
        title=form.title,
        hidden=form.hidden,
        visible_at=places.moment_of(db, form.visible_from),
        position=(last or 0) + 1,
    )
    db.add(section)
    db.flush()
    emit(db, _fact(SectionAdded, actor, section))
    return section


def kept(db: Session, actor: Actor, section_id: int) -> Section:
    """Return a section that the actor keeps, held with its course until the unit ends. Raises NotFound, Forbidden."""
    seen = policy.SECTION_MANAGE.get(db, actor, section_id, read=policy.SECTION_READ)
    places.hold(db, seen.course_id)
    return policy.SECTION_MANAGE.get(db, actor, section_id, read=policy.SECTION_READ, lock=True)


def edit(db: Session, actor: Actor, section_id: int, form: EditSection) -> Section:
    """Change a section's title, and from when it is seen. Raises NotFound, Forbidden, EditedMeanwhile."""
    section = kept(db, actor, section_id)
    if form.version is not None and form.version != section.version:
        raise EditedMeanwhile
    section.title, section.hidden = form.title, form.hidden
    section.visible_at = places.moment_of(db, form.visible_from)
    emit(db, _fact(SectionChanged, actor, section))
    return section


def remove(db: Session, actor: Actor, section_id: int) -> Section:
    """Delete a section with the materials in it; they come back together. Raises NotFound, Forbidden."""
    section = kept(db, actor, section_id)
    moment = clock.now()
    db.execute(
        update(Material)
        .where(Material.section_id == section.id, Material.deleted_at.is_(None))
        .values(deleted_at=moment)
    )
    section.deleted_at = moment
    emit(db, _fact(SectionRemoved, actor, section))
    return section


def restore(db: Session, actor: Actor, section_id: int) -> Section:
    """Bring a deleted section back with the materials it took along. Raises NotFound, Forbidden."""
    section = policy.SECTION_RESTORE.get(db, actor, section_id, lock=True)
    gone: datetime | None = section.deleted_at
    if gone is None:
        return section
    db.execute(
        update(Material)
        .where(Material.section_id == section.id, Material.deleted_at == gone)
        .values(deleted_at=None)
    )
    section.deleted_at = None
    emit(db, _fact(SectionRestored, actor, section))
    return section


def _fact(kind: type[SectionFact], actor: Actor, section: Section) -> SectionFact:
    return kind(
        actor_id=actor.id,
        section_id=section.id,
        course_id=section.course_id,
        offering_id=section.offering_id,
    )


def of_scope(db: Session, scope: Scope) -> Sequence[Section]:
    """Return the sections of a place in their order."""
    return db.scalars(
        select(Section)
        .where(scope.of(Section), Section.deleted_at.is_(None))
        .order_by(Section.position, Section.id)
    ).all()


def order(db: Session, actor: Actor, course_id: int, form: Order) -> None:
    """Put the sections of a place, or the materials of one of its sections, into another order.

    Materials of other sections that are named move into `section_id`. Raises NotFound, Forbidden, Invalid, and Rejected
    when what stands there changed meanwhile.
    """
    places.hold(db, course_id)
    scope = places.kept_scope(db, actor, course_id, form.offering_id)
    if form.section_ids:
        held = {section.id: section for section in of_scope(db, scope)}
        if sorted(form.section_ids) != sorted(held):
            raise _meanwhile()
        for position, section_id in enumerate(form.section_ids, start=1):
            held[section_id].position = position
    if form.material_ids:
        places.require_section(db, scope, form.section_id)
        _order_materials(db, scope, form)
    emit(
        db,
        MaterialsOrdered(actor_id=actor.id, course_id=course_id, offering_id=scope.offering_id),
    )


def _order_materials(db: Session, scope: Scope, form: Order) -> None:
    named = db.scalars(
        select(Material).where(
            scope.of(Material), Material.deleted_at.is_(None), Material.id.in_(form.material_ids)
        )
    ).all()
    held = {material.id: material for material in named}
    standing = set(db.scalars(_standing(scope, form.section_id)))
    if len(set(form.material_ids)) != len(form.material_ids) or not (
        standing <= held.keys() and len(held) == len(form.material_ids)
    ):
        raise _meanwhile()
    for position, material_id in enumerate(form.material_ids, start=1):
        held[material_id].section_id = form.section_id
        held[material_id].position = position


def _standing(scope: Scope, section_id: int | None) -> Select[int]:
    return (
        select(Material.id)
        .where(scope.of(Material), Material.deleted_at.is_(None), within(section_id))
        .order_by(Material.position, Material.id)
    )


def _meanwhile() -> Rejected:
    return Rejected(_("Somebody changed these materials meanwhile. Have a look at the list."))


def move(db: Session, actor: Actor, section_id: int, by: int) -> Section:
    """Move a section up (-1) or down (1) by one place; at the end it stays. Raises NotFound, Forbidden."""
    section = kept(db, actor, section_id)
    ids = [each.id for each in of_scope(db, Scope(section.course_id, section.offering_id))]
    form = Order(section_ids=_swapped(ids, section.id, by), offering_id=section.offering_id)
    order(db, actor, section.course_id, form)
    return section


def move_material(db: Session, actor: Actor, material_id: int, by: int) -> Material:
    """Move a material up (-1) or down (1) within its section; at the end it stays. Raises NotFound, Forbidden."""
    material = kept_material(db, actor, material_id)
    ids = list(db.scalars(_standing(scope_of(material), material.section_id)))
    form = Order(
        material_ids=_swapped(ids, material.id, by),
        section_id=material.section_id,
        offering_id=material.offering_id,
    )
    order(db, actor, material.course_id, form)
    return material


def _swapped(ids: list[int], one: int, by: int) -> list[int]:
    place = ids.index(one)
    other = min(max(place + by, 0), len(ids) - 1)
    ids[place], ids[other] = ids[other], ids[place]
    return ids


def visible(db: Session, actor: Actor, course_id: int) -> list[Section]:
    """Return the sections of a course that the actor may see, the whole course's first."""
    rows = db.scalars(
        policy.SECTION_READ.visible(actor)
        .where(Section.course_id == course_id)
        .order_by(Section.position, Section.id)
    )
    return sorted(rows, key=lambda row: (row.offering_id is not None, row.offering_id or 0))
