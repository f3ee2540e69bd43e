"""Sound, film and pictures that are damaged, double or bombs."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from tests.materials import samples
from tests.materials.hostile.making import EITHER, REFUSED, TAKEN, Case, mp4, pack, picture, zeros


def media() -> Iterator[Case]:
    frame = samples.mp3(1)
    tag = b"ID3\4\0\0"
    whole = mp4()
    many = b"".join(samples.box(b"free") for _turn in range(210_000))
    bad = {
        "sound: only a tag": ("mp3", tag + b"\0\0\0\x0a" + bytes(10)),
        "sound: a tag that never ends": ("mp3", tag + b"\x7f\x7f\x7f\x7f" + frame * 9),
        "sound: a broken tag": ("mp3", tag + b"\xff\xff\xff\xff" + frame * 9),
        "sound: a page in the tag": ("mp3", tag + b"\0\0\0\x20" + b"<script>alert(1)</script>".ljust(32)),
        "sound: one frame": ("mp3", frame),
        "sound: an archive behind": ("mp3", samples.mp3() + pack({"a.exe": b"MZ"})),
        "sound: wave": ("mp3", b"RIFF\x24\0\0\0WAVEfmt " + bytes(40)),
        "sound: ogg": ("mp3", b"OggS" + bytes(60)),
        "sound: flac": ("mp3", b"fLaC" + bytes(60)),
        "film: no description": ("mp4", whole.replace(b"moov", b"free")),
        "film: nothing in it": ("mp4", whole.replace(b"mdat", b"free")),
        "film: longer than the file": ("mp4", whole[:-400]),
        "film: longer than the world": ("mp4", whole[:24] + struct.pack(">I4sQ", 1, b"moov", 2**63)),
        "film: a box of three": ("mp4", whole + struct.pack(">I4s", 3, b"free")),
        "film: something behind": ("mp4", whole + b"<script>"),
        "film: an archive behind": ("mp4", whole + pack({"a.exe": b"MZ"})),
        "film: an archive in a box": ("mp4", mp4(samples.box(b"free", pack({"a.exe": b"MZ"})))),
        "film: very many boxes": ("mp4", mp4(many)),
        "film: quicktime": ("mp4", whole.replace(b"isom", b"qt  ", 1)),
        "film: a photo": ("mp4", whole.replace(b"isom", b"heic", 1)),
        "film: flash": ("mp4", b"FLV\1" + bytes(60)),
        "film: matroska": ("mp4", b"\x1a\x45\xdf\xa3" + bytes(60)),
        "captions as a film": ("mp4", samples.VTT),
    }  # fmt: skip
    for what, (ending, content) in bad.items():
        yield Case("media", what, f"a.{ending}", content)
    fine = {
        "sound: a tag before": ("mp3", tag + b"\0\0\0\x0a" + bytes(10) + frame * 9),
        "film: a last box without a length": ("mp4", whole[:-508] + struct.pack(">I4s", 0, b"mdat") + bytes(90)),
        "film: a long length": ("mp4", mp4(struct.pack(">I4sQ", 1, b"free", 16))),
    }  # fmt: skip
    for what, (ending, content) in fine.items():
        yield Case("media", what, f"a.{ending}", content, TAKEN)


def chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def png(width: int, height: int, *chunks: bytes, depth: int = 8, colour: int = 2) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(chunks) + chunk(b"IEND", b"")


def pictures() -> Iterator[Case]:
    small = zlib.compress(bytes(10))
    jpg, webp = picture("JPEG"), picture("WEBP")
    bad = {
        "too many pixels": ("png", png(60_000, 60_000, chunk(b"IDAT", small))),
        "just too many pixels": ("png", png(7_000, 7_000, chunk(b"IDAT", small))),
        "no pixels": ("png", png(0, 9, chunk(b"IDAT", small))),
        "no content": ("png", png(9, 9)),
        "wrong check sums": ("png", png(9, 9, chunk(b"IDAT", zlib.compress(bytes(300)))).replace(b"IDAT", b"IDAU")),
        "a text bomb": ("png", png(9, 9, chunk(b"zTXt", b"a\0\0" + zeros()), chunk(b"IDAT", small))),
        "a colour bomb": ("png", png(9, 9, chunk(b"iCCP", b"a\0\0" + zeros()), chunk(b"IDAT", small))),
        "jpeg of too many pixels": ("jpg", jpg.replace(jpg[jpg.index(b"\xff\xc0") + 5 :][:4], b"\xff\xff\xff\xff")),
        "jpeg with an archive behind": ("jpg", jpg + pack({"a.exe": b"MZ"})),
        "png with an archive behind": ("png", picture("PNG") + pack({"a.exe": b"MZ"})),
        "webp of lies": ("webp", webp[:20] + bytes(40)),
        "gif": ("png", picture("GIF")),
        "bitmap": ("png", picture("BMP")),
        "tiff": ("png", picture("TIFF")),
        "icon": ("png", picture("ICO")),
    }  # fmt: skip
    for what, (ending, content) in bad.items():
        yield Case("picture", what, f"a.{ending}", content, EITHER if "bomb" in what else REFUSED)
    fine = {
        "jpeg with a page in its comment": (
            "jpg",
            picture("JPEG", comment=b"<?php system('id'); ?>"),
        ),
        "png with a page behind": ("png", picture("PNG") + b"<script>alert(1)</script>"),
        "jpeg with a page behind": ("jpg", jpg + b"<script>alert(1)</script>"),
    }
    for what, (ending, content) in fine.items():
        yield Case("picture", what, f"a.{ending}", content, TAKEN)
