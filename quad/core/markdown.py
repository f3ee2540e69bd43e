"""Text that people write with a little markup (Markdown), as clean HTML: headings, lists, links; no pictures, no HTML.

What comes out is cleaned once more by an allow list, so that a mistake of the parser opens nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

TAGS = {
    *("p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "a"),
    *("ul", "ol", "li", "h3", "h4", "h5", "h6"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
DEEPEST = 6
FIRST = 3  # the page has the first level and its parts the second
# An address that was typed without marks; what ends a sentence does not belong to it.
ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?')\]]")
# A name of a person: `@` and words joined by dots or hyphens, not within a mail address.
NAME = re.compile(r"(?<![\w@.])@(\w+(?:[.-]\w+)*)")
Links = tuple[tuple[str, str, str], ...]

_parser = (
    MarkdownIt("commonmark", {"html": False, "typographer": False})
    .enable(["table", "strikethrough"])
    .disable(["image", "html_block", "html_inline"])
)


@lru_cache(maxsize=500)
def as_html(text: str, names: Links | None = None) -> Markup:
    """Return `text` as HTML that is safe to show; headings begin at the third level and go down one at a time.

    With `names` (the word after an `@`, where it leads, what is shown) those become links, and so do typed addresses.
    """
    tokens = _parser.parse(text)
    if names is not None:
        for token in tokens:
            token.children = _linked(token.children or [], names)
    before = FIRST - 1
    for token in tokens:
        if token.type == "heading_open":
            before = min(int(token.tag[1:]) + FIRST - 1, before + 1, DEEPEST)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{before}"
    made = _parser.renderer.render(tokens, _parser.options, {})
    clean = nh3.clean(
        made, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener nofollow"
    )
    return Markup(clean)  # noqa: S704 - cleaned by the allow list above


def names_in(text: str) -> list[str]:
    """Return the words after an `@`, outside of code and links, in order and each once."""
    found = [
        match.group(1)
        for token in _parser.parse(text)
        for part in _outside_links(token.children or [])
        for match in NAME.finditer(part.content)
    ]
    return list(dict.fromkeys(found))


def _outside_links(children: Sequence[Token]) -> list[Token]:
    """Return the texts that are not within a link."""
    found, within = [], 0
    for part in children:
        within += {"link_open": 1, "link_close": -1}.get(part.type, 0)
        if part.type == "text" and not within:
            found.append(part)
    return found


def _linked(children: list[Token], names: Links) -> list[Token]:
    known = {word: (href, shown) for word, href, shown in names}
    plain = {id(part) for part in _outside_links(children)}
    made: list[Token] = []
    for part in children:
        made.extend(_pieces(part.content, known) if id(part) in plain else [part])
    return made


def _pieces(text: str, known: dict[str, tuple[str, str]]) -> list[Token]:
    """Return a text as tokens in which known names and addresses are links."""
    hits = [(one, one.group(), one.group()) for one in ADDRESS.finditer(text)]
    hits += [(one, *known[one.group(1)]) for one in NAME.finditer(text) if one.group(1) in known]
    made, at = [], 0
    for hit, href, shown in sorted(hits, key=lambda each: each[0].start()):
        if hit.start() < at:
            continue
        opened = Token("link_open", "a", 1, attrs={"href": href})
        made += [_text(text[at : hit.start()]), opened, _text(shown)]
        made.append(Token("link_close", "a", -1))
        at = hit.end()
    return [*made, _text(text[at:])]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def as_plain(text: str) -> str:
    """Return the words of `text` without their markup, for searching and for letters."""
    words = []
    for token in _parser.parse(text):
        if token.type == "inline" and token.children is not None:
            words.append("".join(_word(part) for part in token.children))
        elif token.type in ("code_block", "fence"):
            words.append(token.content)
    return "\n".join(words)


def _word(part: Token) -> str:
    return " " if part.type in ("softbreak", "hardbreak") else part.content


def opening(text: str, longest: int = 80) -> str:
    """Return the first words of a text, for lists and letters."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
