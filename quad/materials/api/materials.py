"""Materials over JSON: what a course has, one material, its file, versions and captions."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from apiflask import APIBlueprint
from flask import Response, request

from quad.core.behind import behind
from quad.core.files import Files
from quad.materials import policy
from quad.materials.api.shapes import (
    CaptionOut,
    DeletedMaterials,
    MaterialBrief,
    MaterialGroup,
    MaterialInSection,
    MaterialOut,
    MaterialVersionOut,
    ReaderChoiceOut,
    ReadersOut,
)
from quad.materials.door import send
from quad.materials.forms import (
    CaptionIn,
    EditLink,
    EditMaterial,
    FileNamed,
    NewLink,
    Order,
    Played,
    ReaderChoiceForm,
    Where,
)
from quad.materials.kinds import offering_words
from quad.materials.lists import MATERIALS
from quad.materials.models.materials import MaterialKind
from quad.materials.service import (
    adding,
    captions,
    changing,
    kinds,
    openings,
    places,
    previews,
    purging,
    reading,
    sections,
)
from quad.materials.service.reading import Group
from quad.web.api import Answer, operation
from quad.web.kit import current_actor, current_db, runtime
from quad.web.lists import list_json

API = "/api/v1"
bp = APIBlueprint("materials_api", __name__, url_prefix=API, tag="Materials")
COURSE = "/courses/<int:course_id>/materials"
ONE = "/materials/<int:material_id>"


@operation(bp, "GET", "/materials", answers=list[MaterialBrief], paged=True, errors=(403,))
def materials_index() -> Answer:
    """The materials one keeps or reads. Filters: kind, term, hidden, course."""
    policy.LIST.require(current_actor())
    return list_json(MATERIALS, _brief)


def _brief(row: Any) -> MaterialBrief:
    return MaterialBrief.model_validate({**row._mapping, "created_at": row.added})


@operation(bp, "GET", COURSE, answers=list[MaterialGroup])
def course_materials(course_id: int) -> list[MaterialGroup]:
    """What one may read of a course, by section; those who keep it find empty sections too."""
    db, actor = current_db(), current_actor()
    places.require_concerned(db, actor, course_id)
    groups = reading.outline(db, actor, course_id)
    return [_group(group) for group in groups]


def _group(group: Group) -> MaterialGroup:
    own = {name: getattr(group, name) for name in MaterialGroup.model_fields if name != "materials"}
    return MaterialGroup(**own, materials=[_line(row) for row in group.materials])


def _values(row: Any) -> dict[str, Any]:
    has_file = row.version_id is not None
    return {
        **row._mapping,
        "file": row.name,
        "opened_at": row.last_at,
        "content": f"{API}/materials/{row.id}/content" if has_file else None,
    }


def _line(row: Any) -> MaterialInSection:
    return MaterialInSection.model_validate(_values(row))


@operation(
    bp,
    "POST",
    COURSE,
    query=FileNamed,
    answers=MaterialOut,
    status=201,
    message="Added",
    errors=(403, 409, 413, 422),
    raw_body="application/octet-stream",
)
def material_add(course_id: int, query: FileNamed) -> MaterialOut:
    """Take the body as a file. Large files go in pieces, see …/uploads."""
    given = _body(query.name)
    where = Where(offering_id=query.offering_id, section_id=query.section_id)
    (made,) = adding.add_files(current_db(), current_actor(), course_id, where, [given])
    return one(made.id)


def _body(name: str) -> kinds.Prepared:
    with runtime().database.reading() as looking:
        what = kinds.taken(looking)
    return kinds.prepare(_store(), BytesIO(request.get_data(cache=False)), name, what)


def _store() -> Files:
    return Files.from_settings(runtime().settings)


@operation(
    bp,
    "POST",
    f"{COURSE}/links",
    body=NewLink,
    answers=MaterialOut,
    status=201,
    message="Added",
    errors=(403, 409),
)
def link_add(course_id: int, body: NewLink) -> MaterialOut:
    return one(adding.add_link(current_db(), current_actor(), course_id, body).id)


@operation(
    bp,
    "PUT",
    f"{COURSE}/order",
    body=Order,
    answers=list[MaterialGroup],
    message="Ordered",
    errors=(403, 409),
)
def materials_order(course_id: int, body: Order) -> list[MaterialGroup]:
    """Put sections, or the materials of one section, into another order."""
    db, actor = current_db(), current_actor()
    sections.order(db, actor, course_id, body)
    db.flush()
    return [_group(group) for group in reading.outline(db, actor, course_id)]


@operation(bp, "GET", f"{COURSE}/deleted", answers=DeletedMaterials)
def materials_deleted(course_id: int) -> DeletedMaterials:
    """What was deleted and can be brought back."""
    db, actor = current_db(), current_actor()
    places.require_keeper(db, actor, course_id)
    gone_sections, gone = reading.deleted(db, actor, course_id)
    return DeletedMaterials.model_validate({"sections": gone_sections, "materials": gone})


@operation(bp, "GET", ONE, answers=MaterialOut)
def material_show(material_id: int) -> MaterialOut:
    return one(material_id)


def one(material_id: int) -> MaterialOut:
    db, actor = current_db(), current_actor()
    db.flush()
    found = reading.shown(db, actor, material_id)
    head = found.head
    document = head.kind is MaterialKind.DOCX and head.version_id is not None
    preview = previews.of_version(db, head.version_id) if document else None
    return MaterialOut.model_validate(
        {
            **_values(head),
            "offering": offering_words(head.term, head.offering_section),
            "added_by": head.by,
            "captions": _captions(material_id),
            "preview": preview.html if preview is not None and not preview.problem else None,
            "may_manage": found.may_manage,
        }
    )


def _captions(material_id: int) -> list[CaptionOut]:
    return [
        CaptionOut(
            id=row.id,
            language=row.language,
            file=f"{API}/materials/{material_id}/captions/{row.id}",
        )
        for row in captions.of_material(current_db(), material_id)
    ]


@operation(
    bp,
    "PUT",
    ONE,
    body=EditMaterial,
    answers=MaterialOut,
    message="Saved",
    errors=(403, 409),
)
def material_change(material_id: int, body: EditMaterial) -> MaterialOut:
    changing.edit(current_db(), current_actor(), material_id, body)
    return one(material_id)


@operation(
    bp,
    "PUT",
    f"{ONE}/link",
    body=EditLink,
    answers=MaterialOut,
    message="Saved",
    errors=(403, 409),
)
def link_change(material_id: int, body: EditLink) -> MaterialOut:
    """Change a link, its address too."""
    changing.edit(current_db(), current_actor(), material_id, body)
    return one(material_id)


@operation(bp, "DELETE", ONE, message="Deleted", errors=(403,))
def material_remove(material_id: int) -> None:
    """Delete a material; it can be brought back for a while."""
    changing.remove(current_db(), current_actor(), material_id)


@operation(
    bp, "POST", f"{ONE}/restore", answers=MaterialOut, message="It is back", errors=(403, 409)
)
def material_restore(material_id: int) -> MaterialOut:
    changing.restore(current_db(), current_actor(), material_id)
    return one(material_id)


@operation(bp, "POST", f"{ONE}/purge", message="Gone for good", errors=(403, 409))
def material_purge(material_id: int) -> None:
    """Take a deleted material away for good, with its files."""
    purging.purge(current_db(), current_actor(), material_id)


@operation(bp, "GET", f"{ONE}/content", file="*/*", errors=(409,))
def material_content(material_id: int) -> Response:
    """The file shown now; Range and conditional requests are understood."""
    found = reading.content(current_db(), current_actor(), material_id)
    if not found.managed:
        openings.note_opened(behind(runtime().database), current_actor(), material_id)
    return send(found.stored, download=True)


@operation(bp, "GET", f"{ONE}/versions", answers=list[MaterialVersionOut], errors=(403,))
def material_versions(material_id: int) -> list[MaterialVersionOut]:
    return _versions(material_id)


def _versions(material_id: int) -> list[MaterialVersionOut]:
    rows = changing.versions(current_db(), current_actor(), material_id)
    return [
        MaterialVersionOut.model_validate(
            {
                **row._mapping,
                "current": row.current == 1,
                "content": f"{API}/materials/{material_id}/versions/{row.id}/content",
            }
        )
        for row in rows
    ]


@operation(
    bp,
    "POST",
    f"{ONE}/versions",
    query=FileNamed,
    answers=list[MaterialVersionOut],
    status=201,
    message="Replaced",
    errors=(403, 409, 413, 422),
    raw_body="application/octet-stream",
)
def material_replace(material_id: int, query: FileNamed) -> list[MaterialVersionOut]:
    """Take the body as the material's next file."""
    given = _body(query.name)
    changing.replace(current_db(), current_actor(), material_id, given)
    return _versions(material_id)


@operation(
    bp,
    "POST",
    f"{ONE}/versions/<int:version_id>/bring",
    answers=list[MaterialVersionOut],
    message="Shown now",
    errors=(403,),
)
def material_bring_version(material_id: int, version_id: int) -> list[MaterialVersionOut]:
    """Show an earlier version again."""
    changing.bring_version(current_db(), current_actor(), material_id, version_id)
    return _versions(material_id)


@operation(
    bp,
    "GET",
    f"{ONE}/versions/<int:version_id>/content",
    file="*/*",
    errors=(409,),
)
def material_version_content(material_id: int, version_id: int) -> Response:
    found = reading.content_of_version(current_db(), current_actor(), material_id, version_id)
    return send(found.stored, download=True)


@operation(
    bp,
    "POST",
    f"{ONE}/captions",
    query=CaptionIn,
    answers=list[CaptionOut],
    status=201,
    message="Added",
    errors=(403, 409, 413, 422),
    raw_body="text/vtt",
)
def captions_add(material_id: int, query: CaptionIn) -> list[CaptionOut]:
    """Take the body as captions (WebVTT) in a language."""
    content = BytesIO(request.get_data(cache=False))
    given = kinds.prepare_captions(_store(), content, f"{query.language}.vtt")
    captions.add(current_db(), current_actor(), material_id, query, given)
    return _captions(material_id)


@operation(bp, "GET", f"{ONE}/captions/<int:caption_id>", file="text/vtt")
def captions_file(material_id: int, caption_id: int) -> Response:
    stored = captions.file_of(current_db(), current_actor(), material_id, caption_id)
    return send(stored, download=True)


@operation(bp, "DELETE", f"{ONE}/captions/<int:caption_id>", message="Removed", errors=(403,))
def captions_remove(material_id: int, caption_id: int) -> None:
    captions.remove(current_db(), current_actor(), material_id, caption_id)


@operation(bp, "PUT", f"{ONE}/played", body=Played, message="Kept")
def material_played(material_id: int, body: Played) -> None:
    """Remember where a recording stopped."""
    with runtime().database.reading() as db:
        policy.READ.get(db, current_actor(), material_id)
    openings.note_stop(behind(runtime().database), current_actor(), material_id, body)


@operation(bp, "GET", f"{ONE}/readers", answers=ReadersOut, errors=(403,))
def material_readers(material_id: int) -> Any:
    """How many have opened it; by name only those who agreed."""
    return openings.readers(current_db(), current_actor(), material_id)


@operation(bp, "GET", "/me/reader-choice", answers=ReaderChoiceOut, errors=(403,))
def reader_choice() -> ReaderChoiceOut:
    """Whether teachers may see by name what one has opened."""
    policy.CHOOSE.require(current_actor())
    return ReaderChoiceOut(by_name=openings.chosen(current_db(), current_actor()))


@operation(
    bp,
    "PUT",
    "/me/reader-choice",
    body=ReaderChoiceForm,
    answers=ReaderChoiceOut,
    message="Saved",
    errors=(403,),
)
def reader_choose(body: ReaderChoiceForm) -> ReaderChoiceOut:
    openings.choose(current_db(), current_actor(), body)
    return ReaderChoiceOut(by_name=body.by_name)
