"""Old Word files (.doc): a compound file (MS-CFB) with the streams of a Word document (MS-DOC) and nothing that runs.

Only what decides is read: the header, the tables of sectors, the directory, and the head of the document's own stream.
Every place is checked against the length of the file, and no chain is followed longer than the file has sectors.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from quad.core.i18n import gettext as _
from quad.core.looking.refusal import length_of, refused

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEADER = 512
ENTRY = 128
END = 0xFFFFFFFE
NOTHING = 0xFFFFFFFF
LAST_SECTOR = 0xFFFFFFFA
IN_HEADER = 109  # sectors of the table that the header itself names
MOST_ENTRIES = 10_000
SHIFTS = {3: 9, 4: 12}  # size of a sector, as a power of two, by version
STORAGE = 1
SMALLEST_STREAM = 4096  # shorter ones lie elsewhere; Word's own is never shorter

WORD = "worddocument"
TABLES = frozenset({"0table", "1table"})
MACROS = frozenset({"macros", "vba", "_vba_project", "_vba_project_cur", "vba_project"})
LOCKED = frozenset({"encryptedpackage", "encryptioninfo", "encryption"})
OBJECTS = frozenset({"\x01ole10native", "\x01ole", "\x03ocxname", "\x03ocxdata", "\x03objinfo"})
POOL = "objectpool"

END_OF_ARCHIVE, END_RECORD = b"PK\x05\x06", 22
WORD_MARK = 0xA5EC
WORD_97 = 0xC1
TEMPLATE, ENCRYPTED, OBFUSCATED = 0x0001, 0x0100, 0x8000
HEAD = struct.Struct("<HHHHHH")


@dataclass(frozen=True)
class Entry:
    """One stream or storage of a compound file."""

    name: str
    storage: bool
    child: int
    start: int
    size: int


def _damaged() -> Exception:
    return refused(_("This file is damaged. Save it again and try once more."))


class _Compound:
    """A compound file, read as far as its directory. Raises Invalid (field `file`) when it is not whole."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._length = length_of(stream)
        header = self._read(0, HEADER)
        version, order, shift = struct.unpack_from("<HHH", header, 26)
        if not header.startswith(MAGIC) or order != 0xFFFE or SHIFTS.get(version) != shift:
            raise _damaged()
        self._sector = 1 << shift
        self._most = self._length // self._sector + 1
        self._table = self._load_table(header)
        if self._length > (len(self._table) + 1) * self._sector:
            raise _damaged()
        self.entries = self._load_entries(struct.unpack_from("<I", header, 48)[0])

    def _read(self, place: int, size: int) -> bytes:
        self._stream.seek(place)
        found = self._stream.read(size)
        if len(found) != size:
            raise _damaged()
        return found

    def _at(self, sector: int) -> bytes:
        if sector > LAST_SECTOR or sector >= self._most:
            raise _damaged()
        return self._read((sector + 1) * self._sector, self._sector)

    def _load_table(self, header: bytes) -> array[int]:
        """Return for each sector the one that follows it."""
        count, further = (struct.unpack_from("<I", header, place)[0] for place in (44, 68))
        named = list(struct.unpack_from(f"<{IN_HEADER}I", header, 76))
        seen = 0
        while further < LAST_SECTOR:
            seen += 1
            if seen > self._most:
                raise _damaged()
            *more, further = struct.unpack(f"<{self._sector // 4}I", self._at(further))
            named += more
        sectors = [sector for sector in named if sector != NOTHING]
        if len(sectors) != count or count > self._most:
            raise _damaged()
        table = array("I")
        for sector in sectors:
            table.extend(struct.unpack(f"<{self._sector // 4}I", self._at(sector)))
        return table

    def _chain(self, sector: int) -> Iterator[int]:
        seen = 0
        while sector != END:
            seen += 1
            if sector >= len(self._table) or seen > self._most:
                raise _damaged()
            yield sector
            sector = self._table[sector]

    def _load_entries(self, start: int) -> list[Entry]:
        entries = []
        for sector in self._chain(start):
            content = self._at(sector)
            for place in range(0, self._sector, ENTRY):
                entry = _entry(content[place : place + ENTRY])
                if entry is not None:
                    entries.append(entry)
            if len(entries) > MOST_ENTRIES:
                raise _damaged()
        return entries

    def head_of(self, entry: Entry) -> bytes:
        """Return the first sector of a stream. A shorter one than Word's own is not looked for."""
        if entry.size < SMALLEST_STREAM:
            raise _damaged()
        return self._at(entry.start)


def _entry(raw: bytes) -> Entry | None:
    length, sort = struct.unpack_from("<HB", raw, 64)
    if sort == 0:
        return None
    if not 2 <= length <= 64:
        raise _damaged()
    name = raw[: length - 2].decode("utf-16-le", "replace").lower()
    child = struct.unpack_from("<I", raw, 76)[0]
    start, size = struct.unpack_from("<II", raw, 116)
    return Entry(name, sort == STORAGE, child, start, size)


def is_word(stream: IO[bytes]) -> bool:
    """Tell whether a compound file has a Word document in it. Raises Invalid when it is not whole."""
    stream.seek(0)
    return any(entry.name == WORD for entry in _Compound(stream).entries)


def look_at_doc(stream: IO[bytes]) -> None:
    """Look at an old Word file. Raises Invalid when it is damaged or locked, has macros, or carries an object."""
    found = _Compound(stream)
    names = {entry.name for entry in found.entries}
    if names & LOCKED:
        raise _locked()
    if names & MACROS:
        raise refused(
            _("This file has macros. Save it without them, as .docx or PDF."),
        )
    filled = [one for one in found.entries if one.name == POOL and one.child != NOTHING]
    if filled or names & OBJECTS:
        raise refused(
            _(
                "This file carries an object of another program. Put it in as a picture, or save as PDF."
            )
        )
    if _ends_as_archive(stream):
        raise refused(_("There is an archive hidden in this file. Save it again."))
    documents = [one for one in found.entries if one.name == WORD and not one.storage]
    if len(documents) != 1 or not names & TABLES:
        raise _damaged()
    _look_at_head(found.head_of(documents[0]))


def _ends_as_archive(stream: IO[bytes]) -> bool:
    """Tell whether an archive stands at the very end. Word itself keeps one within, with the colours."""
    stream.seek(-END_RECORD, 2)
    return stream.read(4) == END_OF_ARCHIVE


def _look_at_head(head: bytes) -> None:
    mark, version, *_rest, flags = HEAD.unpack_from(head)
    if mark != WORD_MARK:
        raise _damaged()
    if flags & (ENCRYPTED | OBFUSCATED):
        raise _locked()
    if version < WORD_97 or flags & TEMPLATE:
        raise refused(
            _("This is a template or a very old Word file. Save it in a current format, or as PDF.")
        )


def _locked() -> Exception:
    return refused(_("This file has a password. Save it without one and try again."))
