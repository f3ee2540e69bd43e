"""The text of a document, read in a process of its own that may use little, and may die without harm."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from quad.core.extracting.layout import paragraphs
from quad.core.i18n import gettext as _
from quad.core.isolated import MEGABYTES, PATIENCE, SECONDS, started

CHILD = "quad.core.extracting.child"
LONGEST_LINE = 4 * 1024 * 1024
FEWEST_LETTERS = 12  # a page with fewer has a number or a stamp on it

KINDS = {
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
}

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Page:
    """What is written on one page. `number` is None where a document has no pages to turn to."""

    number: int | None
    text: str


@dataclass(frozen=True)
class Text:
    """What is written in a document. `problem` is a sentence about what could not be read, or empty."""

    pages: tuple[Page, ...] = ()
    total: int = 0
    problem: str = ""

    @property
    def empty(self) -> bool:
        """Tell whether there is nothing to read."""
        return not self.pages


@dataclass
class _Told:
    """What the process has said so far."""

    total: int = 0
    numbered: bool = False
    end: str = ""
    pages: list[tuple[int, str]] = field(default_factory=list)


def can_read(media_type: str) -> bool:
    """Tell whether files of this type have text that can be read."""
    return media_type in KINDS


def extract(
    path: Path,
    media_type: str,
    *,
    progress: Progress = lambda done, total: None,
    megabytes: int = MEGABYTES,
    seconds: int = SECONDS,
    patience: float = PATIENCE,
) -> Text:
    """Return the text of a document. Never raises for what is in the file: `problem` says what is wrong with it.

    `seconds` are of processor time, `patience` is the longest wait. `progress` is called as pages come.
    """
    arguments = (KINDS[media_type], str(path), str(megabytes), str(seconds))
    with started(CHILD, *arguments, folder=path.parent, patience=patience) as process:
        told = _listen(process, progress)
    return _text(told)


def _listen(process: subprocess.Popen[bytes], progress: Progress) -> _Told:
    told = _Told()
    for line in _lines(process):
        if "page" in line:
            told.pages.append((line["page"], line["text"]))
            progress(line["page"], told.total)
        elif "end" in line:
            told.end = line["end"]
        else:
            told.total, told.numbered = line["total"], line["numbered"]
    return told


def _lines(process: subprocess.Popen[bytes]) -> Iterator[dict[str, Any]]:
    assert process.stdout is not None
    while line := process.stdout.readline(LONGEST_LINE):
        if not line.endswith(b"\n"):
            return
        yield json.loads(line)


def _text(told: _Told) -> Text:
    cleaned = paragraphs([text for _number, text in told.pages])
    pages = tuple(
        Page(number if told.numbered else None, text)
        for (number, _raw), text in zip(told.pages, cleaned, strict=True)
        if len(text) >= FEWEST_LETTERS
    )
    return Text(pages, told.total, _problem(told, empty=not pages))


def _problem(told: _Told, *, empty: bool) -> str:
    if told.end == "locked":
        return _("This document has a password, so its text cannot be read.")
    if told.end == "all" and empty:
        return _("This document has no text: its pages are probably pictures of a scanner.")
    if told.end == "all":
        return ""
    if empty:
        return _("The text of this document cannot be read.")
    return _("Only the first pages of this document were read: it is very large.")
