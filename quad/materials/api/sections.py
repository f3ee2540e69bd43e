"""Sections of materials, and uploads in pieces, over JSON."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import request

from quad.core.files import Files
from quad.core.pieces import keep_piece
from quad.materials import policy
from quad.materials.api.materials import API, COURSE, one
from quad.materials.api.shapes import MaterialOut, SectionOut, UploadOut
from quad.materials.forms import EditSection, NewSection, NewUpload, PieceAt
from quad.materials.models.materials import Section, Upload
from quad.materials.service import places, sections, uploads
from quad.web.api import operation
from quad.web.kit import current_actor, current_db, runtime

bp = APIBlueprint("materials_parts_api", __name__, url_prefix=API, tag="Materials")
SECTION = "/materials/sections/<int:section_id>"
UPLOAD = "/materials/uploads/<key>"


@operation(
    bp,
    "POST",
    f"{COURSE}/sections",
    body=NewSection,
    answers=SectionOut,
    status=201,
    message="Section added",
    errors=(403, 409),
)
def section_add(course_id: int, body: NewSection) -> Any:
    return sections.add(current_db(), current_actor(), course_id, body)


@operation(bp, "GET", f"{COURSE}/sections", answers=list[SectionOut])
def sections_index(course_id: int) -> list[Section]:
    """The sections of a course that one may see, in their order; empty ones too."""
    db, actor = current_db(), current_actor()
    places.require_concerned(db, actor, course_id)
    return sections.visible(db, actor, course_id)


@operation(bp, "GET", SECTION, answers=SectionOut)
def section_show(section_id: int) -> Any:
    return policy.SECTION_READ.get(current_db(), current_actor(), section_id)


@operation(
    bp,
    "PUT",
    SECTION,
    body=EditSection,
    answers=SectionOut,
    message="Saved",
    errors=(403, 409),
)
def section_change(section_id: int, body: EditSection) -> Any:
    return sections.edit(current_db(), current_actor(), section_id, body)


@operation(bp, "DELETE", SECTION, message="Deleted", errors=(403,))
def section_remove(section_id: int) -> None:
    """Delete a section with what is in it; both come back together."""
    sections.remove(current_db(), current_actor(), section_id)


@operation(
    bp, "POST", f"{SECTION}/restore", answers=SectionOut, message="It is back", errors=(403,)
)
def section_restore(section_id: int) -> Any:
    return sections.restore(current_db(), current_actor(), section_id)


@operation(
    bp,
    "POST",
    f"{COURSE}/uploads",
    body=NewUpload,
    answers=UploadOut,
    status=201,
    message="Send the pieces",
    errors=(403, 409, 413),
)
def upload_begin(course_id: int, body: NewUpload) -> UploadOut:
    """Announce a large file. Then send its pieces with `PUT`, each from where the one before ended, and finish.

    Where the answer has a `put_url`, the whole file may be PUT there at once instead.
    """
    return _with_address(uploads.begin(current_db(), current_actor(), course_id, body))


@operation(bp, "GET", f"{COURSE}/uploads", answers=list[UploadOut])
def uploads_index(course_id: int) -> list[UploadOut]:
    """One's own uploads to a course that can be gone on with."""
    db, actor = current_db(), current_actor()
    places.require_concerned(db, actor, course_id)
    return [_shown(one) for one in uploads.unfinished(db, actor, course_id)]


@operation(bp, "GET", UPLOAD, answers=UploadOut)
def upload_show(key: str) -> UploadOut:
    """How far an upload is; with an address for the whole of it where there is one."""
    return _with_address(uploads.find(current_db(), current_actor(), key))


@operation(
    bp,
    "PUT",
    UPLOAD,
    query=PieceAt,
    answers=UploadOut,
    message="Received",
    errors=(409, 413),
    raw_body="application/octet-stream",
)
def upload_piece(key: str, query: PieceAt) -> UploadOut:
    """Take the body as the piece that begins at `offset`; 409 says where to go on."""
    content, actor = request.get_data(cache=False), current_actor()
    with runtime().database.reading() as looking:
        upload = uploads.find(looking, actor, key)
        uploads.require_next(upload, query.offset, len(content))
    stored = keep_piece(_store(), key, content)
    db = current_db()
    held = uploads.find(db, actor, key, lock=True)
    uploads.take_piece(db, held, offset=query.offset, length=len(content), stored=stored)
    return _shown(held)


@operation(
    bp,
    "POST",
    f"{UPLOAD}/finish",
    answers=MaterialOut,
    status=201,
    message="Added",
    errors=(403, 409, 413, 422),
)
def upload_finish(key: str) -> MaterialOut:
    """Look at what arrived: it is a material now, or the next version of one.

    Refused is what is not the file that was announced, or not taken; 409 while something of it is missing.
    """
    files, actor = _store(), current_actor()
    with runtime().database.reading() as looking:
        prepared = uploads.put_together(looking, files, actor, key)
    return one(uploads.finish(current_db(), files, actor, key, prepared).id)


@operation(bp, "DELETE", UPLOAD, message="Given up")
def upload_cancel(key: str) -> None:
    uploads.cancel(current_db(), _store(), current_actor(), key)


def _store() -> Files:
    return Files.from_settings(runtime().settings)


def _with_address(upload: Upload) -> UploadOut:
    return _shown(upload, uploads.address_of(_store(), upload))


def _shown(upload: Upload, address: uploads.Address | None = None) -> UploadOut:
    shown = {"piece", "put_url", "put_until"}
    own = {name: getattr(upload, name) for name in UploadOut.model_fields if name not in shown}
    return UploadOut(
        **own,
        piece=uploads.PIECE,
        put_url=address.url if address else None,
        put_until=address.until if address else None,
    )
