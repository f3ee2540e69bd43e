"""Under which words materials are found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.models.teaching import Course
from quad.core.search.index import index_many
from quad.core.search.searchable import Document
from quad.materials.kinds import FOUND
from quad.materials.models.materials import Material


def documents(db: Session, ids: Sequence[int]) -> Iterator[Document]:
    """Yield the documents of these materials: title, course, and what it is about."""
    rows = db.execute(
        select(
            Material.id,
            Material.title,
            Material.sort_title,
            Material.about,
            Course.code,
            Course.title.label("course"),
        )
        .join(Course, Course.id == Material.course_id)
        .where(Material.id.in_(ids))
    )
    for row in rows:
        yield Document(
            subject_id=row.id,
            title=row.title,
            sub=f"{row.course}, {row.code}",
            url=f"/materials/{row.id}",
            body=row.about,
            place=row.sort_title,
        )


def index_material(db: Session, material_id: int) -> None:
    """Make a material findable as it is now."""
    db.flush()
    index_many(db, FOUND, documents(db, [material_id]))
