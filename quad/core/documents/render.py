"""PDF documents from templates and data.

Data goes in as JSON and is set as text: nothing in it can be read as markup, reach a file or the network. The
typesetter brings fonts for Latin, Greek and Cyrillic. Other scripts are set when the machine has a font for them, or
when one lies in the folder `fonts` of the data folder (see docs/documents.md); else a letter shows as a box.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
import typst

from quad.core import clock

TEMPLATES = Path(__file__).parent / "templates"
PACKAGE = Path(__file__).parents[2]
_NAME = re.compile(r"(?:([a-z]+)/)?([a-z][a-z0-9-]*)")


@lru_cache(maxsize=4)
def _fonts(folder: Path | None) -> typst.Fonts:
    """Find the fonts once: looking through the machine's costs more than a page."""
    return typst.Fonts(include_system_fonts=True, font_paths=[folder] if folder else [])


def _source(template: str) -> Path:
    """Return the file of a template: "record" is one of ours, "welfare/leave" is `documents/leave.typ` of a domain."""
    named = _NAME.fullmatch(template)
    if named is not None:
        domain, name = named.groups()
        source = (PACKAGE / domain / "documents" if domain else TEMPLATES) / f"{name}.typ"
        if source.is_file():
            return source
    raise LookupError(f"there is no document template called {template!r}")


def render_pdf(
    template: str,
    data: Mapping[str, Any],
    *,
    fonts: Path | None = None,
    made_at: datetime | None = None,
) -> bytes:
    """Return `template` ("record", or "welfare/leave" of a domain) filled with `data`, as a PDF.

    `data` is what the comment at the top of the template says, texts already in the reader's language. `fonts` is a
    folder with more fonts. `made_at` stands in the file as the time it was made (now unless given): the same data with
    the same time is the same file, byte for byte. Raises LookupError for a template that does not exist.
    """
    made = typst.compile(
        _source(template),
        root=PACKAGE,
        font_paths=_fonts(fonts if fonts and fonts.is_dir() else None),
        format="pdf",
        sys_inputs={"data": orjson.dumps(data).decode()},
        timestamp=int((made_at or clock.now()).timestamp()),
    )
    assert isinstance(made, bytes)
    return made
