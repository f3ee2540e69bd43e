"""ZIP archives, which Office files are: no password, no bomb, nothing before, between or behind the members."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from quad.core.i18n import gettext as _
from quad.core.looking.refusal import length_of, refused

UNPACKED = 512 * 1024 * 1024
RATIO = 200
MEMBERS = 5_000
END_RECORD = 22
LOCAL_HEADER = b"PK\x03\x04"
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
LINK = 0o120000
FILE_TYPE = 0o170000
# What reading a member may raise when its bytes are not what the archive says.
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    ValueError,
    NotImplementedError,
    EOFError,
    RuntimeError,
)

ARCHIVES = (
    LOCAL_HEADER,
    b"PK\x05\x06",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b\x08",
    b"BZh",
    b"\xfd7zXZ\x00",
)
PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"#!")


def damaged() -> Exception:
    """Return the refusal of a file that cannot be read."""
    return refused(_("This file is damaged. Save it again and try once more."))


@contextmanager
def opened(stream: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """Open an archive. Raises Invalid when it is damaged, or turns out to be while it is read."""
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            yield archive
    except DAMAGED as error:
        raise damaged() from error


def look_at_archive(stream: IO[bytes]) -> None:
    """Judge an archive by what it says of its members, before anything is unpacked. Raises Invalid."""
    with opened(stream) as archive:
        look_at_members(archive.infolist())


def look_at_members(members: list[zipfile.ZipInfo]) -> None:
    """Count what the members would become. Raises Invalid for a password or a bomb."""
    if any(member.flag_bits & 0x1 for member in members):
        raise refused(_("This file has a password. Save it without one and try again."))
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > MEMBERS or unpacked > UNPACKED or unpacked > RATIO * max(packed, 1024 * 1024):
        raise refused(
            _("This file would become far too large when opened. Save it again, or as CSV.")
        )


def look_at_frame(stream: IO[bytes], archive: zipfile.ZipFile) -> None:
    """Refuse an archive that is also something else: bytes before its members or behind its end, odd members."""
    members = archive.infolist()
    names = [member.filename for member in members]
    plain = (
        bool(members)
        and not archive.comment
        and min(member.header_offset for member in members) == 0
        and _ends_well(stream)
        and len({name.casefold() for name in names}) == len(names)
        and not any(_leads_out(name) for name in names)
        and all(member.compress_type in METHODS for member in members)
        and not any((member.external_attr >> 16) & FILE_TYPE == LINK for member in members)
    )
    if not plain:
        raise refused(
            _("This file is put together in an unusual way. Save it again in its own program.")
        )


def _ends_well(stream: IO[bytes]) -> bool:
    stream.seek(length_of(stream) - END_RECORD)
    return stream.read(4) == b"PK\x05\x06"


def _leads_out(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name


def hides_an_archive(stream: IO[bytes]) -> bool:
    """Tell whether a file of another kind can be opened as an archive too."""
    stream.seek(0)
    if not zipfile.is_zipfile(stream):
        return False
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            return bool(archive.infolist())
    except DAMAGED:
        return False
