"""Reading materials: what a course has, one material, and its content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, select
from sqlalchemy.orm import Session

from quad.academics.models.teaching import Course, Offering
from quad.core.db.types import normalised
from quad.core.errors import NotFound, Rejected
from quad.core.files import StoredFile
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.institution.models import Term
from quad.materials import policy
from quad.materials.kinds import not_yet, offering_words
from quad.materials.models.materials import (
    Material,
    MaterialVersion,
    Opening,
    Section,
    VersionState,
)
from quad.materials.service.places import Scope

MOST = 1_000


@dataclass
class Group:
    """The materials of one section of one place, in their order; without a section those above all sections."""

    section_id: int | None
    title: str
    offering_id: int | None
    offering: str
    hidden: bool = False
    visible_at: datetime | None = None
    position: int = 0
    materials: list[Any] = field(default_factory=list)

    @property
    def waits(self) -> bool:
        """Tell whether readers do not see it yet."""
        return self.hidden or not_yet(self.visible_at)


_COLUMNS: tuple[Any, ...] = (
    Material.id,
    Material.course_id,
    Material.offering_id,
    Material.section_id,
    Material.kind,
    Material.title,
    Material.about,
    Material.url,
    Material.position,
    Material.hidden,
    Material.visible_at,
    Material.readers,
    Material.version,
    Material.created_at,
    Material.updated_at,
    Section.title.label("section"),
    Section.position.label("section_position"),
    Section.hidden.label("section_hidden"),
    Section.visible_at.label("section_visible_at"),
    Offering.section.label("offering_section"),
    Term.name.label("term"),
    MaterialVersion.id.label("version_id"),
    MaterialVersion.number,
    MaterialVersion.state,
    MaterialVersion.refusal,
    StoredFile.name,
    StoredFile.size,
    StoredFile.media_type,
    Opening.last_at,
    Opening.seconds,
    Opening.length,
)


def _lines(actor: Actor) -> Select[Any]:
    """Select materials with section, offering, the file they show, and how far the actor has come."""
    current = (MaterialVersion.material_id == Material.id) & (MaterialVersion.current == 1)
    own = (Opening.material_id == Material.id) & (Opening.user_id == actor.own_id)
    return (
        select(*_COLUMNS)
        .select_from(Material)
        .outerjoin(Section, Section.id == Material.section_id)
        .outerjoin(Offering, Offering.id == Material.offering_id)
        .outerjoin(Term, Term.id == Offering.term_id)
        .outerjoin(MaterialVersion, current)
        .outerjoin(StoredFile, StoredFile.id == MaterialVersion.file_id)
        .outerjoin(Opening, own)
        .order_by(Material.position, Material.id)
        .limit(MOST)
    )


def outline(db: Session, actor: Actor, course_id: int) -> list[Group]:
    """Return what of a course's materials the actor may read, by section: the whole course's first (one statement)."""
    return _grouped(db, actor, Material.course_id == course_id)


def outline_of(db: Session, actor: Actor, scope: Scope) -> list[Group]:
    """Return what stands in one place, as far as the actor may read it (one statement)."""
    return _grouped(db, actor, scope.of(Material))


def _grouped(db: Session, actor: Actor, which: ColumnElement[bool]) -> list[Group]:
    found: dict[tuple[int | None, int | None], Group] = {}
    for row in db.execute(_lines(actor).where(which, policy.READ.where(actor, many=True))):
        key = (row.offering_id, row.section_id)
        if key not in found:
            found[key] = Group(
                row.section_id,
                row.section or "",
                row.offering_id,
                offering_words(row.term, row.offering_section),
                bool(row.section_hidden),
                row.section_visible_at,
                row.section_position or 0,
            )
        found[key].materials.append(row)
    return sorted(found.values(), key=_place)


def _place(group: Group) -> tuple[bool, int, bool, int, int]:
    """What belongs to the whole course first, then the latest offering; what has no section first."""
    return (
        group.offering_id is not None,
        -(group.offering_id or 0),
        group.section_id is not None,
        group.position,
        group.section_id or 0,
    )


def with_empty(groups: list[Group], sections: Sequence[Section], offering: str) -> list[Group]:
    """Return the groups of one place with those of its sections that hold nothing yet."""
    held = {group.section_id for group in groups}
    empty = [
        Group(
            section.id,
            section.title,
            section.offering_id,
            offering,
            section.hidden,
            section.visible_at,
            section.position,
        )
        for section in sections
        if section.id not in held
    ]
    return sorted([*groups, *empty], key=_place)


@dataclass(frozen=True)
class Shown:
    """One material with its file, where it belongs, and what the actor may do with it."""

    head: Any
    may_manage: bool

    @property
    def waits(self) -> bool:
        """Tell whether readers do not see it yet."""
        row = self.head
        held = bool(row.section_hidden) or not_yet(row.section_visible_at)
        return row.hidden or not_yet(row.visible_at) or held


def shown(db: Session, actor: Actor, material_id: int) -> Shown:
    """Return one material (one statement). Raises NotFound."""
    row = db.execute(
        _lines(actor)
        .add_columns(
            Course.title.label("course"),
            Course.code,
            User.full_name.label("by"),
            case((policy.MANAGE.where(actor), 1), else_=0).label("managed"),
        )
        .join(Course, Course.id == Material.course_id)
        .outerjoin(User, User.id == Material.created_by)
        .where(Material.id == material_id, policy.READ.where(actor))
    ).first()
    if row is None:
        raise NotFound
    return Shown(row, bool(row.managed))


@dataclass(frozen=True)
class Content:
    """A file to be sent, and whether who asks keeps the material."""

    stored: StoredFile
    material: Material
    managed: bool


def content(db: Session, actor: Actor, material_id: int) -> Content:
    """Return the file a material shows now (one statement decides and finds).

    Raises NotFound, also for a link, and Rejected when the file has not passed the check.
    """
    return _content(db, actor, material_id, MaterialVersion.current == 1, policy.READ)


def content_of_version(db: Session, actor: Actor, material_id: int, version_id: int) -> Content:
    """Return the file of one version of a material one keeps. Raises NotFound."""
    return _content(db, actor, material_id, MaterialVersion.id == version_id, policy.MANAGE)


def _content(
    db: Session, actor: Actor, material_id: int, which: ColumnElement[bool], permission: Any
) -> Content:
    row = db.execute(
        select(
            StoredFile,
            Material,
            case((policy.MANAGE.where(actor), 1), else_=0),
            MaterialVersion.state,
            MaterialVersion.refusal,
        )
        .join(MaterialVersion, MaterialVersion.file_id == StoredFile.id)
        .join(Material, Material.id == MaterialVersion.material_id)
        .where(Material.id == material_id, which, permission.where(actor))
    ).first()
    if row is None:
        raise NotFound
    if row.state is VersionState.WAITING:
        raise Rejected(_("This file is still being checked. Try again in a moment."))
    if row.state is VersionState.REFUSED:
        raise Rejected(row.refusal or _("This file did not pass the check."))
    return Content(row[0], row[1], bool(row[2]))


def by_name(db: Session, actor: Actor, name: str) -> int:
    """Return the newest material whose file is called `name` now, among those the actor may read. Raises NotFound."""
    found = db.scalar(
        select(Material.id)
        .join(MaterialVersion, MaterialVersion.material_id == Material.id)
        .where(
            MaterialVersion.name_key == normalised(name)[:255],
            MaterialVersion.current == 1,
            policy.READ.where(actor),
        )
        .order_by(MaterialVersion.id.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound
    return found


def deleted(db: Session, actor: Actor, course_id: int) -> tuple[Sequence[Any], Sequence[Any]]:
    """Return the deleted sections and materials of a course that the actor may bring back, the latest first."""
    sections = db.execute(
        select(Section.id, Section.title, Section.deleted_at)
        .where(
            Section.course_id == course_id,
            Section.deleted_at.is_not(None),
            policy.SECTION_RESTORE.where(actor),
        )
        .order_by(Section.deleted_at.desc(), Section.id.desc())
        .limit(100)
    ).all()
    materials = db.execute(
        select(Material.id, Material.title, Material.kind, Material.deleted_at)
        .where(
            Material.course_id == course_id,
            Material.deleted_at.is_not(None),
            policy.RESTORE.where(actor),
        )
        .order_by(Material.deleted_at.desc(), Material.id.desc())
        .limit(100)
    ).all()
    return sections, materials
