"""What the process that reads a document tells the one that asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MOST_PAGES = 2_000
MOST_LETTERS = 5_000_000
MOST_ON_A_PAGE = 200_000

Pages = Iterator[str]


@dataclass(frozen=True)
class Opened:
    """A document that could be opened. `numbered` tells whether its pieces are pages that a reader can turn to."""

    total: int
    numbered: bool
    pages: Pages


class Locked(Exception):
    """The document has a password."""


class Broken(Exception):
    """The document cannot be read."""
