"""Pictures of people: decoded, turned upright, cut to a square, and written anew.

What is kept is only what was drawn: place, camera, thumbnails and comments of the original are not copied.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import IO

import filetype
from PIL import Image, ImageOps

from quad.core.files import MEGABYTE
from quad.core.i18n import lazy_gettext as _l
from quad.core.pictures import decode, one_at_a_time
from quad.core.settings import Setting, between
from quad.core.uploads import HEAD, PHOTOS, inspect_upload

LARGE, SMALL = 512, 96
MEDIA_TYPE = "image/webp"
MARK_LENGTH = 16
SMALLEST = 32  # pixels; less shows nobody


LIMIT = Setting(
    key="identity.photo_megabytes",
    label=_l("Largest photo in megabytes"),
    default=16,
    kind="int",
    group=_l("Profiles"),
    check=between(1, 25, _l("Write a number of megabytes from 1 to 25.")),
)


@dataclass(frozen=True)
class Photo:
    """Two squares of one picture, and the mark that stands in their addresses."""

    large: bytes
    small: bytes
    mark: str


def prepare_photo(stream: IO[bytes], name: str | None, *, megabytes: int) -> Photo:
    """Return the picture in `stream` as two squares (no database). Without a `name` its ending is not judged.

    Raises TooLarge, and Invalid (field `file`) for what is no picture, is damaged, too small, or a bomb.
    """
    inspect_upload(stream, name or _fitting_name(stream), PHOTOS, limit=megabytes * MEGABYTE)
    with one_at_a_time:
        picture = _on_white(decode(stream, side=LARGE * 2, smallest=SMALLEST))
        large, small = _square(picture, LARGE), _square(picture, SMALL)
    return Photo(large, small, hashlib.sha256(large).hexdigest()[:MARK_LENGTH])


def _fitting_name(stream: IO[bytes]) -> str:
    found = filetype.guess(stream.read(HEAD))
    stream.seek(0)
    return f"photo.{found.extension if found else ''}"


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGB", "L"):
        return picture.convert("RGB")
    seen = picture.convert("RGBA")
    ground = Image.new("RGB", seen.size, "white")
    ground.paste(seen, mask=seen.getchannel("A"))
    return ground


def _square(picture: Image.Image, size: int) -> bytes:
    # Faces are rather above the middle of an upright picture.
    cut = ImageOps.fit(picture, (size, size), Image.Resampling.LANCZOS, centering=(0.5, 0.4))
    clean = Image.new("RGB", cut.size)
    clean.paste(cut)
    written = BytesIO()
    clean.save(written, "WEBP", quality=82, method=4)
    return written.getvalue()
