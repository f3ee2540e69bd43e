"""Sections, pictures and revisions of pages over JSON."""

from __future__ import annotations

from io import BytesIO

from apiflask import APIBlueprint
from flask import request

from quad.core.taking import take
from quad.pages.api.shapes import (
    EditedPageOut,
    PageDifferenceOut,
    PageImageOut,
    PageRevisionBrief,
    PageRevisionOut,
    PictureName,
    one,
)
from quad.pages.forms.pages import SectionOrder, SectionSave, VersionSeen
from quad.pages.service import comparing, images, reading, sections, writing
from quad.web.api import operation
from quad.web.kit import current_actor, current_db, runtime

bp = APIBlueprint("page_contents_api", __name__, url_prefix="/api/v1/pages", tag="Pages")
ONE = "/<int:page_id>"


@operation(
    bp,
    "POST",
    f"{ONE}/sections",
    body=SectionSave,
    answers=EditedPageOut,
    status=201,
    message="Added",
    errors=(403, 409),
)
def section_add(page_id: int, body: SectionSave) -> EditedPageOut:
    """Add a section at the end."""
    sections.save(current_db(), current_actor(), page_id, body)
    return one(page_id)


@operation(
    bp,
    "PUT",
    f"{ONE}/sections/<key>",
    body=SectionSave,
    answers=EditedPageOut,
    message="Saved",
    errors=(403, 409),
)
def section_edit(page_id: int, key: str, body: SectionSave) -> EditedPageOut:
    sections.save(current_db(), current_actor(), page_id, body, key)
    return one(page_id)


@operation(
    bp,
    "POST",
    f"{ONE}/sections/<key>/remove",
    body=VersionSeen,
    answers=EditedPageOut,
    message="Removed",
    errors=(403, 409),
)
def section_remove(page_id: int, key: str, body: VersionSeen) -> EditedPageOut:
    sections.remove(current_db(), current_actor(), page_id, key, body.version)
    return one(page_id)


@operation(
    bp,
    "PUT",
    f"{ONE}/sections",
    body=SectionOrder,
    answers=EditedPageOut,
    message="Put in order",
    errors=(403, 409),
)
def sections_order(page_id: int, body: SectionOrder) -> EditedPageOut:
    """Put all sections in another order."""
    sections.order(current_db(), current_actor(), page_id, body)
    return one(page_id)


@operation(
    bp,
    "POST",
    f"{ONE}/images",
    query=PictureName,
    answers=PageImageOut,
    status=201,
    message="Kept",
    errors=(403, 413, 415),
    raw_body="application/octet-stream",
)
def image_add(page_id: int, query: PictureName) -> PageImageOut:
    """Take the body as a picture, which is drawn anew; a section shows it by its id."""
    with runtime().database.reading() as looking:
        limit = images.PICTURE.limit(looking)
    content = BytesIO(request.get_data(cache=False))
    given = take(runtime().settings, content, query.name, images.PICTURE, limit=limit)
    size = images.size_of(runtime().settings, given)
    kept = images.add(current_db(), current_actor(), page_id, given, size)
    return PageImageOut.model_validate(kept)


@operation(bp, "GET", f"{ONE}/revisions", answers=list[PageRevisionBrief], errors=(403,))
def revisions_index(page_id: int) -> list[PageRevisionBrief]:
    """All revisions, the newest first."""
    db = current_db()
    reading.written(db, current_actor(), page_id)
    return [PageRevisionBrief.model_validate(row) for row in reading.revisions(db, page_id)]


@operation(bp, "GET", f"{ONE}/revisions/<int:number>", answers=PageRevisionOut, errors=(403,))
def revision_show(page_id: int, number: int) -> PageRevisionOut:
    """What a page said, and what changed with it, word by word."""
    db = current_db()
    reading.written(db, current_actor(), page_id)
    found = reading.revision(db, page_id, number)
    before = reading.revision(db, page_id, number - 1).revision_data if number > 1 else None
    differences = comparing.compare(before, found.revision_data) if before else []
    return PageRevisionOut(
        number=found.number,
        note=found.note,
        created_at=found.created_at,
        revision_data=found.revision_data,
        differences=[PageDifferenceOut.model_validate(each) for each in differences],
    )


@operation(
    bp,
    "POST",
    f"{ONE}/revisions/<int:number>/restore",
    body=VersionSeen,
    answers=EditedPageOut,
    message="As it was",
    errors=(403, 409),
)
def revision_restore(page_id: int, number: int, body: VersionSeen) -> EditedPageOut:
    """Say again what a revision said, as a new one."""
    writing.restore(current_db(), current_actor(), page_id, number, body.version)
    return one(page_id)
