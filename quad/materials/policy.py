"""Who reads the materials of a course, and who keeps them.

Keeping is a matter of who teaches: the offering's teacher, the head of the department, administrators. Materials of a
whole course are kept by everybody who may change the course. Students read what is visible of the offerings they take
or took; for everybody else a material is not there.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select

from quad.academics.models.people import Student
from quad.academics.models.teaching import Course, Enrolment, EnrolmentStatus, Offering
from quad.core import clock
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, NOTHING, Actor, Branches, Gate, Permission
from quad.materials.models.materials import (
    Material,
    MaterialVersion,
    Section,
    Upload,
    VersionState,
)
from quad.materials.models.summary import ExtractPage

Branch = ColumnElement[bool]
Kept = type[Material] | type[Section]

STAFF_ROLES = ("admin", "hod", "faculty")


def _kept(model: Kept, actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    branches: list[Branch] = []
    departments = actor.departments("hod")
    if departments:
        courses = select(Course.id).where(Course.department_id.in_(departments))
        branches.append(model.course_id.in_(courses))
    if actor.has("faculty"):
        own = select(Offering.id).where(Offering.faculty_id == actor.own_id)
        taught = select(Offering.course_id).where(Offering.faculty_id == actor.own_id)
        added = select(Course.id).where(Course.created_by == actor.own_id)
        branches.append(model.offering_id.in_(own))
        branches.append(model.offering_id.is_(None) & model.course_id.in_(taught))
        branches.append(model.offering_id.is_(None) & model.course_id.in_(added))
    return branches


def _shown(model: Kept) -> Branch:
    """What its teachers let others see at this moment."""
    return model.hidden.is_(False) & or_(
        model.visible_at.is_(None), model.visible_at <= clock.now()
    )


def _taken(model: Kept, actor: Actor) -> list[Branch]:
    """What belongs to the offerings one takes or took, and to their courses."""
    if not actor.has("student", "alumnus"):
        return []
    mine = (
        select(Enrolment.offering_id)
        .join(Student, Student.id == Enrolment.student_id)
        .where(
            Student.user_id == actor.own_id,
            Student.deleted_at.is_(None),
            Enrolment.status == EnrolmentStatus.ENROLLED,
        )
    )
    courses = select(Offering.course_id).where(Offering.id.in_(mine))
    return [
        model.offering_id.in_(mine),
        model.offering_id.is_(None) & model.course_id.in_(courses),
    ]


def _read_sections(actor: Actor) -> list[Branch]:
    return [branch & _shown(Section) for branch in _taken(Section, actor)]


def _read_materials(actor: Actor) -> list[Branch]:
    open_sections = select(Section.id).where(_shown(Section), Section.deleted_at.is_(None))
    reachable = or_(Material.section_id.is_(None), Material.section_id.in_(open_sections))
    return [branch & _shown(Material) & reachable for branch in _taken(Material, actor)]


def _with(kept: Branches, read: list[Branch]) -> Branches:
    return kept if kept is EVERYTHING else [*kept, *read]


READ = Permission(
    "materials.material.read",
    _l("Read a material"),
    Material,
    lambda actor: _with(_kept(Material, actor), _read_materials(actor)),
)
MANAGE = Permission(
    "materials.material.manage",
    _l("Change, replace and delete a material"),
    Material,
    lambda actor: _kept(Material, actor),
)
RESTORE = Permission(
    "materials.material.restore",
    _l("Bring back a deleted material"),
    Material,
    lambda actor: _kept(Material, actor),
    deleted_too=True,
)
PAGE_READ = Permission(
    "materials.page.read",
    _l("Find a page of a material by its words"),
    ExtractPage,
    lambda actor: [
        ExtractPage.version_id.in_(
            select(MaterialVersion.id)
            .join(Material, Material.id == MaterialVersion.material_id)
            .where(
                branch,
                Material.deleted_at.is_(None),
                MaterialVersion.current == 1,
                MaterialVersion.state == VersionState.CLEAN,
            )
        )
        for branch in READ.branches(actor)
    ],
)
READ_AS_STUDENT = Permission(
    "materials.material.study",
    _l("Go on with the materials of one’s own courses"),
    Material,
    _read_materials,
)
SECTION_READ = Permission(
    "materials.section.read",
    _l("See a section of materials"),
    Section,
    lambda actor: _with(_kept(Section, actor), _read_sections(actor)),
)
SECTION_MANAGE = Permission(
    "materials.section.manage",
    _l("Change, order and delete a section of materials"),
    Section,
    lambda actor: _kept(Section, actor),
)
SECTION_RESTORE = Permission(
    "materials.section.restore",
    _l("Bring back a deleted section of materials"),
    Section,
    lambda actor: _kept(Section, actor),
    deleted_too=True,
)
OWN_UPLOAD = Permission(
    "materials.upload.own",
    _l("Go on with one’s own upload"),
    Upload,
    lambda actor: (Upload.user_id == actor.own_id,) if actor.id is not None else NOTHING,
)
LIST = Gate(
    "materials.list",
    _l("Open the list of materials one keeps or reads"),
    lambda actor: actor.has(*STAFF_ROLES, "student", "alumnus"),
)
CHOOSE = Gate(
    "materials.reader.choose",
    _l("Say whether teachers see by name what one has opened"),
    lambda actor: actor.has("student", "alumnus"),
)
