"""Under which words pages are found: what readers see; drafts by their title, for editors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.markdown import as_plain
from quad.core.search.index import index_many
from quad.core.search.searchable import EVERYONE, Document
from quad.pages.forms.content import Content
from quad.pages.kinds import FOUND, address_of
from quad.pages.models import Page, PageRevision
from quad.pages.policy import EDITORS

DRAFT_READERS = tuple(f"role {role}" for role in EDITORS)


def documents(db: Session, ids: Sequence[int]) -> Iterator[Document]:
    """Yield the documents of these pages."""
    rows = db.execute(
        select(Page, PageRevision.revision_data)
        .outerjoin(PageRevision, PageRevision.id == Page.published_id)
        .where(Page.id.in_(ids))
    )
    for page, data in rows:
        shown = data is not None
        yield Document(
            subject_id=page.id,
            title=page.shown_title if shown else page.title,
            sub=data["lead"][:160] if shown else "",
            url=address_of(page.slug) if shown else f"/pages/{page.id}/edit",
            body=plain_text(data) if shown else "",
            audiences=[EVERYONE] if shown else DRAFT_READERS,
        )


def plain_text(data: Content) -> str:
    """Return the words of a page without marks."""
    parts = [data["lead"]]
    for section in data["sections"]:
        parts.append(section["heading"])
        parts.append(as_plain(section.get("body", "")))
        parts.extend(f"{one['title']} {one['text']}" for one in section.get("entries", ()))
    return "\n".join(part for part in parts if part)


def index_pages(db: Session, ids: Sequence[int]) -> None:
    """Make pages findable as they are now."""
    db.flush()
    index_many(db, FOUND, documents(db, ids))
