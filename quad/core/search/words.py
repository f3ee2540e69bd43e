"""From text to words that are found: the same on every database, in every script.

Full text finds no beginnings ('li*'), no short names ('wu') and no parts of Chinese names ('小明'), so names and codes
are kept as words of our own making and searched by their beginnings (DESIGN §9.14).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby

LONGEST_WORD = 40
LONGEST_RUN = 16
MOST_TERMS = 200

# Marks that a reader may leave out: Latin, Greek and Cyrillic accents, Hebrew and Arabic vowel points.
_MARKS = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff]"
)
# Letters that are not a base letter with a mark, and how people type them without their keyboard.
_PLAIN = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ħ": "h",
        "ŧ": "t",
    }
)
_JOINERS = re.compile("['’‘ʼ`´\u200c\u200d\u00ad]")
_ASCII_WORD = re.compile(r"[a-z0-9]+[+#%]*")
# Scripts written without spaces, and names in them that are looked for by their last characters.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
_WORD_CATEGORIES = frozenset("LNM")
_TAILS = frozenset("+#%")


def folded(text: str) -> str:
    """Fold case and Unicode forms; accents stay."""
    folded_once = unicodedata.normalize("NFKC", text).casefold()
    return folded_once if folded_once.isascii() else unicodedata.normalize("NFKC", folded_once)


def without_accents(word: str) -> str:
    """Take away what a reader may leave out when typing a folded word."""
    if word.isascii():
        return word
    bare = _MARKS.sub("", unicodedata.normalize("NFD", word.translate(_PLAIN)))
    return unicodedata.normalize("NFC", bare)


def _split(text: str) -> list[str]:
    """Split folded text into words; '+', '#' and '%' belong to the word they end ('c++', '100%')."""
    if text.isascii():
        return _ASCII_WORD.findall(text)
    words: list[str] = []
    word = ""
    for char in text:
        if unicodedata.category(char)[0] in _WORD_CATEGORIES or (char in _TAILS and word):
            if word and word[-1] in _TAILS and char not in _TAILS:
                words.append(word)
                word = ""
            word += char
        elif word:
            words.append(word)
            word = ""
    return [*words, word] if word else words


def _runs(word: str) -> Iterator[tuple[bool, str]]:
    """Cut a word where a script without spaces begins or ends."""
    if word.isascii():
        yield False, word
        return
    for unspaced, chars in groupby(word, lambda char: bool(_UNSPACED.match(char))):
        yield unspaced, "".join(chars)


def terms(*texts: str) -> list[str]:
    """Return the terms under which `texts` are found: words with and without accents, joined names, and every ending
    of a run in a script without spaces.
    """
    found: dict[str, None] = {}
    for chunk in folded(" ".join(texts)).split():
        bare = _JOINERS.sub("", chunk)
        words = _split(bare)
        pieces = list(words)
        if bare != chunk:
            pieces += _split(_JOINERS.sub(" ", chunk))
        if len(words) > 1 and "-" in chunk:
            pieces.append("".join(words))
        for piece in pieces:
            for term in _endings(piece):
                found.setdefault(term)
                found.setdefault(without_accents(term))
    return [term for term in found if term][:MOST_TERMS]


def _endings(word: str) -> Iterator[str]:
    for unspaced, run in _runs(word):
        if unspaced:
            for start in range(len(run)):
                yield run[start : start + LONGEST_RUN]
        else:
            yield run[:LONGEST_WORD]


def asked_words(text: str) -> list[str]:
    """Return the words somebody looks for; each must be the beginning of a term. Accents that are typed are meant."""
    found: dict[str, None] = {}
    for word in _split(_JOINERS.sub("", folded(text))):
        for unspaced, run in _runs(word):
            if unspaced:
                for start in range(0, len(run), LONGEST_RUN):
                    found.setdefault(run[start : start + LONGEST_RUN])
            else:
                found.setdefault(run[:LONGEST_WORD])
    return list(found)


def upper_bound(prefix: str) -> str | None:
    """Return the smallest text after every text that begins with `prefix`, by code point; None when there is none."""
    for position in range(len(prefix) - 1, -1, -1):
        code = ord(prefix[position]) + 1
        if code == 0xD800:
            code = 0xE000  # no text holds a surrogate
        if code <= 0x10FFFF:
            return prefix[:position] + chr(code)
    return None


def body_words(text: str) -> Iterable[str]:
    """Return the words of a long text for the full-text index, without accents; unspaced scripts as pairs."""
    for word in _split(_JOINERS.sub("", folded(text))):
        for unspaced, run in _runs(without_accents(word)):
            if unspaced and len(run) > 1:
                yield from (run[start : start + 2] for start in range(len(run) - 1))
            else:
                yield run[:LONGEST_WORD]
