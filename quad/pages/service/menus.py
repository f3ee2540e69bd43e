"""The pages that stand in the menus: asked for by every page, so kept for a moment in memory."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from quad.core.facts import after_commit
from quad.pages.kinds import address_of
from quad.pages.service import reading

# As settings: another process follows after this many seconds, this one at once.
FRESH = 2.0


@dataclass(frozen=True)
class PageLink:
    """A page in a menu."""

    title: str
    href: str
    in_footer: bool
    in_sidebar: bool


_copies: WeakKeyDictionary[Any, tuple[tuple[PageLink, ...], float]] = WeakKeyDictionary()


def links(db: Session) -> tuple[PageLink, ...]:
    """Return the pages of the menus, in their order."""
    engine = db.get_bind()
    kept, until = _copies.get(engine, ((), 0.0))
    if until > time.monotonic():
        return kept
    made = tuple(
        PageLink(row.title, address_of(row.slug), row.in_footer, row.in_sidebar)
        for row in reading.in_menus(db)
    )
    _copies[engine] = (made, time.monotonic() + FRESH)
    return made


def forget(db: Session) -> None:
    """Ask the database anew once this unit is committed."""
    after_commit(db, _copies.clear)
