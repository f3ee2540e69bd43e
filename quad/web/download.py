"""A file as an answer."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

from flask import Response

from quad.core.files import StoredFile


def download(body: bytes, media_type: str, name: str) -> Response:
    """Answer with a file that the browser saves as `name` and nobody in between keeps."""
    response = Response(body, mimetype=media_type)
    response.headers["Content-Disposition"] = disposition("attachment", name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def stored_file(stored: StoredFile, *, inline: bool = False) -> Response:
    """Answer with a kept file, which the shell sends; the caller has asked who may read it."""
    response = Response(mimetype=stored.media_type)
    response.headers["X-Quad-File"] = stored.key
    how = "inline" if inline else "attachment"
    response.headers["Content-Disposition"] = disposition(how, stored.name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def stored_picture(stored: StoredFile) -> Response:
    """Answer with a kept picture, shown in the page it belongs to; it never runs as a page of its own."""
    response = stored_file(stored, inline=True)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, max-age=300"
    response.headers["ETag"] = f'"{stored.sha256}"'
    return response


def disposition(how: str, name: str) -> str:
    """Return a Content-Disposition header for a name in any script.

    A header holds Latin letters only, so another name is written twice: plainly, and encoded for browsers that read it.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    safe = "".join(" " if letter in '"\\;%' else letter for letter in plain).strip() or "file"
    said = f'{how}; filename="{safe}"'
    return said if safe == name else f"{said}; filename*=UTF-8''{quote(name, safe='')}"
