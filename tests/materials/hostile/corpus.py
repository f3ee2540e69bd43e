"""Files that nobody should send, made here: bombs, polyglots, cut, wrong, locked, active, and merely odd ones.

`corpus()` yields each with what must become of it: taken, refused, or either (where only harm matters).
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.materials.hostile import anything, media, offices, pdfs
from tests.materials.hostile.making import Case

GROUPS = (
    *(anything.fine, anything.nothing, anything.wrong_ending, anything.cut, anything.flipped),
    *(anything.programs, anything.names, pdfs.pdfs, offices.offices, offices.archives),
    *(media.media, media.pictures),
)


def corpus() -> Iterator[Case]:
    """Yield every file, the same each time."""
    for group in GROUPS:
        yield from group()
