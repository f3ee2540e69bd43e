"""Text that people write with a little markup (Markdown), as clean HTML: headings, lists, links; no pictures, no HTML.

What comes out is cleaned once more by an allow list, so that a mistake of the parser opens nothing.
"""

from __future__ import annotations

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

_parser = (
    MarkdownIt("commonmark", {"html": False, "typographer": False})
    .enable(["table", "strikethrough"])
    .disable(["image", "html_block", "html_inline"])
)


@lru_cache(maxsize=500)
def as_html(text: str) -> Markup:
    """Return `text` as HTML that is safe to show; headings begin at the third level and go down one at a time."""
    tokens = _parser.parse(text)
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
