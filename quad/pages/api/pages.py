"""Pages over JSON: read, write, publish."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from quad.pages import policy
from quad.pages.api.shapes import (
    EditedPageBrief,
    EditedPageOut,
    SitePageBrief,
    SitePageOut,
    one,
    words_of,
)
from quad.pages.forms.pages import (
    EditPage,
    MenuOrder,
    NewPage,
    PageSettings,
    PublishPage,
    VersionSeen,
)
from quad.pages.kinds import address_of, state_of
from quad.pages.lists import PAGES
from quad.pages.service import publishing, reading, writing
from quad.pages.service.revising import data_of
from quad.web.api import Answer, operation
from quad.web.kit import current_actor, current_db
from quad.web.lists import list_json

bp = APIBlueprint("pages_api", __name__, url_prefix="/api/v1/pages", tag="Pages")
ONE = "/<int:page_id>"


@operation(bp, "GET", "", answers=list[SitePageBrief], public=True, errors=(401,))
def pages_index() -> list[SitePageBrief]:
    """The published pages one may read, in the order of the menus."""
    return [
        SitePageBrief(id=row.id, slug=row.slug, title=row.title, address=address_of(row.slug))
        for row in reading.readable(current_db(), current_actor())
    ]


@operation(bp, "GET", "/edited", answers=list[EditedPageBrief], paged=True, errors=(403,))
def pages_edited() -> Answer:
    """All pages, for their editors. Filters: state, visibility."""
    policy.CREATE.require(current_actor())
    return list_json(PAGES, _brief)


def _brief(row: Any) -> EditedPageBrief:
    return EditedPageBrief(
        id=row.id,
        slug=row.slug,
        title=row.title,
        state=state_of(row.latest_id, row.published_id, row.publish_at),
        visibility=row.readers,
        in_footer=row.in_footer,
        in_sidebar=row.in_sidebar,
        position=row.position,
        publish_at=row.publish_at,
    )


@operation(bp, "GET", "/named/<slug>", answers=SitePageOut, public=True, errors=(401,))
def page_show(slug: str) -> SitePageOut:
    """A published page by its name in addresses."""
    db = current_db()
    found = reading.published(db, current_actor(), slug)
    return SitePageOut.model_validate(
        words_of(data_of(db, found.published_id))
        | {"id": found.id, "slug": slug, "address": address_of(slug)}
    )


@operation(
    bp,
    "POST",
    "",
    body=NewPage,
    answers=EditedPageOut,
    status=201,
    message="Kept as a draft",
    errors=(403,),
)
def page_add(body: NewPage) -> EditedPageOut:
    return one(writing.create(current_db(), current_actor(), body).id)


@operation(bp, "GET", ONE, answers=EditedPageOut, errors=(403,))
def page_edited(page_id: int) -> EditedPageOut:
    """A page as its editors have it."""
    return one(page_id)


@operation(bp, "PUT", ONE, body=EditPage, answers=EditedPageOut, message="Saved", errors=(403, 409))
def page_edit(page_id: int, body: EditPage) -> EditedPageOut:
    """Change the words around the sections."""
    writing.edit(current_db(), current_actor(), page_id, body)
    return one(page_id)


@operation(
    bp,
    "PUT",
    f"{ONE}/settings",
    body=PageSettings,
    answers=EditedPageOut,
    message="Saved",
    errors=(403, 409),
)
def page_settle(page_id: int, body: PageSettings) -> EditedPageOut:
    """Change address, readers and menus."""
    writing.settle(current_db(), current_actor(), page_id, body)
    return one(page_id)


@operation(bp, "DELETE", ONE, message="Deleted", errors=(403,))
def page_delete(page_id: int) -> None:
    """Hide a page; it can be brought back."""
    writing.delete(current_db(), current_actor(), page_id)


@operation(
    bp, "POST", f"{ONE}/bring-back", answers=EditedPageOut, message="Brought back", errors=(409,)
)
def page_bring_back(page_id: int) -> EditedPageOut:
    writing.bring_back(current_db(), current_actor(), page_id)
    return one(page_id)


@operation(
    bp,
    "POST",
    f"{ONE}/publish",
    body=PublishPage,
    answers=EditedPageOut,
    message="Published",
    errors=(403, 409),
)
def page_publish(page_id: int, body: PublishPage) -> EditedPageOut:
    """Let readers see the newest revision, at once or `at` a moment to come."""
    publishing.publish(current_db(), current_actor(), page_id, body)
    return one(page_id)


@operation(
    bp,
    "POST",
    f"{ONE}/unpublish",
    body=VersionSeen,
    answers=EditedPageOut,
    message="Taken back",
    errors=(403, 409),
)
def page_unpublish(page_id: int, body: VersionSeen) -> EditedPageOut:
    publishing.unpublish(current_db(), current_actor(), page_id, body)
    return one(page_id)


@operation(
    bp,
    "POST",
    f"{ONE}/unschedule",
    body=VersionSeen,
    answers=EditedPageOut,
    message="Not published later",
    errors=(403, 409),
)
def page_unschedule(page_id: int, body: VersionSeen) -> EditedPageOut:
    publishing.unschedule(current_db(), current_actor(), page_id, body)
    return one(page_id)


@operation(bp, "PUT", "/order", body=MenuOrder, message="Put in order", errors=(403,))
def menu_order(body: MenuOrder) -> None:
    """Put the pages of the menus in another order."""
    writing.order(current_db(), current_actor(), body)
