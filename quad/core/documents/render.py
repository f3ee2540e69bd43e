"""PDF documents from templates and data.

Data goes in as JSON and is set as text: nothing in it can be read as markup, reach a file or the network. The
typesetter brings fonts for Latin, Greek and Cyrillic. Other scripts are set when the machine has a font for them, or
when one lies in the folder `fonts` of the data folder (see docs/documents.md); else a letter shows as a box.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
import typst

from quad.core import clock

TEMPLATES = Path(__file__).parent / "templates"


@lru_cache(maxsize=4)
def _fonts(folder: Path | None) -> typst.Fonts:
    """Find the fonts once: looking through the machine's costs more than a page."""
    return typst.Fonts(include_system_fonts=True, font_paths=[folder] if folder else [])


def render_pdf(template: str, data: Mapping[str, Any], *, fonts: Path | None = None) -> bytes:
    """Return `template` ("record") filled with `data`, as a PDF.

    `data` is what the comment at the top of the template says, texts already in the reader's language. `fonts` is a
    folder with more fonts. Raises LookupError for a template that does not exist.
    """
    source = TEMPLATES / f"{template}.typ"
    if source.parent != TEMPLATES or not source.is_file():
        raise LookupError(f"there is no document template called {template!r}")
    made = typst.compile(
        source,
        root=TEMPLATES,
        font_paths=_fonts(fonts if fonts and fonts.is_dir() else None),
        format="pdf",
        sys_inputs={"data": orjson.dumps(data).decode()},
        timestamp=int(clock.now().timestamp()),
    )
    assert isinstance(made, bytes)
    return made
