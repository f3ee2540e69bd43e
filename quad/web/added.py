"""What floors above add to the pages of a thing that lives below them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from quad.web.kit import current_actor, current_db
from quad.web.site import runtime


def reasons(subject: str) -> list[Callable[[Session, int], str | None]]:
    """Return what floors above say against deleting a thing of this kind."""
    return [b.reason for b in runtime().module_parts("blockers") if b.subject == subject]


def panels(subject: str, row_id: int) -> list[tuple[str, Mapping[str, Any]]]:
    """Load what floors above show on the page of this thing, with the templates to draw it."""
    found = [panel for panel in runtime().module_parts("panels") if panel.subject == subject]
    loaded = [
        (panel.template, panel.load(current_db(), current_actor(), row_id)) for panel in found
    ]
    return [(template, values) for template, values in loaded if values is not None]
