"""What may happen to a file of any kind: nothing in it, cut off, damaged, something else, an odd name."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator

from quad.core.looking.viruses import TEST_VIRUS
from tests.materials.hostile.making import (
    EITHER,
    REFUSED,
    TAKEN,
    Case,
    good,
)


def fine() -> Iterator[Case]:
    for ending, content in good().items():
        yield Case("fine", ending, f"good.{ending}", content, TAKEN)


def nothing() -> Iterator[Case]:
    for ending, content in good().items():
        yield Case("nothing", f"zero bytes {ending}", f"a.{ending}", b"")
        yield Case("nothing", f"one byte {ending}", f"a.{ending}", content[:1])
        yield Case("nothing", f"only the beginning {ending}", f"a.{ending}", content[:12])
        yield Case("nothing", f"zeros {ending}", f"a.{ending}", bytes(5_000))


def wrong_ending() -> Iterator[Case]:
    for ending, content in good().items():
        for other in good():
            if other != ending:
                yield Case("wrong ending", f"{ending} as {other}", f"a.{other}", content)
        yield Case("wrong ending", f"{ending} as exe", f"a.{ending}.exe", content)


def cut() -> Iterator[Case]:
    for ending, content in good().items():
        for share in (10, 50, 90, 99):
            # Sound plays as far as it goes, and so much of a picture may be drawn.
            known = EITHER if ending in ("mp3", "jpg", "webp") else REFUSED
            piece = content[: len(content) * share // 100]
            yield Case("cut", f"{ending} at {share} %", f"a.{ending}", piece, known)


def flipped() -> Iterator[Case]:
    for ending, content in good().items():
        for seed in range(6):
            chance, changed = random.Random(seed), bytearray(content)
            for _turn in range(20):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
            yield Case("flipped", f"{ending} {seed}", f"a.{ending}", bytes(changed), EITHER)


def programs() -> Iterator[Case]:
    things = {
        "windows program": b"MZ\x90\0\3\0\0\0" + bytes(200),
        "linux program": b"\x7fELF\2\1\1" + bytes(200),
        "java class": b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(200),
        "shell script": b"#!/bin/sh\nrm -rf /\n",
        "html": b"<!DOCTYPE html><html><script>alert(1)</script></html>",
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "script": b"alert(document.cookie)\n",
        "php": b"<?php system($_GET['c']); ?>",
        "xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        "rtf": b"{\\rtf1\\ansi {\\object\\objupdate}}",
        "postscript": b"%!PS-Adobe-3.0\n(%pipe%id) (r) file\n",
        "old office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000),
        "gzip": zlib.compress(b"x" * 100, wbits=31),
        "rar": b"Rar!\x1a\x07\x01\x00" + bytes(100),
        "seven zip": b"7z\xbc\xaf\x27\x1c" + bytes(100),
        "tar": b"a".ljust(100, b"\0") + bytes(157) + b"ustar\x0000" + bytes(300),
        "flash": b"CWS\x0a" + bytes(100),
        "database": b"SQLite format 3\0" + bytes(100),
        "disk": bytes(0x8001) + b"CD001" + bytes(100),
        "test virus": TEST_VIRUS,
    }
    for what, content in things.items():
        for ending in ("pdf", "docx", "mp3", "png"):
            yield Case("program", f"{what} as {ending}", f"a.{ending}", content)


def names() -> Iterator[Case]:
    content = good()["pdf"]
    taken = (
        "Räume für Übungen.pdf", "小明的讲义.pdf", "ملاحظات.pdf", "🎻.pdf", "a.PDF", "con.pdf", "a.exe.pdf",
        "../../etc/passwd.pdf", "..\\..\\boot.pdf", "/etc/x.pdf", "a\r\nSet-Cookie: b=1.pdf", 'a"b;c.pdf',
        "<script>alert(1)</script>.pdf", "n" * 300 + ".pdf", "a\u202efdp.exe.pdf", "%2e%2e%2fa.pdf", " a .pdf",
    )  # fmt: skip
    for name in taken:
        yield Case("name", ascii(name)[:40], name, content, TAKEN)
    yield Case("name", "a zero in it", "a\0b.pdf", content, EITHER)  # the API itself takes no zeros
    for name in (".pdf", "pdf", "a.pdf.exe", "a.pdf ", "a.pdf.", "a.pd\u0301f", "a.html", "a"):
        known = EITHER if name == "a.pdf " else REFUSED
        yield Case("name", ascii(name)[:40], name, content, known)
