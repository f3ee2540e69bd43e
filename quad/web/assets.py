"""Addresses of built files, icons, and the square that stands for a person.

Templates get :data:`TEMPLATE_GLOBALS`; nothing here knows Flask, so mails and tests can use it as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from markupsafe import Markup, escape

from quad.core import i18n
from quad.web.widgets import date_box, marks_required, reader_language, widget_of

DIST: Final = Path(__file__).parent / "static" / "dist"
BASE: Final = "/static/dist/"
TITLES: Final = re.compile(r"^(?:(?:dr|prof|mr|mrs|ms|mx|er|sr|fr)\.?\s+)+", re.IGNORECASE)
TONES: Final = 4


class AssetError(RuntimeError):
    """The built front end does not have what a template asks for; the message says what to do."""


@dataclass(frozen=True)
class Manifest:
    """What the last build made: file names by plain name, and the icons in the sprite."""

    files: Mapping[str, str]
    icons: frozenset[str]


@cache
def manifest() -> Manifest:
    """Read what the last build made, once per process.

    Raises AssetError when nothing was built yet.
    """
    try:
        made = json.loads((DIST / "manifest.json").read_bytes())
    except FileNotFoundError as error:
        raise AssetError(
            "The front end has not been built: run `make setup` once, then start again."
        ) from error
    return Manifest(files=made["files"], icons=frozenset(made["icons"]))


@cache
def asset(name: str) -> str:
    """Return the address of a built file, such as ``asset("app.js")``.

    The name in the address changes with the content, so it may be cached for ever.
    Raises AssetError for a file that the build does not make.
    """
    try:
        return BASE + manifest().files[name]
    except KeyError as error:
        raise AssetError(
            f"The front end has no file {name!r}: add it to build.mjs and run `make setup`."
        ) from error


@cache
def built(name: str) -> bytes:
    """Return the content of a built file, for what needs an address of its own. Raises AssetError as `asset`."""
    return (DIST / asset(name).removeprefix(BASE)).read_bytes()


@cache
def icon(name: str, cls: str = "") -> Markup:
    """Return an icon of the sprite as SVG, hidden from screen readers: words stand beside it.

    Raises AssetError for an icon that ``frontend/icons.txt`` does not name.
    """
    if not name:
        return Markup("")
    if name not in manifest().icons:
        raise AssetError(
            f"There is no icon {name!r}: add it to frontend/icons.txt and run `make setup`."
        )
    return Markup('<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        f" {cls}" if cls else "", asset("sprite.svg"), name
    )


def initials(name: str) -> str:
    """Return one or two letters for a person: first and last word, without a title.

    A name in a script without word spaces gives its first letter; no letters at all give "?".
    """
    plain = TITLES.sub("", name.strip())
    words = [word for word in re.split(r"[\s.]+", plain) if word and word[0].isalpha()]
    if not words:
        return "?"
    last = words[-1][0] if len(words) > 1 else ""
    return (words[0][0] + last).upper()


def tone(name: str) -> int:
    """Return the tint of a person's square, 0 to 3: always the same for the same name."""
    return sum(map(ord, name)) % TONES


def _translated(message: str, **values: object) -> str:
    """Translate for a template: a value that is Markup (a status, a link) stays markup inside the sentence."""
    text = i18n.gettext(message)
    if any(isinstance(value, Markup) for value in values.values()):
        return escape(text) % values
    return text % values if values else text


TEMPLATE_GLOBALS: Final[Mapping[str, Callable[..., object]]] = {
    "_": _translated,
    "asset": asset,
    "date_box": date_box,
    "day": i18n.day,
    "icon": icon,
    "initials": initials,
    "marks_required": marks_required,
    "moment": i18n.moment,
    "ngettext": i18n.ngettext,
    "number": i18n.number,
    "reader_language": reader_language,
    "tone": tone,
    "widget_of": widget_of,
}
