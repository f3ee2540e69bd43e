"""PDF: complete, without a password, and without anything that runs or is carried along.

Names are looked for as they are written and with their letters escaped (`/J#61vaScript`), in the file itself and in
its object streams, where most writers pack them today.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import IO

from quad.core.i18n import gettext as _
from quad.core.looking.refusal import length_of, refused, windows

TAIL = 2048
LONGEST_HEAD = 4096  # of an object stream, from its name to its first byte
LARGEST_STREAM = 32 * 1024 * 1024
ALL_STREAMS = 128 * 1024 * 1024
PIECE = 64 * 1024
OVERLAP = 256


def _name(word: str) -> bytes:
    """Match a PDF name whichever of its letters are escaped; a longer name is another one."""
    letters = "".join(f"(?:{letter}|#{ord(letter):02x})" for letter in word)
    return f"/{letters}(?![A-Za-z0-9#])".encode()


_IN_HEX = (
    re.IGNORECASE
)  # #4A and #4a; no name that is looked for differs from a harmless one by case alone
_SCRIPT = re.compile(_name("JavaScript"), _IN_HEX)
_LAUNCH = re.compile(_name("Launch"), _IN_HEX)
_CARRIED = re.compile(_name("EmbeddedFile"), _IN_HEX)
_PASSWORD = re.compile(_name("Encrypt") + rb"\s*(?:\d+\s+\d+\s+R|<<)", _IN_HEX)
_PACKED = re.compile(_name("ObjStm"), _IN_HEX)
_BEGINS = re.compile(rb"stream\r?\n")
_FILTER = re.compile(_name("Filter"), _IN_HEX)
_USUAL = re.compile(_name("Filter") + rb"\s*\[?\s*" + _name("FlateDecode"), _IN_HEX)
_UNUSUAL = re.compile(
    b"|".join(
        _name(word) for word in ("Predictor", "ASCIIHexDecode", "ASCII85Decode", "LZWDecode")
    ),
    _IN_HEX,
)


def look_at_pdf(stream: IO[bytes]) -> None:
    """Raises Invalid for a PDF that is cut off, continues after its end, has a password, runs or carries something."""
    _look_at_end(stream)
    packed: list[int] = []
    for place, window in windows(stream, OVERLAP):
        _refuse_what_runs(window)
        if _PASSWORD.search(window):
            raise refused(_("This PDF has a password. Save it without one and try again."))
        packed += [place + found.start() for found in _PACKED.finditer(window)]
    left = ALL_STREAMS
    for place in sorted(set(packed)):
        for piece in _unpacked(stream, place):
            left -= len(piece)
            if left < 0:
                raise refused(
                    _("This PDF would become far too large when opened. Save it again, smaller.")
                )
            _refuse_what_runs(piece)


def _look_at_end(stream: IO[bytes]) -> None:
    stream.seek(max(0, length_of(stream) - TAIL))
    _before, end, behind = stream.read(TAIL).rpartition(b"%%EOF")
    if not end:
        raise refused(_("This PDF is not complete. Save it again and try once more."))
    if behind.strip(b"\0\t\r\n\f \x1a"):
        raise refused(_("There is something behind the end of this PDF. Save it again."))


def _refuse_what_runs(content: bytes) -> None:
    if _SCRIPT.search(content) or _LAUNCH.search(content):
        raise refused(
            _("This PDF carries a program. Print it into a new PDF, and upload that one.")
        )
    if _CARRIED.search(content):
        raise refused(_("This PDF has other files inside. Save it without attachments."))


def _unpacked(stream: IO[bytes], place: int) -> Iterator[bytes]:
    """Yield the content of the object stream whose name is at `place`, each piece with the end of the one before."""
    start = max(0, place - LONGEST_HEAD)
    stream.seek(start)
    around = stream.read(2 * LONGEST_HEAD)
    begins = _BEGINS.search(around, place - start)
    if begins is None:
        return
    head = around[around.rfind(b"obj", 0, place - start) + 1 : begins.start()]
    plain = _FILTER.search(head) is None
    if _UNUSUAL.search(head) or not (plain or _USUAL.search(head)):
        raise refused(_("This PDF is put together in an unusual way. Save it again."))
    stream.seek(start + begins.end())
    if plain:
        yield stream.read(LARGEST_STREAM)
        return
    yield from _inflated(stream)


def _inflated(stream: IO[bytes]) -> Iterator[bytes]:
    packer, kept, total = zlib.decompressobj(), b"", 0
    try:
        while not packer.eof and total < LARGEST_STREAM and (piece := stream.read(PIECE)):
            while piece and not packer.eof:
                content = packer.decompress(piece, PIECE * 16)
                piece = packer.unconsumed_tail
                total += len(content)
                yield kept + content
                kept = content[-OVERLAP:]
    except zlib.error:
        return  # what a reader gets of it has been seen
