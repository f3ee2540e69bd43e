"""What follows for materials when courses and offerings come and go, and what the worker prepares of new files."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.facts.base import CourseDeleted, CourseRestored, OfferingRemoved
from quad.core.facts import on
from quad.core.jobs.outbox import enqueue
from quad.materials.facts import MaterialAdded, MaterialChanged, MaterialReplaced
from quad.materials.models.materials import Material, MaterialKind, MaterialVersion
from quad.materials.service import checking, pages, previews, purging


@on(CourseDeleted)
def go_with_course(db: Session, fact: CourseDeleted) -> None:
    """Materials are deleted together with their course."""
    purging.go_with_course(db, fact.course_id)


@on(CourseRestored)
def come_with_course(db: Session, fact: CourseRestored) -> None:
    """And come back with it."""
    purging.come_with_course(db, fact.course_id)


@on(OfferingRemoved)
def let_go_of_offering(db: Session, fact: OfferingRemoved) -> None:
    """Nobody was ever enrolled in it: its materials are deleted, restorable within the course."""
    purging.let_go_of_offering(db, fact.offering_id)


@on(MaterialAdded)
def show_new(db: Session, fact: MaterialAdded) -> None:
    """It is checked, read and summed up; a Word document is made readable in the page."""
    checking.begin(db, fact.material_id)
    _ask_for_preview(db, fact.material_id)


@on(MaterialReplaced)
def show_replaced(db: Session, fact: MaterialReplaced) -> None:
    """And so is the one that replaces it."""
    checking.begin(db, fact.material_id)
    _ask_for_preview(db, fact.material_id)


@on(MaterialChanged)
def show_title(db: Session, fact: MaterialChanged) -> None:
    """Its pages are found under its title."""
    pages.retitle_material(db, fact.material_id)


def _ask_for_preview(db: Session, material_id: int) -> None:
    version_id = db.scalar(
        select(MaterialVersion.id)
        .join(Material, Material.id == MaterialVersion.material_id)
        .where(
            Material.id == material_id,
            Material.kind == MaterialKind.DOCX,
            MaterialVersion.current == 1,
        )
    )
    if version_id is not None:
        enqueue(db, previews.JOB, {"version_id": version_id}, key=f"{previews.JOB} {version_id}")
