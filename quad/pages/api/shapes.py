"""What the API answers about pages."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from quad.core.forms import Form
from quad.pages.forms.content import EntryIn, SectionKind
from quad.pages.kinds import address_of, state_of
from quad.pages.models import PageVisibility, RevisionKind
from quad.pages.service import reading
from quad.web.api import Moment, Out, WireId
from quad.web.kit import current_actor, current_db


class PictureName(Form):
    """The name decides nothing but how the file is called; its ending must fit the content."""

    name: Annotated[str, Field(min_length=1, max_length=255)]


class SitePageBrief(Out):
    """A published page in a list; `address` is where it is read."""

    id: WireId
    slug: str
    title: str
    address: str


class SiteSectionOut(Out):
    """One section; `key` names it through all revisions."""

    key: str
    kind: SectionKind
    heading: str
    body: str = ""
    image: str | None = None
    alt: str = ""
    entries: Annotated[list[EntryIn], Field(default_factory=list)]


class SitePageOut(SitePageBrief):
    """What readers see of a page."""

    lead: str
    search_title: str
    description: str
    sections: list[SiteSectionOut]


class EditedPageBrief(Out):
    """A page in the list of its editors. `state` is draft, scheduled, changed or published."""

    id: WireId
    slug: str
    title: str
    state: str
    visibility: PageVisibility
    in_footer: bool
    in_sidebar: bool
    position: int
    publish_at: Moment | None


class EditedPageOut(SitePageOut):
    """A page as editors have it: its newest revision, and everything around it."""

    state: str
    visibility: PageVisibility
    audience: dict[str, Any]
    in_footer: bool
    in_sidebar: bool
    position: int
    published_at: Moment | None
    publish_at: Moment | None
    version: int


class PageRevisionBrief(Out):
    number: int
    kind: RevisionKind
    note: str
    author: str | None
    created_at: Moment


class WordRunOut(Out):
    """Words in a row: `change` is same, added or removed."""

    change: str
    text: str


class PageDifferenceOut(Out):
    label: str
    runs: list[WordRunOut]


class PageRevisionOut(Out):
    """What a page said, and what is different from the revision before."""

    number: int
    note: str
    created_at: Moment
    revision_data: dict[str, Any]
    differences: list[PageDifferenceOut]


class PageImageOut(Out):
    id: WireId
    width: int
    height: int


def words_of(data: dict[str, Any]) -> dict[str, Any]:
    return data | {
        "sections": [
            section
            | {"image": f"/pages/images/{section['image_id']}" if section.get("image_id") else None}
            for section in data["sections"]
        ]
    }


def one(page_id: int) -> EditedPageOut:
    """Return one page as its editors have it."""
    db = current_db()
    db.flush()
    found = reading.written(db, current_actor(), page_id)
    row = found.page
    around = {name: getattr(row, name) for name in EditedPageOut.model_fields if hasattr(row, name)}
    return EditedPageOut.model_validate(
        around
        | words_of(found.data)
        | {
            "address": address_of(row.slug),
            "state": state_of(row.latest_id, row.published_id, row.publish_at),
            "audience": dict(found.audience),
        }
    )
