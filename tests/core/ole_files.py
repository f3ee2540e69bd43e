"""Compound files, as old Word wrote them, put together here."""

from __future__ import annotations

import struct

SECTOR = 512
FREE, END, IN_TABLE, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
HEAD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def head_of_word(*, version: int = 0xC1, flags: int = 0x0200, mark: int = 0xA5EC) -> bytes:
    """The first stream of a document."""
    return struct.pack("<HHHHHH", mark, version, 0, 0, 0, flags) + bytes(4084)


def entry(name: str, sort: int, start: int, size: int, child: int = NONE) -> bytes:
    letters = (name + "\0").encode("utf-16-le")
    return (
        letters.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(letters), sort, 1, NONE, NONE, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def compound(streams: dict[str, bytes | None], children: dict[str, int] | None = None) -> bytes:
    """A file with these streams; None makes a storage. Every stream is filled up to 4096 bytes or more."""
    content, entries, chains, at = b"", [], [], 0
    for name, given in streams.items():
        if given is None:
            entries.append(entry(name, 1, 0, 0, (children or {}).get(name, NONE)))
            continue
        full = given.ljust(4096, b"\0")
        full = full.ljust(-(-len(full) // SECTOR) * SECTOR, b"\0")
        count = len(full) // SECTOR
        entries.append(entry(name, 2, at, max(len(given), 4096)))
        chains += [*range(at + 1, at + count), END]
        content, at = content + full, at + count
    entries.insert(0, entry("Root Entry", 5, END, 0))
    listed = b"".join(entries)
    listed = listed.ljust(-(-len(listed) // SECTOR) * SECTOR, b"\0")
    directory, pages = at, len(listed) // SECTOR
    chains += [*range(at + 1, at + pages), END]
    content, at = content + listed, at + pages
    tables = -(-(len(chains) + 1) // (SECTOR // 4))
    while tables * SECTOR // 4 < len(chains) + tables:
        tables += 1
    chains += [IN_TABLE] * tables
    padded = chains + [FREE] * (tables * SECTOR // 4 - len(chains))
    named = list(range(at, at + tables)) + [FREE] * (109 - tables)
    header = (
        HEAD
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
        + struct.pack("<IIIIIIIII", 0, tables, directory, 0, 4096, END, 0, END, 0)
        + struct.pack("<109I", *named)
    )
    return header + content + struct.pack(f"<{len(padded)}I", *padded)


def doc(more: dict[str, bytes | None] | None = None, **head: int) -> bytes:
    """An old Word document, with more streams where they are asked for."""
    streams: dict[str, bytes | None] = {
        "WordDocument": head_of_word(**head) + b"Curriculum vitae of Asha Rao",
        "1Table": b"\x00",
        "\x05SummaryInformation": b"\x00",
    }
    return compound(streams | (more or {}))
