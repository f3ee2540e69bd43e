"""Names of events in addresses: made from the title in any script, each once."""

from __future__ import annotations

import unicodedata

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.errors import Rejected
from quad.core.facts import attempt
from quad.events.models.events import SLUG_LENGTH, Event

LONGEST_BASE = 80
TRIES = 8
# Addresses that are pages of their own.
TAKEN = frozenset({"create", "past", "mine", "calendar", "feed", "approvals", "event"})


def slug_of(title: str) -> str:
    """Return letters, digits and their marks of `title` in small, with dashes between; never empty, never a number."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    kept = "".join(each if unicodedata.category(each)[0] in "LNM" else " " for each in folded)
    base = "-".join(kept.split())[:LONGEST_BASE].strip("-")
    if not base or base in TAKEN or base.replace("-", "").isdecimal():
        return f"event-{base}".rstrip("-")
    return base


def add_with_slug(db: Session, event: Event, base: str) -> None:
    """Add the event under the first free name that begins with `base`; two at once get two names.

    Raises Rejected when others take every name first.
    """
    for tried in range(TRIES):
        event.slug = _free(db, base)
        try:
            with attempt(db):
                db.add(event)
                db.flush()
        except Rejected:
            if tried == TRIES - 1:
                raise
        else:
            return


def _free(db: Session, base: str) -> str:
    base = base[: SLUG_LENGTH - 6]
    taken = set(
        db.scalars(
            select(Event.slug).where(Event.slug.startswith(base, autoescape=True), Event.live == 1)
        )
    )
    if base not in taken:
        return base
    return next(name for n in range(2, 100_000) if (name := f"{base}-{n}") not in taken)
