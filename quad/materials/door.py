"""Files on their way out: what is safe to show in the page goes inline, everything else only as a download."""

from __future__ import annotations

from flask import Response

from quad.core.files import StoredFile
from quad.core.uploads import JPEG, MP3, MP4, PDF, PNG, VTT, WEBP
from quad.web.download import disposition
from quad.web.security import content_policy

FRAMED = PDF.media_type
INLINE = frozenset(kind.media_type for kind in (PDF, MP3, MP4, PNG, JPEG, WEBP, VTT))
# A file that was given to us never runs as a page of ours, whatever a browser makes of it.
SANDBOX = "default-src 'none'; img-src 'self'; media-src 'self'; frame-ancestors 'none'; sandbox"


def send(stored: StoredFile, *, download: bool) -> Response:
    """Let the shell send a file: inline only what cannot run.

    A PDF may be framed by our own pages, which is why it alone has no sandbox: browsers show none in one.
    """
    inline = stored.media_type in INLINE and not download
    response = Response(mimetype=stored.media_type)
    response.headers["X-Quad-File"] = stored.key
    response.headers["ETag"] = f'"{stored.sha256}"'
    response.headers["Cache-Control"] = "private, no-cache"
    how = "inline" if inline else "attachment"
    response.headers["Content-Disposition"] = disposition(how, stored.name)
    if inline and stored.media_type == FRAMED:
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        policy = content_policy(frame_ancestors="'self'").header_value
        response.headers["Content-Security-Policy"] = policy
    else:
        response.headers["Content-Security-Policy"] = SANDBOX
    return response
