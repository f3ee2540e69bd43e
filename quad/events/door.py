"""Files on their way out: the shell sends them, and a picture never runs as a page."""

from __future__ import annotations

from flask import Response

from quad.core.errors import NotFound
from quad.core.files import StoredFile
from quad.web.download import disposition, stored_picture


def picture(stored: StoredFile | None) -> Response:
    """Let the shell send a picture of ours. Raises NotFound when there is none."""
    if stored is None:
        raise NotFound
    return stored_picture(stored)


def sent(stored: StoredFile, *, how: str = "attachment") -> Response:
    """Let the shell send a file."""
    response = Response(mimetype=stored.media_type)
    response.headers["X-Quad-File"] = stored.key
    response.headers["Content-Disposition"] = disposition(how, stored.name)
    response.headers["Cache-Control"] = "private, no-store"
    return response
