"""A short melody as MP3 and a short film as MP4, written bit by bit: no encoder is needed, and nothing is borrowed.

The melody sets a few frequency lines of each MPEG-1 Layer III granule by the simplest of its codes. The film is H.264
whose blocks hold their colours as they are (I_PCM).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache

RATE = 44_100
GRANULE = 576
MP3_FRAME = 104  # 32 kbit/s, one channel
MP3_HEAD = b"\xff\xfb\x10\xc0"
SIDE = 17
GAIN = 200
# Lines of the spectrum, each about 38 Hz wide: a melody in C.
MELODY = (13, 15, 17, 18, 20, 20, 22, 22, 20, 18, 18, 17, 17, 15, 15, 13)
NOTE = 24  # granules a note
REST = 3

BLOCK = 16
WIDE, HIGH = 10, 6  # blocks
FRAMES, FRAME_SECONDS = 12, 1
SCALE = 1_000


class Bits:
    """Bits on their way into bytes."""

    def __init__(self) -> None:
        self._text: list[str] = []

    def put(self, value: int, width: int) -> Bits:
        """Write a number with so many bits."""
        self._text.append(f"{value:0{width}b}" if width else "")
        return self

    def golomb(self, *values: int) -> Bits:
        """Write whole numbers from 0 the way H.264 does."""
        for value in values:
            plain = f"{value + 1:b}"
            self._text.append("0" * (len(plain) - 1) + plain)
        return self

    def __len__(self) -> int:
        return sum(map(len, self._text))

    def align(self) -> Bits:
        """Fill up to a whole byte with zeros."""
        self._text.append("0" * (-len(self) % 8))
        return self

    def raw(self, content: bytes) -> Bits:
        """Write whole bytes."""
        self._text.append("".join(f"{byte:08b}" for byte in content))
        return self

    def bytes(self) -> bytes:
        """Return what was written; it must fill whole bytes."""
        text = "".join(self._text)
        return int(text, 2).to_bytes(len(text) // 8) if text else b""


def _granule(line: int | None, turn: int) -> Bits:
    """The main data of one granule: one line of the spectrum, its neighbour, and silence elsewhere."""
    data = Bits()
    if line is None:
        return data
    # A steady tone turns by a quarter from granule to granule.
    negative = (turn + line % 2) % 4 in (1, 2)
    for first in range(0, line + 1, 4):
        here = [place == line for place in range(first, first + 4)]
        data.put(15 - int("".join("1" if one else "0" for one in here), 2), 4)
        for one in here:
            if one:
                data.put(int(negative), 1)
    return data


def _mp3_frame(granules: Sequence[Bits]) -> bytes:
    side = Bits().put(0, 9).put(0, 5).put(0, 4)
    for granule in granules:
        side.put(len(granule), 12).put(0, 9).put(GAIN, 8).put(0, 4).put(0, 1)
        side.put(0, 15).put(0, 7).put(0, 2).put(1, 1)
    main = Bits()
    for granule in granules:
        main._text += granule._text
    body = MP3_HEAD + side.bytes() + main.align().bytes()
    return body.ljust(MP3_FRAME, b"\0")


@lru_cache(maxsize=1)
def melody() -> bytes:
    """Return a melody of about five seconds, twice, as MP3."""
    lines: list[int | None] = []
    for note in MELODY * 2:
        lines += [note] * (NOTE - REST) + [None] * REST
    granules = [_granule(line, turn) for turn, line in enumerate(lines)]
    pairs = zip(granules[::2], granules[1::2], strict=False)
    return b"".join(_mp3_frame(pair) for pair in pairs)


def captions() -> bytes:
    """Return captions for the melody."""
    seconds = len(MELODY) * NOTE * GRANULE / RATE
    cues = ("The scale goes up …", "… and comes down again.", "Once more, slowly.", "And rest.")
    length = seconds / 2
    lines = ["WEBVTT", ""]
    for number, cue in enumerate(cues):
        start, end = number * length, (number + 1) * length
        lines += [f"{_stamp(start)} --> {_stamp(end)}", cue, ""]
    return "\n".join(lines).encode()


def _stamp(seconds: float) -> str:
    return f"{int(seconds) // 60:02}:{seconds % 60:06.3f}"


def _nal(head: int, bits: Bits) -> bytes:
    """Close a unit of H.264, with its guard against false beginnings."""
    body = bits.put(1, 1).align().bytes()
    safe, zeros = bytearray(), 0
    for byte in body:
        if zeros >= 2 and byte <= 3:
            safe.append(3)
            zeros = 0
        safe.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes([head]) + bytes(safe)


def _sequence() -> bytes:
    bits = Bits().put(66, 8).put(0xC0, 8).put(10, 8).golomb(0, 0, 2, 0).put(0, 1)
    return _nal(0x67, bits.golomb(WIDE - 1, HIGH - 1).put(1, 1).put(1, 1).put(0, 2))


def _picture() -> bytes:
    bits = Bits().golomb(0, 0).put(0, 2).golomb(0, 0, 0).put(0, 3).golomb(0, 0, 0)
    return _nal(0x68, bits.put(1, 1).put(0, 2))


def _slice(number: int) -> bytes:
    bits = Bits().golomb(0, 7, 0).put(0, 4).golomb(number % 2).put(0, 2).golomb(0, 1)
    for place in range(WIDE * HIGH):
        luma, blue, red = _colour(number, place % WIDE, place // WIDE)
        block = bytes([luma]) * 256 + bytes([blue]) * 64 + bytes([red]) * 64
        bits.golomb(25).align().raw(block)
    return _nal(0x65, bits)


def _colour(number: int, across: int, down: int) -> tuple[int, int, int]:
    """A keyboard on which one key after the other lights up, below a lawn."""
    if down < HIGH // 2:
        return (90 + 12 * ((across + down) % 2), 112, 108)
    lit = number * (WIDE - 1) // (FRAMES - 1)
    if across == lit:
        return (150, 90, 150)
    return (230 if across % 2 else 205, 128, 128)


def _box(kind: bytes, *inner: bytes) -> bytes:
    body = b"".join(inner)
    return struct.pack(">I", len(body) + 8) + kind + body


def _full(kind: bytes, *inner: bytes, flags: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", flags), *inner)


def _words(*values: int) -> bytes:
    return struct.pack(f">{len(values)}I", *values)


MATRIX = _words(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


@lru_cache(maxsize=1)
def film() -> bytes:
    """Return a film of twelve seconds as MP4."""
    samples = [_sized(_slice(number)) for number in range(FRAMES)]
    kind = _box(b"ftyp", b"isom", _words(512), b"isomiso2avc1mp41")
    size = len(kind) + len(_film_head(samples, 0)) + 8
    return kind + _film_head(samples, size) + _box(b"mdat", *samples)


def _sized(unit: bytes) -> bytes:
    return _words(len(unit)) + unit


def _film_head(samples: Iterable[bytes], start: int) -> bytes:
    sizes = [len(sample) for sample in samples]
    length = FRAMES * FRAME_SECONDS * SCALE
    width, height = WIDE * BLOCK, HIGH * BLOCK
    whole = _full(
        b"mvhd", _words(0, 0, SCALE, length, 0x10000, 0x1000000, 0, 0), MATRIX, bytes(24), _words(2)
    )
    head = _full(
        b"tkhd",
        _words(0, 0, 1, 0, length, 0, 0, 0, 0),
        MATRIX,
        _words(width << 16, height << 16),
        flags=3,
    )
    sequence, picture = _sequence(), _picture()
    settings = _box(
        b"avcC",
        b"\x01" + sequence[1:4] + b"\xff\xe1" + struct.pack(">H", len(sequence)) + sequence,
        b"\x01" + struct.pack(">H", len(picture)) + picture,
    )
    entry = _box(
        b"avc1",
        bytes(6) + struct.pack(">H", 1) + bytes(16),
        struct.pack(">HH", width, height) + _words(0x480000, 0x480000, 0),
        struct.pack(">H", 1) + bytes(32) + struct.pack(">HH", 24, 0xFFFF),
        settings,
    )
    table = _box(
        b"stbl",
        _full(b"stsd", _words(1), entry),
        _full(b"stts", _words(1, len(sizes), FRAME_SECONDS * SCALE)),
        _full(b"stsc", _words(1, 1, len(sizes), 1)),
        _full(b"stsz", _words(0, len(sizes), *sizes)),
        _full(b"stco", _words(1, start)),
    )
    source = _box(b"dinf", _full(b"dref", _words(1), _full(b"url ", flags=1)))
    media = _box(
        b"mdia",
        _full(b"mdhd", _words(0, 0, SCALE, length) + b"\x55\xc4\x00\x00"),
        _full(b"hdlr", _words(0), b"vide", bytes(12), b"Film\0"),
        _box(b"minf", _full(b"vmhd", bytes(8), flags=1), source, table),
    )
    return _box(b"moov", whole, _box(b"trak", head, media))
