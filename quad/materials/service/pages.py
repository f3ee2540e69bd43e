"""Search inside materials: each page is found by its words, by who may read the material as it is now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.academics.models.teaching import Course, Enrolment, EnrolmentStatus, Offering
from quad.core.errors import NotFound
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.core.search.index import index_many, retitle, unindex
from quad.core.search.searchable import Document, Tokens
from quad.materials import policy
from quad.materials.models.materials import Material, MaterialVersion, VersionState
from quad.materials.models.summary import Extract, ExtractPage

PAGES = "materials.page"
AT_ONCE = 50


@dataclass(frozen=True)
class Text:
    """What could be read of the file a material shows now, from one place on.

    `total` is how many pages the document has, None while it was not read yet; `problem` says what could not be read.
    `next` is where to go on, None at the end.
    """

    material_id: int
    title: str
    total: int | None
    words: int | None
    problem: str
    parts: Sequence[Any]
    next: int | None


def text_of(db: Session, actor: Actor, material_id: int, *, start: int = 1) -> Text:
    """Return up to 50 pages of the text of a material. Raises NotFound, also for what has no file or did not pass."""
    head = db.execute(
        select(
            Material.id,
            Material.title,
            MaterialVersion.id.label("version_id"),
            Extract.total,
            Extract.words,
            Extract.problem,
        )
        .join(MaterialVersion, MaterialVersion.material_id == Material.id)
        .outerjoin(Extract, Extract.version_id == MaterialVersion.id)
        .where(
            Material.id == material_id,
            MaterialVersion.current == 1,
            MaterialVersion.state == VersionState.CLEAN,
            policy.READ.where(actor),
        )
    ).first()
    if head is None:
        raise NotFound
    parts = db.execute(
        select(ExtractPage.place, ExtractPage.number.label("page"), ExtractPage.text)
        .where(ExtractPage.version_id == head.version_id, ExtractPage.place >= start)
        .order_by(ExtractPage.place)
        .limit(AT_ONCE + 1)
    ).all()
    more = parts[AT_ONCE].place if len(parts) > AT_ONCE else None
    return Text(
        head.id, head.title, head.total, head.words, head.problem or "", parts[:AT_ONCE], more
    )


def documents(db: Session, ids: Sequence[int]) -> Iterator[Document]:
    """Yield the documents of these pages, as far as they belong to what a material shows now."""
    rows = db.execute(
        select(
            ExtractPage.id,
            ExtractPage.number,
            ExtractPage.text,
            Material.id.label("material_id"),
            Material.title,
            Material.offering_id,
            Material.course_id,
            Course.title.label("course"),
            Course.department_id,
        )
        .join(MaterialVersion, MaterialVersion.id == ExtractPage.version_id)
        .join(Material, Material.id == MaterialVersion.material_id)
        .join(Course, Course.id == Material.course_id)
        .where(ExtractPage.id.in_(ids), MaterialVersion.current == 1)
        .order_by(ExtractPage.id)
    )
    for row in rows:
        place = f"?page={row.number}" if row.number is not None else ""
        yield Document(
            subject_id=row.id,
            title=row.title,
            url=f"/materials/{row.material_id}{place}",
            sub=_("page %(n)s, %(course)s", n=row.number, course=row.course)
            if place
            else row.course,
            body=row.text,
            audiences=[
                "role admin",
                f"role hod {row.department_id}",
                f"course {row.course_id}"
                if row.offering_id is None
                else f"offering {row.offering_id}",
            ],
        )


def tokens(actor: Actor) -> list[Tokens]:
    """Return what stands for the courses and offerings that the actor takes, took or teaches."""
    if actor.id is None or not actor.has("student", "alumnus", "faculty"):
        return []
    taken = (
        select(Offering.id)
        .join(Enrolment, Enrolment.offering_id == Offering.id)
        .join(Student, Student.id == Enrolment.student_id)
        .where(Student.user_id == actor.own_id, Enrolment.status == EnrolmentStatus.ENROLLED)
    )
    taught = select(Offering.id).where(Offering.faculty_id == actor.own_id)
    found: list[Tokens] = []
    for mine in (taken, taught):
        courses = mine.with_only_columns(Offering.course_id).distinct()
        found += [("offering", mine), ("course", courses)]
    return found


def index_version(db: Session, version_id: int) -> None:
    """Make the pages of what a material shows now findable, and those of its earlier versions no longer."""
    material = select(MaterialVersion.material_id).where(MaterialVersion.id == version_id)
    others = (
        select(ExtractPage.id)
        .join(MaterialVersion, MaterialVersion.id == ExtractPage.version_id)
        .where(
            MaterialVersion.material_id == material.scalar_subquery(),
            MaterialVersion.id != version_id,
        )
    )
    unindex(db, PAGES, list(db.scalars(others)))
    own = list(
        db.scalars(
            select(ExtractPage.id)
            .where(ExtractPage.version_id == version_id)
            .order_by(ExtractPage.id)
        )
    )
    index_many(db, PAGES, documents(db, own))


def forget_material(db: Session, material_id: int) -> None:
    """Take the pages of a material out of the index, before its rows go."""
    unindex(db, PAGES, _ids(db, material_id))


def retitle_material(db: Session, material_id: int) -> None:
    """Show the pages of a material under its title as it is now."""
    title = db.scalar(select(Material.title).where(Material.id == material_id))
    if title is not None:
        retitle(db, PAGES, _ids(db, material_id), title)


def _ids(db: Session, material_id: int) -> list[int]:
    return list(
        db.scalars(
            select(ExtractPage.id)
            .join(MaterialVersion, MaterialVersion.id == ExtractPage.version_id)
            .where(MaterialVersion.material_id == material_id)
        )
    )
