"""What every look at a file shares: how it refuses, and how it reads a long file in constant memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from quad.core.errors import Invalid

WINDOW = 4 * 1024 * 1024
OVERLAP = 4096


def refused(sentence: str) -> Invalid:
    """Return the error that shows `sentence` beside the field of the file."""
    return Invalid({"file": sentence})


def length_of(stream: IO[bytes]) -> int:
    """Return how many bytes there are; the place in the stream moves to the end."""
    return stream.seek(0, 2)


def windows(stream: IO[bytes], overlap: int = OVERLAP) -> Iterator[tuple[int, bytes]]:
    """Yield the whole stream as pieces with their places; each begins with the end of the one before."""
    stream.seek(0)
    place, kept = 0, b""
    while piece := stream.read(WINDOW):
        window = kept + piece
        yield place, window
        kept = window[-overlap:]
        place += len(window) - len(kept)
