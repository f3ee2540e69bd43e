"""How the text of a file is encoded. What is not sure is refused: a name in wrong letters is worse than no name."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from quad.core.i18n import gettext as _

PIECE = 64 * 1024
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
FOREIGN = re.compile(r"[^\0-\x7f]")
# What Western European text does not have, and text of another encoding has when it is read as such: words of foreign
# letters only, signs in the middle of words. Every tenth foreign letter in such a place is one too many.
ODD = re.compile(r"[^\0-\x7f]{4,}|[ƒ†‡ˆ‰˜¤¦¬¯±²³µ¶¸¹¼½¾](?=\w)|(?<=\w)[“”„‹›‚‘«»¿¡](?=\w)")
ODD_SHARE = 10
BROKEN = re.compile(r"[\udc80-\udcff]")


class Garbled(ValueError):
    """The letters of a file cannot be told for sure; the sentence says what to do."""


def encoding_of(path: Path, start: bytes) -> str:
    """Tell how a file is encoded: by its mark, by its zeros, by being UTF-8, or by looking like Windows-1252.

    Raises Garbled.
    """
    for mark, name in MARKS:
        if start.startswith(mark):
            return name
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if even or odd:
        if max(even, odd) < len(start) // 8:
            raise Garbled(_("This is not a table. Save it as CSV or XLSX and try again."))
        return "utf-16-le" if odd > even else "utf-16-be"
    if _is_utf8(path):
        return "utf-8"
    if _is_western(path):
        return "cp1252"
    raise Garbled(
        _(
            "The letters of this file are in an encoding that cannot be told for sure. Save it as CSV in UTF-8 and "
            "try again."
        )
    )


def _decoded(path: Path, name: str, errors: str = "strict") -> Iterator[str]:
    """Yield the text of a file in pieces. Raises UnicodeDecodeError."""
    decoder = codecs.getincrementaldecoder(name)(errors)
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield decoder.decode(piece)
        yield decoder.decode(b"", final=True)


def _is_utf8(path: Path) -> bool:
    """Tell whether a file is UTF-8. Raises Garbled for one that is for the most part, naming the first bad line."""
    whole = broken = line = 0
    first = 0
    for text in _decoded(path, "utf-8", "surrogateescape"):
        if text.isascii():
            line += text.count("\n")
            continue
        bad = BROKEN.findall(text)
        if bad and not first:
            first = line + 1 + text.count("\n", 0, text.index(bad[0]))
        line += text.count("\n")
        broken += len(bad)
        whole += len(FOREIGN.findall(text)) - len(bad)
    if broken and whole >= broken:
        raise Garbled(
            _(
                "The file is UTF-8, but line %(line)s has letters that are broken. Correct them, or save the file "
                "anew as CSV in UTF-8.",
                line=first,
            )
        )
    return not broken


def _is_western(path: Path) -> bool:
    """Tell whether a file reads like Windows-1252, which takes nearly any bytes, and not only could be."""
    foreign = odd = 0
    try:
        for text in _decoded(path, "cp1252"):
            foreign += len(FOREIGN.findall(text))
            odd += len(ODD.findall(text))
    except UnicodeDecodeError:
        return False
    return odd * ODD_SHARE <= foreign
