"""How a student stands in a list, whichever domain the list belongs to."""

from __future__ import annotations

from typing import Any

from quad.core.listing.declaration import Cell
from quad.identity.models.profiles import photo_path


def student_cell(row: Any, page: str = "", *, name: str = "full_name") -> Cell:
    """Return the name over the register number, with the photo when the row has `user_id` and `photo`.

    `page` is the endpoint of a page about the student of `student_id`; `name` says what the row calls the name.
    """
    place = (page, {"student_id": row.student_id}) if page else None
    photo = photo_path(row.user_id, row.photo) if hasattr(row, "photo") else ""
    shown = getattr(row, name)
    return Cell(shown, sub=row.register_number, href=place, kind="person", photo=photo)
