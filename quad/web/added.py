"""What floors above add to the pages of a thing that lives below them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from quad.core.errors import Invalid
from quad.core.forms import Bound
from quad.web.kit import current_actor, current_db
from quad.web.module import FormPart
from quad.web.site import runtime


def reasons(subject: str) -> list[Callable[[Session, int], str | None]]:
    """Return what floors above say against deleting a thing of this kind."""
    return [b.reason for b in runtime().module_parts("blockers") if b.subject == subject]


def panels(
    subject: str, row_id: int, *, wide: bool | None = None
) -> list[tuple[str, Mapping[str, Any]]]:
    """Load what floors above show on the page of this thing, with the templates to draw it.

    `wide` asks for those of the main column alone, or for the others alone.
    """
    found = [
        panel
        for panel in runtime().module_parts("panels")
        if panel.subject == subject and wide in (None, panel.wide)
    ]
    loaded = [
        (panel.template, panel.load(current_db(), current_actor(), row_id)) for panel in found
    ]
    return [(template, values) for template, values in loaded if values is not None]


def other_page(subject: str, *named: Any) -> Any:
    """Return what floors above show at this address to a reader the page itself is not for; None without such."""
    for other in runtime().module_parts("other_pages"):
        if other.subject == subject and (found := other.show(*named)) is not None:
            return found
    return None


class FormParts:
    """What floors above add to the form for a new thing of this kind."""

    def __init__(self, subject: str) -> None:
        self._parts: list[FormPart] = [
            part for part in runtime().module_parts("form_parts") if part.subject == subject
        ]
        self._read: list[tuple[FormPart, Any]] = []

    def read(self, form: Bound[Any]) -> None:
        """Take what was posted, before the first statement; what does not fit stands in the form's errors."""
        for part in self._parts:
            try:
                self._read.append((part, part.read()))
            except Invalid as error:
                form.refuse(error)

    def keep(self, row_id: int) -> None:
        """Keep what was read, now that the thing is there. Raises what the domain refuses."""
        for part, given in self._read:
            part.keep(current_db(), current_actor(), row_id, given)

    def drawn(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Return the templates with their values."""
        return [(part.template, part.load(current_db(), current_actor())) for part in self._parts]


def effects(subject: str, row_id: int, form: Any) -> list[str]:
    """Say what floors above would make of a change before it is saved."""
    return [
        sentence
        for preview in runtime().module_parts("previews")
        if preview.subject == subject
        for sentence in preview.work_out(current_db(), row_id, form)
    ]
