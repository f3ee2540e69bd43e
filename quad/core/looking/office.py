"""Word and PowerPoint files: the parts they must have, and what they must not carry.

A document may show and link. It may not run (macros, ActiveX), carry programs or objects of other programs, or fetch
something from elsewhere when it is opened.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO
from xml.parsers import expat

from quad.core.i18n import gettext as _
from quad.core.looking.archives import (
    ARCHIVES,
    PROGRAMS,
    damaged,
    look_at_frame,
    look_at_members,
    opened,
)
from quad.core.looking.refusal import refused

CONTENT_TYPES = "[Content_Types].xml"
ROOT_RELATIONS = "_rels/.rels"
LARGEST_RELATIONS = 8 * 1024 * 1024
LARGEST_CARRIED = 32 * 1024 * 1024
PIECE = 64 * 1024
IN_MEMORY = 2 * 1024 * 1024
RUNNING = re.compile(
    r"\.(exe|dll|scr|com|bat|cmd|ps1|vb[se]|jse?|wsf|hta|jar|msi|lnk|sh|py|php|html?|mht|svg)"
)
CARRIED = (".xlsx", ".docx", ".pptx")  # the numbers behind a chart, as Office itself keeps them
SEEN_FROM_ELSEWHERE = ("hyperlink", "video", "audio", "media")
_WEB = re.compile(r"https?://", re.IGNORECASE)
_ON_A_DISK = re.compile(r"(?:file:/{3})?[a-z]:[\\/]|[^/\\:]+$|file:/{3}[^/]", re.IGNORECASE)


@dataclass(frozen=True)
class Office:
    """One kind of Office file: the part it begins with, and the content types that part may have."""

    part: str
    types: tuple[str, ...]


_XML = "application/vnd.openxmlformats-officedocument"
WORD = Office("word/document.xml", (f"{_XML}.wordprocessingml.document.main+xml",))
SLIDES = Office(
    "ppt/presentation.xml",
    (
        f"{_XML}.presentationml.presentation.main+xml",
        f"{_XML}.presentationml.slideshow.main+xml",
    ),
)
BOOK = Office("xl/workbook.xml", (f"{_XML}.spreadsheetml.sheet.main+xml",))
BY_ENDING = {".docx": WORD, ".pptx": SLIDES, ".xlsx": BOOK}


def look_at(kind: Office) -> Callable[[IO[bytes]], None]:
    """Return the look at files of this kind."""

    def look(stream: IO[bytes]) -> None:
        _look(stream, kind, inside=False)

    return look


def _look(stream: IO[bytes], kind: Office, *, inside: bool) -> None:
    with opened(stream) as archive:
        members = archive.infolist()
        look_at_members(members)
        _refuse_what_runs(members)
        _look_at_types(archive, kind)
        look_at_frame(stream, archive)
        for member in members:
            if not member.is_dir():
                _look_at_member(archive, member, inside=inside)


def _refuse_what_runs(members: list[zipfile.ZipInfo]) -> None:
    for member in members:
        path = PurePosixPath(member.filename.lower())
        if path.name.startswith(("vbaproject", "vbadata")):
            raise _macros()
        if "activex" in path.parts or RUNNING.fullmatch(path.suffix):
            raise _program()
        if path.name.startswith("oleobject"):
            raise _object()


def _macros() -> Exception:
    return refused(_("This file has macros. Save it without them, as .docx, .pptx or PDF."))


def _program() -> Exception:
    return refused(_("This file carries a program. Take it out, or save the file as PDF."))


def _object() -> Exception:
    return refused(
        _("This file carries an object of another program. Put it in as a picture, or save as PDF.")
    )


def _look_at_types(archive: zipfile.ZipFile, kind: Office) -> None:
    names = set(archive.namelist())
    if not {CONTENT_TYPES, ROOT_RELATIONS, kind.part} <= names:
        raise damaged()
    types: dict[str, str] = {}

    def note(tag: str, given: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Override":
            types[given.get("PartName", "").lstrip("/").lower()] = given.get("ContentType", "")
        if "macro" in given.get("ContentType", "").lower():
            raise _macros()

    _parse(archive, archive.getinfo(CONTENT_TYPES), note)
    if types.get(kind.part) not in kind.types:
        raise damaged()


def _look_at_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, *, inside: bool) -> None:
    with archive.open(member) as content:
        head = content.read(8)
    if head.startswith(PROGRAMS):
        raise _program()
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise _object()
    ending = PurePosixPath(member.filename.lower()).suffix
    if head.startswith(ARCHIVES):
        carried = BY_ENDING.get(ending)
        if inside or carried is None or member.file_size > LARGEST_CARRIED:
            raise refused(
                _("This file has an archive inside. Take it out, and upload it by itself.")
            )
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as copy:
            with archive.open(member) as content:
                while piece := content.read(PIECE):
                    copy.write(piece)
            _look(copy, carried, inside=True)
    elif ending == ".rels":
        _parse(archive, member, _relation)
    elif ending == ".xml":
        _refuse_definitions(archive, member)


def _relation(tag: str, given: dict[str, str]) -> None:
    if tag.rpartition(":")[2] != "Relationship" or given.get("TargetMode") != "External":
        return
    sort = given.get("Type", "").rpartition("/")[2]
    target = given.get("Target", "").strip()
    if sort == "hyperlink" or (sort in SEEN_FROM_ELSEWHERE and _WEB.match(target)):
        return
    # Word notes where a template once lay on somebody's disk; nothing is fetched from there by others.
    if sort == "attachedTemplate" and _ON_A_DISK.match(target):
        return
    raise refused(
        _("This file fetches something from elsewhere when it is opened. Put it into the file.")
    )


def _parse(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, note: Callable[[str, dict[str, str]], None]
) -> None:
    """Hand every element to `note`. Nothing is resolved, and a file that defines entities is refused."""
    if member.file_size > LARGEST_RELATIONS:
        raise damaged()
    parser = _parser()
    parser.StartElementHandler = note
    with archive.open(member) as content:
        _feed(parser, iter(lambda: content.read(PIECE), b""))
    try:
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise damaged() from error


def _refuse_definitions(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Read as far as the first element: definitions may only stand before it."""
    parser, began = _parser(), []
    parser.StartElementHandler = lambda tag, given: began.append(tag)
    with archive.open(member) as content:
        while not began and (piece := content.read(PIECE)):
            _feed(parser, iter([piece]))


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()

    def refuse(*_given: object) -> None:
        raise damaged()

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def _feed(parser: expat.XMLParserType, pieces: Iterator[bytes]) -> None:
    try:
        for piece in pieces:
            parser.Parse(piece, False)
    except expat.ExpatError as error:
        raise damaged() from error
