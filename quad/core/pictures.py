"""Pictures, drawn anew: what is kept is only what was seen. Place, camera, comments and hidden files are not copied."""

from __future__ import annotations

import threading
import warnings
from io import BytesIO
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

from quad.core.i18n import gettext as _
from quad.core.looking.pictures import PIXELS, too_many_pixels
from quad.core.looking.refusal import refused

LOADERS = ("JPEG", "PNG", "WEBP")
LONGEST_SIDE = 4096
# JPEG is made smaller while it is read; the others must fit into memory as they are, twice.
PIXELS_AT_ONCE = 24_000_000
KEPT_MODES = ("1", "L", "LA", "RGB", "RGBA", "I;16")
WRITTEN = {
    "image/jpeg": ("JPEG", {"quality": 88, "progressive": True}),
    "image/png": ("PNG", {}),
    "image/webp": ("WEBP", {"quality": 86, "method": 4}),
}
# A large picture takes a hundred megabytes while it is decoded: one at a time.
one_at_a_time = threading.Lock()


def decode(stream: IO[bytes], *, side: int, smallest: int = 1) -> Image.Image:
    """Return the picture upright, of at least `side` pixels where it has them. Call it with `one_at_a_time`.

    Raises Invalid (field `file`) for what is no picture, damaged, a bomb, or has a side below `smallest`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(stream, formats=LOADERS)
            if picture.width * picture.height > PIXELS:
                raise too_many_pixels()
            if min(picture.size) < smallest:
                raise refused(
                    _("This picture is too small. Use one of %(n)s pixels or more.", n=smallest)
                )
            picture.draft("RGB", (side, side))
            if picture.width * picture.height > PIXELS_AT_ONCE and picture.format != "JPEG":
                raise too_many_pixels()
            upright: Image.Image = ImageOps.exif_transpose(picture)
            upright.load()
            return upright
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_many_pixels() from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, MemoryError) as error:
        raise refused(_("This picture is damaged. Save it again and try once more.")) from error


def clean(stream: IO[bytes], media_type: str) -> IO[bytes]:
    """Return the picture written anew, at most 4096 pixels a side, in the format of `media_type`.

    Raises Invalid (field `file`) for what is no picture, damaged or a bomb.
    """
    form, options = WRITTEN[media_type]
    with one_at_a_time:
        stream.seek(0)
        picture = decode(stream, side=LONGEST_SIDE)
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        picture = _plain(picture, form)
        written = BytesIO()
        picture.save(written, form, **options)
    written.seek(0)
    return written


def _plain(picture: Image.Image, form: str) -> Image.Image:
    """Return the pixels alone, in a mode that `form` knows."""
    mode = picture.mode
    if form == "JPEG":
        mode = "L" if mode == "L" else "RGB"
    elif mode not in KEPT_MODES:
        see_through = "transparency" in picture.info or mode in ("PA", "La", "RGBa")
        mode = "RGBA" if see_through else "RGB"
    if mode != picture.mode:
        picture = picture.convert(mode)
    picture.info = {}
    picture.getexif().clear()
    return picture
