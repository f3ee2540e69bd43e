"""What pages hear of themselves: a menu that is kept in memory follows at once."""

from __future__ import annotations

from sqlalchemy.orm import Session

from quad.core.facts import on
from quad.pages.facts import PageFact, PagesOrdered
from quad.pages.service import menus


@on(PageFact)
def menu_changed(db: Session, _fact: PageFact) -> None:
    """Draw the menus anew from the next page on."""
    menus.forget(db)


@on(PagesOrdered)
def menu_ordered(db: Session, _fact: PagesOrdered) -> None:
    """Draw the menus anew from the next page on."""
    menus.forget(db)
