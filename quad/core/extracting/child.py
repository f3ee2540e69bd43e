"""The process that reads one document and ends: `python -m quad.core.extracting.child pdf FILE MEGABYTES SECONDS`.

It knows nothing but the file: no settings, no database, no network is needed, and what it may use is limited before
the file is opened. Each line it writes is JSON: first what was opened, then page after page, at last how it ended.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from quad.core.extracting import pdf, slides, word
from quad.core.extracting.shapes import (
    MOST_LETTERS,
    MOST_ON_A_PAGE,
    MOST_PAGES,
    Broken,
    Locked,
    Opened,
)
from quad.core.isolated import limited

READERS = {"pdf": pdf.opened, "docx": word.opened, "pptx": slides.opened}


def tell(**line: object) -> None:
    """Write one line."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main(kind: str, path: str, megabytes: str, seconds: str) -> None:
    """Read the document and tell about it."""
    limited(int(megabytes), int(seconds))
    try:
        document = READERS[kind](Path(path))
        tell(total=document.total, numbered=document.numbered)
        tell(end=_pages(document))
    except Locked:
        tell(end="locked")
    except (Broken, RecursionError):
        tell(end="broken")
    except MemoryError:
        tell(end="memory")


def _pages(document: Opened) -> str:
    letters = 0
    for number, text in enumerate(document.pages, 1):
        if number > MOST_PAGES or letters > MOST_LETTERS:
            return "limit"
        letters += len(text)
        # Half of a surrogate pair is no text: JSON would carry it, a database would not.
        tell(page=number, text=text[:MOST_ON_A_PAGE].encode("utf-8", "ignore").decode())
    return "all"


if __name__ == "__main__":
    main(*sys.argv[1:])
