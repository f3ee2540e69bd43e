"""What students are told of the materials of their courses."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.models.teaching import Course
from quad.core.facts import on
from quad.materials.facts import MaterialsShown
from quad.materials.models.materials import Material
from quad.notifications.kinds.studies import MATERIALS_NEW
from quad.notifications.service import notify

NAMED = 3
# The line is the subject of a mail too, which must not become longer than that may be.
LONGEST_COURSE, LONGEST_TITLE = 80, 50


@on(MaterialsShown)
def tell_of_materials(db: Session, fact: MaterialsShown) -> None:
    """Tell the students of an offering what they can read and hear now, in one line for all of it."""
    course = db.scalar(select(Course.title).where(Course.id == fact.course_id))
    titles = db.scalars(
        select(Material.title)
        .where(Material.id.in_(fact.material_ids))
        .order_by(Material.id)
        .limit(NAMED + 1)
    ).all()
    named = ", ".join(_short(title, LONGEST_TITLE) for title in titles[:NAMED])
    data = {
        "course": _short(course or "", LONGEST_COURSE),
        "titles": named + (", …" if len(titles) > NAMED else ""),
    }
    (first, *more) = fact.material_ids
    url = f"/courses/{fact.course_id}/materials" if more else f"/materials/{first}"
    notify(db, MATERIALS_NEW, fact.user_ids, data, url)


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
