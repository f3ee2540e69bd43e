"""What may come in as a file: known by its content, with a fitting name, not encrypted, and no bomb.

The browser's content type is not looked at. Each refusal is one sentence beside the field `file`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO

import filetype

from quad.core.errors import TooLarge
from quad.core.files import in_words
from quad.core.i18n import gettext as _
from quad.core.looking import media, office, ole
from quad.core.looking.archives import LOCAL_HEADER, hides_an_archive, look_at_archive, opened
from quad.core.looking.pdf import look_at_pdf
from quad.core.looking.pictures import look_at_jpeg, look_at_png
from quad.core.looking.refusal import length_of, refused
from quad.core.looking.viruses import is_test_virus

HEAD = 8192


@dataclass(frozen=True)
class Kind:
    """One kind of file: its media type, the endings its name may have, the words for it, and a closer look."""

    media_type: str
    endings: tuple[str, ...]
    words: str
    look: Callable[[IO[bytes]], None] | None = None


CSV = Kind("text/csv", (".csv", ".tsv", ".txt"), "CSV")
XLSX = Kind(
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    (".xlsx",),
    "Excel (.xlsx)",
    look_at_archive,
)
PDF = Kind("application/pdf", (".pdf",), "PDF", look_at_pdf)
PNG = Kind("image/png", (".png",), "PNG", look_at_png)
JPEG = Kind("image/jpeg", (".jpg", ".jpeg"), "JPEG", look_at_jpeg)

WEBP = Kind("image/webp", (".webp",), "WebP")
DOCX = Kind(
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    (".docx",),
    "Word (.docx)",
    office.look_at(office.WORD),
)
DOC = Kind("application/msword", (".doc",), "Word (.doc)", ole.look_at_doc)
PPTX = Kind(
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    (".pptx",),
    "PowerPoint (.pptx)",
    office.look_at(office.SLIDES),
)
MP3 = Kind("audio/mpeg", (".mp3",), "MP3", media.look_at_mp3)
MP4 = Kind("video/mp4", (".mp4", ".m4v"), "MP4", media.look_at_mp4)
VTT = Kind("text/vtt", (".vtt",), "WebVTT", media.look_at_captions)

TABLES = (CSV, XLSX)
PICTURES = (PNG, JPEG)
PHOTOS = (JPEG, PNG, WEBP)

PAPERS = (PDF, DOC, DOCX)
MATERIALS = (PDF, DOCX, PPTX, MP3, MP4, PNG, JPEG, WEBP)

# The part of an Office file that tells which kind it is.
BY_PART = {"xl/workbook.xml": XLSX, office.WORD.part: DOCX, office.SLIDES.part: PPTX}
BY_CONTENT = {kind.media_type: kind for kind in (PDF, PNG, JPEG, WEBP)}


def inspect_upload(
    stream: IO[bytes], name: str, allowed: tuple[Kind, ...], *, limit: int | None = None
) -> str:
    """Return the media type of what is in `stream`, which is left at its start.

    Raises TooLarge, and Invalid (field `file`) when the content is of no allowed kind, does not fit the name's ending,
    is encrypted, damaged or a bomb.
    """
    size = length_of(stream)
    if limit is not None and size > limit:
        raise TooLarge(
            _("The file is too large. It may have at most %(size)s.", size=in_words(limit))
        )
    if size == 0:
        raise refused(_("The file is empty."))
    stream.seek(0)
    kind = _kind(stream, allowed)
    if PurePath(name).suffix.lower() not in kind.endings:
        raise refused(
            _(
                "The content is %(kind)s but the name “%(name)s” does not end in %(endings)s.",
                kind=kind.words,
                name=name[-60:],
                endings=_(" or ").join(kind.endings),
            )
        )
    if kind.look is not None:
        stream.seek(0)
        kind.look(stream)
    _refuse_two_in_one(stream, kind)
    stream.seek(0)
    return kind.media_type


def _kind(stream: IO[bytes], allowed: tuple[Kind, ...]) -> Kind:
    head = stream.read(HEAD)
    if head.startswith(ole.MAGIC[:4]) and DOC not in allowed:
        raise _old_office()
    found = _by_content(stream, head)
    if found is None or found not in allowed:
        words = ", ".join(kind.words for kind in allowed)
        raise refused(_("This kind of file is not taken here. Use one of: %(kinds)s.", kinds=words))
    return found


def _refuse_two_in_one(stream: IO[bytes], kind: Kind) -> None:
    if is_test_virus(stream):
        raise refused(_("A virus was found in this file. It was not kept."))
    # Word keeps the colours of an old document as an archive within it.
    if kind not in (*BY_PART.values(), DOC) and hides_an_archive(stream):
        raise refused(_("There is an archive hidden in this file. Save it again."))


def _by_content(stream: IO[bytes], head: bytes) -> Kind | None:
    if head.startswith(LOCAL_HEADER):
        return _archive_kind(stream)
    if head.startswith(ole.MAGIC[:4]):
        if ole.is_word(stream):
            return DOC
        raise _old_office()
    if media.is_mp4(head):
        return MP4
    guess = filetype.guess(head)
    if guess is not None and guess.mime in BY_CONTENT:
        return BY_CONTENT[guess.mime]
    if media.is_mp3(head):
        return MP3
    if media.is_captions(head):
        return VTT
    return CSV if guess is None and _is_text(head) else None


def _old_office() -> Exception:
    return refused(
        _(
            "This is an old or encrypted Office file. Save it in a current format without a password."
        )
    )


def _archive_kind(stream: IO[bytes]) -> Kind | None:
    with opened(stream) as archive:
        names = set(archive.namelist())
    if office.CONTENT_TYPES not in names:
        return None
    return next((kind for part, kind in BY_PART.items() if part in names), None)


def _is_text(head: bytes) -> bool:
    """Text has no control characters but line breaks and tabs; UTF-16 has zeros in every other place."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if (even or odd) and (max(even, odd) < len(head) // 8 or min(even, odd) * 20 > max(even, odd)):
        return False
    control = sum(byte < 32 and byte not in (0, 9, 10, 12, 13) for byte in head)
    return control == 0
