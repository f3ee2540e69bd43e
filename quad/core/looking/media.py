"""Sound, film and captions: whole, and nothing else at the same time."""

from __future__ import annotations

import codecs
import struct
from typing import IO

from quad.core.i18n import gettext as _
from quad.core.looking.refusal import WINDOW, length_of, refused

FRAMES = 4  # so many in a row are no accident
SEARCHED = 128 * 1024  # some writers pad between the tag and the first frame
BOXES = 200_000
TAG_HEAD = 10
LARGEST_CAPTIONS = 4 * 1024 * 1024

_BITRATES = {  # kbit/s of layer III
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def is_mp4(head: bytes) -> bool:
    """Tell whether a file begins as MP4 does; QuickTime's own form is another kind."""
    return head[4:8] == b"ftyp" and head[8:12] not in (b"qt  ", b"heic", b"mif1", b"avif")


def is_mp3(head: bytes) -> bool:
    """Tell whether a file begins with a tag or with a frame of layer III."""
    return head.startswith(b"ID3") or _frame_length(head[:4]) > 0


def is_captions(head: bytes) -> bool:
    """Tell whether a text begins as WebVTT does."""
    return head.removeprefix(codecs.BOM_UTF8).startswith(
        (b"WEBVTT\n", b"WEBVTT\r", b"WEBVTT ", b"WEBVTT\t")
    )


def look_at_mp4(stream: IO[bytes]) -> None:
    """Walk the boxes: they fill the file exactly, and the description of the film is among them. Raises Invalid."""
    size, place, seen = length_of(stream), 0, set()
    for _turn in range(BOXES):
        if place == size:
            break
        stream.seek(place)
        head = stream.read(16)
        if len(head) < 8:
            raise _cut_off()
        length, kind = struct.unpack(">I4s", head[:8])
        if length == 1 and len(head) == 16:
            length = struct.unpack(">Q", head[8:])[0]
        elif length == 0:
            length = size - place
        if length < 8 or place + length > size:
            raise _cut_off()
        seen.add(kind)
        place += length
    if place != size or b"moov" not in seen or not seen & {b"mdat", b"moof"}:
        raise _cut_off()


def _cut_off() -> Exception:
    return refused(_("This recording is damaged or not complete. Save it again and try once more."))


def look_at_mp3(stream: IO[bytes]) -> None:
    """Find some frames in a row. Raises Invalid."""
    stream.seek(0)
    head = stream.read(TAG_HEAD)
    start = 0
    if head.startswith(b"ID3"):
        if len(head) < TAG_HEAD or any(byte & 0x80 for byte in head[6:10]):
            raise _cut_off()
        length = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        start = TAG_HEAD + length + (TAG_HEAD if head[5] & 0x10 else 0)
    stream.seek(start)
    searched = stream.read(SEARCHED)
    at = searched.find(b"\xff")
    while 0 <= at < len(searched) - 4:
        if _frames_in_a_row(searched, at):
            return
        at = searched.find(b"\xff", at + 1)
    raise _cut_off()


def _frames_in_a_row(content: bytes, at: int) -> bool:
    for _frame in range(FRAMES):
        length = _frame_length(content[at : at + 4])
        if length <= 0:
            return False
        at += length
    return True


def _frame_length(head: bytes) -> int:
    """Return the length of the frame that begins so, 0 when none of layer III does."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bitrate, rate, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer != 1 or bitrate in (0, 15) or rate == 3:
        return 0
    samples = 144 if version == 3 else 72
    per_second = _BITRATES[3 if version == 3 else 2][bitrate] * 1000
    return samples * per_second // _RATES[version][rate] + padding


def look_at_captions(stream: IO[bytes]) -> None:
    """Captions are text in UTF-8, of a sensible length. Raises Invalid."""
    if length_of(stream) > LARGEST_CAPTIONS:
        raise refused(_("These captions are far too long."))
    stream.seek(0)
    try:
        text = stream.read(WINDOW * 2).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused(_("These captions are not in UTF-8. Save them in that encoding.")) from error
    if "\0" in text or "-->" not in text:
        raise refused(_("These captions have no times. Save them again as WebVTT."))
