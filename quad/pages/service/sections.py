"""Sections of a page: added, changed, moved, removed. Each leaves a revision."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.errors import Invalid, NotFound, Rejected
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.pages.forms.content import MOST_SECTIONS, SECTION_NAMES, Content, SectionIn
from quad.pages.forms.pages import MoveSection, SectionOrder, SectionSave
from quad.pages.models import Page, PageImage
from quad.pages.service.revising import data_of, edited, revise, with_key


def find(sections: list[Content], key: str) -> int:
    """Return where the section with `key` stands. Raises NotFound."""
    for place, section in enumerate(sections):
        if section["key"] == key:
            return place
    raise NotFound


def save(db: Session, actor: Actor, page_id: int, form: SectionSave, key: str = "") -> str:
    """Add a section at the end, or change the one with `key`; return its key.

    Raises NotFound, Forbidden, EditedMeanwhile, Invalid, Rejected when there are too many.
    """
    page = edited(db, actor, page_id, form.version)
    _require_image(db, page, form)
    data = data_of(db, page.latest_id)
    sections = list(data["sections"])
    kept = with_key(form, key)
    if key:
        sections[find(sections, key)] = kept
        note = _("Changed: %(what)s", what=name_of(kept))
    elif len(sections) >= MOST_SECTIONS:
        raise Rejected(_("A page has at most %(n)s sections.", n=MOST_SECTIONS))
    else:
        sections.append(kept)
        note = _("Added: %(what)s", what=name_of(kept))
    revise(db, actor, page, data | {"sections": sections}, note)
    return str(kept["key"])


def _require_image(db: Session, page: Page, form: SectionIn) -> None:
    if form.image_id is None:
        return
    there = select(PageImage.id).where(PageImage.id == form.image_id, PageImage.page_id == page.id)
    if db.scalar(there) is None:
        raise Invalid({"image_id": _("This picture does not belong to this page.")})


def name_of(section: Content) -> str:
    """Return a section in a few words: its heading, else what it is."""
    return section["heading"] or str(SECTION_NAMES[section["kind"]])


def remove(db: Session, actor: Actor, page_id: int, key: str, version: int) -> None:
    """Take a section off the page. Raises NotFound, Forbidden, EditedMeanwhile."""

    def without(sections: list[Content]) -> tuple[list[Content], str]:
        gone = sections.pop(find(sections, key))
        return sections, _("Removed: %(what)s", what=name_of(gone))

    _change(db, actor, page_id, version, without)


def move(db: Session, actor: Actor, page_id: int, key: str, form: MoveSection) -> None:
    """Move a section one step, as far as there is room. Raises NotFound, Forbidden, EditedMeanwhile."""

    def moved(sections: list[Content]) -> tuple[list[Content], str]:
        place = find(sections, key)
        section = sections.pop(place)
        sections.insert(max(0, place + (1 if form.down else -1)), section)
        return sections, _("Moved: %(what)s", what=name_of(section))

    _change(db, actor, page_id, form.version, moved)


def order(db: Session, actor: Actor, page_id: int, form: SectionOrder) -> None:
    """Put all sections in another order. Raises NotFound, Forbidden, EditedMeanwhile, Invalid when they are others."""

    def ordered(sections: list[Content]) -> tuple[list[Content], str]:
        by_key = {section["key"]: section for section in sections}
        if sorted(form.keys) != sorted(by_key):
            raise Invalid({"keys": _("Name every section of the page once.")})
        return [by_key[key] for key in form.keys], _("Other order")

    _change(db, actor, page_id, form.version, ordered)


def _change(
    db: Session,
    actor: Actor,
    page_id: int,
    version: int,
    change: Callable[[list[Content]], tuple[list[Content], str]],
) -> None:
    page = edited(db, actor, page_id, version)
    data = data_of(db, page.latest_id)
    sections, note = change(list(data["sections"]))
    revise(db, actor, page, data | {"sections": sections}, note)
