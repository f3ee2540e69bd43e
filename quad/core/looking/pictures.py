"""PNG and JPEG: a head that makes sense, and not more pixels than fit into memory."""

from __future__ import annotations

import struct
from typing import IO

from quad.core.i18n import gettext as _
from quad.core.looking.refusal import refused

PIXELS = 50_000_000


def too_many_pixels() -> Exception:
    """Return the refusal of a picture that would fill the memory."""
    return refused(_("This picture has too many pixels. Make it smaller and try again."))


def look_at_png(stream: IO[bytes]) -> None:
    """Raises Invalid."""
    head = stream.read(24)
    if len(head) < 24 or head[12:16] != b"IHDR":
        raise refused(_("This picture is damaged."))
    width, height = struct.unpack(">II", head[16:24])
    if not 0 < width * height <= PIXELS:
        raise too_many_pixels()


def look_at_jpeg(stream: IO[bytes]) -> None:
    """Raises Invalid."""
    stream.read(2)
    while (marker := stream.read(4)) and len(marker) == 4 and marker[0] == 0xFF:
        length = struct.unpack(">H", marker[2:])[0]
        if 0xC0 <= marker[1] <= 0xCF and marker[1] not in (0xC4, 0xC8, 0xCC):
            frame = stream.read(5)
            if len(frame) < 5:
                break
            height, width = struct.unpack(">HH", frame[1:])
            if not 0 < width * height <= PIXELS:
                raise too_many_pixels()
            return
        stream.seek(length - 2, 1)
    raise refused(_("This picture is damaged."))
