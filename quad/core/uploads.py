"""What may come in as a file: known by its content, with a fitting name, not encrypted, and no bomb.

The browser's content type is not looked at. Each refusal is one sentence beside the field `file`.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO

import filetype

from quad.core.errors import Invalid, TooLarge
from quad.core.files import in_words
from quad.core.i18n import gettext as _

HEAD = 8192
TAIL = 2048
UNPACKED = 512 * 1024 * 1024
RATIO = 200
MEMBERS = 2_000
PIXELS = 50_000_000


@dataclass(frozen=True)
class Kind:
    """One kind of file: its media type, the endings its name may have, the words for it, and a closer look."""

    media_type: str
    endings: tuple[str, ...]
    words: str
    look: Callable[[IO[bytes]], None] | None = None


def _refused(sentence: str) -> Invalid:
    return Invalid({"file": sentence})


def _look_at_pdf(stream: IO[bytes]) -> None:
    stream.seek(0, 2)
    size = stream.tell()
    stream.seek(max(0, size - TAIL))
    tail = stream.read(TAIL)
    if b"/Encrypt" in tail:
        raise _refused(_("This PDF has a password. Save it without one and try again."))
    if b"%%EOF" not in tail:
        raise _refused(_("This PDF is not complete. Save it again and try once more."))


def _look_at_png(stream: IO[bytes]) -> None:
    head = stream.read(24)
    if len(head) < 24 or head[12:16] != b"IHDR":
        raise _refused(_("This picture is damaged."))
    width, height = struct.unpack(">II", head[16:24])
    if not 0 < width * height <= PIXELS:
        raise _refused(_("This picture has too many pixels. Make it smaller and try again."))


def _look_at_jpeg(stream: IO[bytes]) -> None:
    stream.read(2)
    while (marker := stream.read(4)) and len(marker) == 4 and marker[0] == 0xFF:
        length = struct.unpack(">H", marker[2:])[0]
        if 0xC0 <= marker[1] <= 0xCF and marker[1] not in (0xC4, 0xC8, 0xCC):
            frame = stream.read(5)
            if len(frame) < 5:
                break
            height, width = struct.unpack(">HH", frame[1:])
            if not 0 < width * height <= PIXELS:
                raise _refused(
                    _("This picture has too many pixels. Make it smaller and try again.")
                )
            return
        stream.seek(length - 2, 1)
    raise _refused(_("This picture is damaged."))


def _look_at_archive(stream: IO[bytes]) -> None:
    """Count what an archive says of its members before anything is unpacked."""
    with zipfile.ZipFile(stream) as archive:
        members = archive.infolist()
    if any(member.flag_bits & 0x1 for member in members):
        raise _refused(_("This file has a password. Save it without one and try again."))
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > MEMBERS or unpacked > UNPACKED or unpacked > RATIO * max(packed, 1024 * 1024):
        raise _refused(
            _("This file would become far too large when opened. Save it again, or as CSV.")
        )


CSV = Kind("text/csv", (".csv", ".tsv", ".txt"), "CSV")
XLSX = Kind(
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    (".xlsx",),
    "Excel (.xlsx)",
    _look_at_archive,
)
PDF = Kind("application/pdf", (".pdf",), "PDF", _look_at_pdf)
PNG = Kind("image/png", (".png",), "PNG", _look_at_png)
JPEG = Kind("image/jpeg", (".jpg", ".jpeg"), "JPEG", _look_at_jpeg)

TABLES = (CSV, XLSX)
PICTURES = (PNG, JPEG)

BY_CONTENT = {kind.media_type: kind for kind in (PDF, PNG, JPEG)}


def inspect_upload(
    stream: IO[bytes], name: str, allowed: tuple[Kind, ...], *, limit: int | None = None
) -> str:
    """Return the media type of what is in `stream`, which is left at its start.

    Raises TooLarge, and Invalid (field `file`) when the content is of no allowed kind, does not fit the name's ending,
    is encrypted, damaged or a bomb.
    """
    stream.seek(0, 2)
    size = stream.tell()
    if limit is not None and size > limit:
        raise TooLarge(
            _("The file is too large. It may have at most %(size)s.", size=in_words(limit))
        )
    if size == 0:
        raise _refused(_("The file is empty."))
    stream.seek(0)
    kind = _kind(stream, allowed)
    if PurePath(name).suffix.lower() not in kind.endings:
        raise _refused(
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
    stream.seek(0)
    return kind.media_type


def _kind(stream: IO[bytes], allowed: tuple[Kind, ...]) -> Kind:
    head = stream.read(HEAD)
    found = _by_content(stream, head)
    if found is None or found not in allowed:
        words = ", ".join(kind.words for kind in allowed)
        raise _refused(
            _("This kind of file is not taken here. Use one of: %(kinds)s.", kinds=words)
        )
    return found


def _by_content(stream: IO[bytes], head: bytes) -> Kind | None:
    if head.startswith(b"PK\x03\x04"):
        return _archive_kind(stream)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise _refused(
            _(
                "This is an old or encrypted Office file. Save it in a current format without a password."
            )
        )
    guess = filetype.guess(head)
    if guess is not None:
        return BY_CONTENT.get(guess.mime)
    return CSV if _is_text(head) else None


def _archive_kind(stream: IO[bytes]) -> Kind | None:
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _refused(_("This file is damaged. Save it again and try once more.")) from error
    return XLSX if {"[Content_Types].xml", "xl/workbook.xml"} <= names else None


def _is_text(head: bytes) -> bool:
    """Text has no control characters but line breaks and tabs; UTF-16 has zeros in every other place."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if (even or odd) and (max(even, odd) < len(head) // 8 or min(even, odd) * 20 > max(even, odd)):
        return False
    control = sum(byte < 32 and byte not in (0, 9, 10, 12, 13) for byte in head)
    return control == 0
