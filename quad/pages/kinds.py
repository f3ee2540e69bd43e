"""Words that several rooms use."""

from __future__ import annotations

from datetime import datetime

from quad.core.i18n import lazy_gettext as _l

FOUND = "page"
ABOUT = "about"

# How far a page is → (mark, word).
STATES: dict[str, tuple[str, str]] = {
    "draft": ("open", _l("Draft")),
    "scheduled": ("warn", _l("Scheduled")),
    "changed": ("going", _l("Published, with changes to come")),
    "published": ("done", _l("Published")),
}


def state_of(latest_id: int | None, published_id: int | None, publish_at: datetime | None) -> str:
    """Return how far a page is, as a key of STATES."""
    if publish_at is not None:
        return "scheduled"
    if published_id is None:
        return "draft"
    return "published" if published_id == latest_id else "changed"


def address_of(slug: str) -> str:
    """Return where a page is read."""
    return "/about" if slug == ABOUT else f"/pages/{slug}"
