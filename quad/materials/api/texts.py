"""What stands in materials, over JSON: the text of one, and the search inside those of a course."""

from __future__ import annotations

from apiflask import APIBlueprint

from quad.materials.api.materials import API, COURSE, ONE
from quad.materials.api.shapes import MaterialHit, MaterialTextOut
from quad.materials.forms import TextFrom, WordsAsked
from quad.materials.service import finding, pages, places
from quad.web.api import operation
from quad.web.kit import current_actor, current_db

bp = APIBlueprint("materials_texts_api", __name__, url_prefix=API, tag="Materials")


@operation(bp, "GET", f"{ONE}/text", query=TextFrom, answers=MaterialTextOut)
def material_text(material_id: int, query: TextFrom) -> MaterialTextOut:
    """The text of the file shown now, fifty pages at a time."""
    found = pages.text_of(current_db(), current_actor(), material_id, start=query.start)
    return MaterialTextOut.model_validate(found)


@operation(bp, "GET", f"{COURSE}/search", query=WordsAsked, answers=list[MaterialHit])
def materials_search(course_id: int, query: WordsAsked) -> list[MaterialHit]:
    """What one may read of a course and has every word asked for: titles first, then pages."""
    db, actor = current_db(), current_actor()
    places.require_concerned(db, actor, course_id)
    found = finding.find(db, actor, course_id, query.q)
    return [MaterialHit.model_validate(hit) for hit in found]
