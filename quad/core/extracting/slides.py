"""The text of slides: what stands on each, in the order they are shown."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO
from xml.parsers import expat

from quad.core.extracting.shapes import MOST_ON_A_PAGE, Broken, Opened, Pages

LARGEST_SLIDE = 16 * 1024 * 1024
PIECE = 64 * 1024
FOLDER = "ppt"
PRESENTATION = f"{FOLDER}/presentation.xml"
RELATIONS = f"{FOLDER}/_rels/presentation.xml.rels"


def opened(path: Path) -> Opened:
    """Open slides. Raises Broken."""
    try:
        archive = zipfile.ZipFile(path)
        targets = _targets(archive)
        order = [targets[mark] for mark in _shown(archive) if mark in targets]
    except (zipfile.BadZipFile, KeyError, expat.ExpatError, ValueError, OSError) as error:
        raise Broken from error
    return Opened(len(order), True, _pages(archive, order))


def _targets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return where the part behind each relation's mark lies."""
    found: dict[str, str] = {}

    def note(tag: str, given: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship" and given.get("Type", "").endswith("/slide"):
            target = given.get("Target", "")
            joined = posixpath.normpath(posixpath.join(FOLDER, target)).lstrip("/")
            found[given.get("Id", "")] = target.lstrip("/") if target.startswith("/") else joined

    _read(archive, RELATIONS, begin=note)
    return found


def _shown(archive: zipfile.ZipFile) -> list[str]:
    marks: list[str] = []

    def note(tag: str, given: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "sldId":
            marks.extend(
                mark
                for name, mark in given.items()
                if name.rpartition(":")[2] == "id" and ":" in name
            )

    _read(archive, PRESENTATION, begin=note)
    return marks


def _pages(archive: zipfile.ZipFile, order: list[str]) -> Pages:
    for name in order:
        try:
            yield _text(archive, name)
        except (zipfile.BadZipFile, KeyError, expat.ExpatError, ValueError, OSError):
            yield ""


def _text(archive: zipfile.ZipFile, name: str) -> str:
    """Return the paragraphs of one slide."""
    paragraphs: list[str] = []
    open_text: list[str] = []
    inside = False

    def begin(tag: str, _given: dict[str, str]) -> None:
        nonlocal inside
        inside = tag == "a:t"

    def end(tag: str) -> None:
        nonlocal inside
        inside = False
        if tag == "a:p":
            text = "".join(open_text).strip()
            open_text.clear()
            if text:
                paragraphs.append(text)

    def letters(text: str) -> None:
        if inside:
            open_text.append(text)

    _read(archive, name, begin=begin, end=end, letters=letters)
    return "\n\n".join(paragraphs)[:MOST_ON_A_PAGE]


def _read(
    archive: zipfile.ZipFile,
    name: str,
    *,
    begin: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    letters: Callable[[str], None] | None = None,
) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    if end is not None:
        parser.EndElementHandler = end
    if letters is not None:
        parser.CharacterDataHandler = letters
    parser.StartDoctypeDeclHandler = _refuse
    with archive.open(name) as content:
        _feed(parser, content)


def _feed(parser: expat.XMLParserType, content: IO[bytes]) -> None:
    left = LARGEST_SLIDE
    while left > 0 and (piece := content.read(PIECE)):
        left -= len(piece)
        parser.Parse(piece, False)


def _refuse(*_given: object) -> None:
    raise ValueError("definitions are not taken")
