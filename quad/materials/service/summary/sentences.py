"""From pages to sentences, by rules that need no download."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from quad.core.extracting.reading import Page
from quad.materials.service.summary.languages import UNKNOWN, Language, language_of

MOST = 4_000
LONGEST = 1_200  # letters; what is longer is a table or a list of sources
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+(?:[.,]\d+)*")
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
_END = re.compile(r"([.!?…]+(?:[\"'”’»)\]]|\s»)*)(?=\s+|$)|([。！？।؟]+[」』”’)]*)")
_LAST_WORD = re.compile(r"([^\s(\[“\"']+)$")
_INITIAL = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")


@dataclass(frozen=True)
class Sentence:
    """One sentence as it stands in the document, and the page it begins on. `place` counts from 0."""

    text: str
    place: int
    page: int | None
    paragraph: int
    words: tuple[str, ...]


def words_of(text: str) -> list[str]:
    """Return the words and numbers of a text in small letters; scripts without spaces as pairs of characters."""
    return [part for word in _WORD.findall(text) for part in _parts(word.casefold())]


def _parts(word: str) -> list[str]:
    if len(word) < 3 or word.isascii() or not _UNSPACED.search(word):
        return [word]
    return [word[start : start + 2] for start in range(len(word) - 1)]


def sentences(pages: Iterable[Page]) -> tuple[list[Sentence], Language]:
    """Return the sentences of a document in their order, and its language. Headings and tables are none."""
    kept = [(page, text) for page in pages for text in page.text.split("\n\n") if text.strip()]
    sample = words_of(" ".join(text for _page, text in kept[:200]))
    language = language_of(sample)
    found: list[Sentence] = []
    for paragraph, (page, text) in enumerate(_over_pages(kept)):
        for piece in split(text, language):
            words = words_of(piece)
            if is_sentence(piece, words):
                found.append(Sentence(piece, len(found), page, paragraph, tuple(words)))
        if len(found) >= MOST:
            break
    return found[:MOST], language


def _over_pages(kept: Sequence[tuple[Page, str]]) -> Iterator[tuple[int | None, str]]:
    """Join a paragraph that goes on over the end of a page."""
    waiting: tuple[int | None, str] | None = None
    for page, text in kept:
        if waiting is not None and text[:1].islower() and waiting[0] != page.number:
            waiting = (waiting[0], f"{waiting[1]} {text}")
            continue
        if waiting is not None:
            yield waiting
        waiting = (page.number, text)
    if waiting is not None:
        yield waiting


def split(text: str, language: Language = UNKNOWN) -> list[str]:
    """Cut a paragraph into sentences; each comes back as it stood, without blanks around it."""
    found, start = [], 0
    for end in _END.finditer(text):
        if end.group(1) and _goes_on(text, start, end, language):
            continue
        piece = text[start : end.end()].strip()
        if piece:
            found.append(piece)
        start = end.end()
    rest = text[start:].strip()
    return [*found, rest] if rest else found


def _goes_on(text: str, start: int, end: re.Match[str], language: Language) -> bool:
    """Tell whether a full stop is not the end: behind an abbreviation, an initial, or before a small letter."""
    behind = text[end.end() :].lstrip()
    if not end.group(1).startswith("."):
        return behind[:1].islower()
    word = _LAST_WORD.search(text[start : end.start()])
    last = word.group(1).casefold() if word else ""
    if last in language.short or (_INITIAL.fullmatch(last) and last != "i"):
        return bool(behind)
    return behind[:1].islower()


def is_sentence(text: str, words: Sequence[str]) -> bool:
    """Tell a sentence from a heading, a caption, a row of a table or an entry of a list of sources."""
    if not 20 <= len(text) <= LONGEST:
        return False
    if not re.search(r"[.!?…。！？।؟](?:[\"'”’»)\]」』]|\s»)*$", text):
        return False
    letters = sum(letter.isalpha() for letter in text)
    if letters < 0.6 * len(text.replace(" ", "")):
        return False
    numbers = sum(word[0].isdigit() for word in words)
    return len(words) >= 5 and numbers * 3 <= len(words)


def paragraphs(found: Sequence[Sentence]) -> list[list[Sentence]]:
    """Return the sentences by paragraph."""
    return [list(group) for _number, group in groupby(found, lambda one: one.paragraph)]
