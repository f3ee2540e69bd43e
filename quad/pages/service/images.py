"""Pictures of pages: looked at and drawn anew before they are kept (`quad.core.taking`)."""

from __future__ import annotations

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.config import Settings
from quad.core.errors import NotFound
from quad.core.facts import emit
from quad.core.files import Files, StoredFile
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.settings import Setting, between
from quad.core.taking import Purpose, Taken
from quad.core.uploads import PICTURES
from quad.pages import policy
from quad.pages.facts import PageImageKept
from quad.pages.forms.content import Content
from quad.pages.models import Page, PageImage, PageRevision

PICTURE = Purpose(
    PICTURES,
    Setting(
        key="pages.picture_megabytes",
        label=_l("Largest picture of a page"),
        hint=_l("In megabytes."),
        default=8,
        kind="int",
        group=_l("Pages"),
        check=between(1, 25, _l("Write a number of megabytes from 1 to 25.")),
    ),
)


def size_of(settings: Settings, taken: Taken) -> tuple[int, int]:
    """Return width and height of a picture that was taken (no database)."""
    with Files.from_settings(settings).open(taken.kept.sha256) as content:
        return Image.open(content).size


def add(db: Session, actor: Actor, page_id: int, taken: Taken, size: tuple[int, int]) -> PageImage:
    """Keep a picture for a page; a section shows it once it names it. Raises NotFound, Forbidden."""
    page = policy.EDIT.get(db, actor, page_id, read=policy.READ)
    stored = taken.row(actor.id)
    db.add(stored)
    db.flush()
    image = PageImage(page_id=page.id, file_id=stored.id, width=size[0], height=size[1])
    db.add(image)
    db.flush()
    emit(db, PageImageKept(actor_id=actor.id, page_id=page.id, image_id=image.id))
    return image


def readable(db: Session, actor: Actor, image_id: int) -> StoredFile:
    """Return the file of a picture on a page that `actor` reads, who may be nobody; editors see all of a page's.

    Raises NotFound.
    """
    found = db.execute(
        select(StoredFile, PageImage.page_id, PageRevision.revision_data)
        .join(PageImage, PageImage.file_id == StoredFile.id)
        .join(Page, Page.id == PageImage.page_id)
        .outerjoin(PageRevision, PageRevision.id == Page.published_id)
        .where(PageImage.id == image_id)
    ).first()
    if found is None:
        raise NotFound
    stored: StoredFile = found[0]
    page_id, data = found[1:]
    if policy.EDIT.allowed(db, actor, [page_id]):
        return stored
    may = select(Page.id).where(Page.id == page_id, policy.may_read(actor))
    if data is None or image_id not in shown_in(data) or db.scalar(may) is None:
        raise NotFound
    return stored


def shown_in(data: Content) -> set[int]:
    """Return the numbers of the pictures that a revision shows."""
    return {
        section["image_id"] for section in data["sections"] if section.get("image_id") is not None
    }


def sizes(db: Session, data: Content) -> dict[int, tuple[int, int]]:
    """Return width and height of the pictures that a revision shows."""
    wanted = shown_in(data)
    if not wanted:
        return {}
    rows = db.execute(
        select(PageImage.id, PageImage.width, PageImage.height).where(PageImage.id.in_(wanted))
    )
    return {row.id: (row.width, row.height) for row in rows}
