"""From the lines of pages to paragraphs: running heads go, words cut at a line's end are whole again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import median

EDGE = 2  # so many lines at the top and the foot of a page may be a running head
FEWEST_PAGES = 3
OFTEN = 0.4
SHORT = 0.7  # of the usual width: a heading, or the end of a paragraph

_SOFT_HYPHEN = re.compile(r"(?<=\w)[\u00ad\ufffe\x02]\s*(?=\w)")
_HYPHEN_AT_END = re.compile(r"(?<=\w[-\u2010])[ \t]*\n(?=[^\W\d_A-Z])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\u200b\ufeff]")
_DIGITS = re.compile(r"\d+")
_ENDS = re.compile(r"[.!?:;…。！？।][\"'”’)\]»]*$")
_NUMBER = re.compile(r"[\divxlc]{1,6}[.)]?|\W+", re.IGNORECASE)
_BULLET = re.compile(r"^(?:[•‣▪–\-*·●○◦]|\(?\d{1,3}[.)])\s")


def paragraphs(pages: Sequence[str]) -> list[str]:
    """Return each page as it would be typed: its paragraphs, with an empty line between them."""
    lines = [_lines(page) for page in pages]
    running = _running(lines)
    return ["\n\n".join(_joined(_body(page, running))) for page in lines]


def _lines(page: str) -> list[str]:
    text = page.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")
    text = _CONTROL.sub("", _HYPHEN_AT_END.sub("", _SOFT_HYPHEN.sub("", text)))
    return [" ".join(line.split()) for line in text.split("\n")]


def _running(pages: Sequence[Sequence[str]]) -> set[str]:
    """Return what stands at the edge of many pages, its numbers left aside."""
    seen: Counter[str] = Counter()
    for page in pages:
        written = [line for line in page if line]
        seen.update({_shape(line) for line in (*written[:EDGE], *written[-EDGE:])})
    least = max(FEWEST_PAGES, OFTEN * len(pages))
    return {shape for shape, count in seen.items() if count >= least}


def _shape(line: str) -> str:
    return _DIGITS.sub("0", line).casefold()


def _body(page: Sequence[str], running: set[str]) -> list[str]:
    written = [place for place, line in enumerate(page) if line]
    if len(written) <= 2 * EDGE:  # a slide, or a page with little on it
        return list(page)
    edge = {*written[:EDGE], *written[-EDGE:]}
    return [
        line
        for place, line in enumerate(page)
        if not (place in edge and (_shape(line) in running or _NUMBER.fullmatch(line)))
    ]


def _joined(lines: Sequence[str]) -> list[str]:
    """Join lines to paragraphs: a new one after an empty line, around a heading, and before a point of a list."""
    widths = [len(line) for line in lines if line]
    usual = median(widths) if widths else 0
    found: list[list[str]] = [[]]
    before = ""
    for line in lines:
        if not line or (found[-1] and _begins(before, line, usual)):
            found.append([])
        if line:
            found[-1].append(line)
        before = line
    return [" ".join(paragraph) for paragraph in found if paragraph]


def _begins(before: str, line: str, usual: float) -> bool:
    """Tell whether `line` begins a paragraph after the line `before` it."""
    if _BULLET.match(line):
        return True
    upper = line[:1].isupper() or line[:1].isdigit() or not line[:1].isascii()
    short = len(before) < SHORT * usual
    return upper and short
