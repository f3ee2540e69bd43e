"""Small words that templates of materials need."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from quad.core.files import in_words
from quad.materials import kinds
from quad.materials.views.blueprint import bp

MINUTE, HOUR = 60, 3600


@bp.app_template_global("size_words")
def size_words(size: int | None) -> str:
    """Write a size as people say it."""
    return "" if size is None else in_words(size)


@bp.app_template_global("clock_words")
def clock_words(seconds: int) -> str:
    """Write a place in a recording: 4:05, or 1:02:03."""
    minutes, left = divmod(int(seconds), MINUTE)
    if seconds < HOUR:
        return f"{minutes}:{left:02}"
    hours, minutes = divmod(minutes, MINUTE)
    return f"{hours}:{minutes:02}:{left:02}"


@bp.app_template_global("not_yet")
def not_yet(moment: datetime | None) -> bool:
    """Tell whether a day is still to come."""
    return kinds.not_yet(moment)


@bp.app_template_global("host_of")
def host_of(url: str) -> str:
    """Return the site of an address."""
    return urlsplit(url).hostname or url
