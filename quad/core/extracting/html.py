"""What a Word document looks like, as clean HTML: words, headings, lists and tables; nothing that runs or loads.

Reading a document that others made is work for a process of its own:
`python -m quad.core.extracting.html FILE MEGABYTES SECONDS WORDS`, where `WORDS` end a document that was cut off.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import IO
from zipfile import BadZipFile

import nh3
from docx import Document
from docx.document import Document as Opened
from docx.opc.exceptions import OpcError
from docx.table import Table
from docx.text.hyperlink import Hyperlink
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from markupsafe import Markup, escape

from quad.core.extracting.shapes import Broken
from quad.core.isolated import limited

LONGEST = 1_000_000
DEEPEST = 6
FIRST_HEADING = 2  # the page itself has the first level
TAGS = {
    *("p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "br"),
    *("table", "thead", "tbody", "tr", "td", "th"),
    *("strong", "em", "u", "s", "sub", "sup", "a"),
}


def as_html(content: IO[bytes], cut_off: str) -> str:
    """Return a Word document as clean HTML, cut off at a million letters. Raises Broken when it cannot be read."""
    try:
        document = Document(content)
        html = "".join(_cut(_blocks(document), cut_off))
    except (OpcError, BadZipFile, KeyError, ValueError, AttributeError, OSError) as error:
        raise Broken from error
    return clean(html)


def clean(html: str) -> str:
    """Take everything out that could run, load or look like the page itself."""
    return nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}, "td": {"colspan"}, "th": {"colspan"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )


def _cut(parts: Iterable[str], cut_off: str) -> Iterator[str]:
    left = LONGEST
    for part in parts:
        left -= len(part)
        if left < 0:
            yield f"<p><em>{escape(cut_off)}</em></p>"
            return
        yield part


def _blocks(document: Opened) -> Iterator[str]:
    """Yield the blocks in order, list items within their lists."""
    open_list = ""
    for block in document.iter_inner_content():
        kind = _list_of(block) if isinstance(block, Paragraph) else ""
        if kind != open_list:
            yield (f"</{open_list}>" if open_list else "") + (f"<{kind}>" if kind else "")
            open_list = kind
        yield _table(block) if isinstance(block, Table) else _paragraph(block, kind)
    if open_list:
        yield f"</{open_list}>"


def _list_of(paragraph: Paragraph) -> str:
    name = _style(paragraph)
    if name.startswith(("list number", "list continue")):
        return "ol"
    if name.startswith("list"):
        return "ul"
    numbered = paragraph._p.pPr is not None and paragraph._p.pPr.numPr is not None
    return "ul" if numbered and not name.startswith("heading") else ""


def _style(paragraph: Paragraph) -> str:
    style = paragraph.style
    return (style.name or "").lower() if style is not None else ""


def _paragraph(paragraph: Paragraph, within: str) -> str:
    inner = _inner(paragraph)
    if within:
        return f"<li>{inner}</li>"
    if not inner.strip():
        return ""
    name = _style(paragraph)
    if name == "title":
        return f"<h{FIRST_HEADING}>{inner}</h{FIRST_HEADING}>"
    if name.startswith("heading"):
        depth = int(name[-1]) if name[-1].isdigit() else 1
        level = min(FIRST_HEADING + depth - 1, DEEPEST)
        return f"<h{level}>{inner}</h{level}>"
    if "quote" in name:
        return f"<blockquote><p>{inner}</p></blockquote>"
    return f"<p>{inner}</p>"


def _inner(paragraph: Paragraph) -> Markup:
    found = Markup("")
    for part in paragraph.iter_inner_content():
        if isinstance(part, Hyperlink):
            words = Markup("").join(_run(run) for run in part.runs)
            found += Markup('<a href="{}">{}</a>').format(part.url, words) if part.url else words
        else:
            found += _run(part)
    return found


def _run(run: Run) -> Markup:
    words = escape(run.text).replace("\n", Markup("<br>"))
    if not words:
        return words
    marks = (
        (run.bold, Markup("<strong>{}</strong>")),
        (run.italic, Markup("<em>{}</em>")),
        (run.underline, Markup("<u>{}</u>")),
        (run.font.strike, Markup("<s>{}</s>")),
        (run.font.subscript, Markup("<sub>{}</sub>")),
        (run.font.superscript, Markup("<sup>{}</sup>")),
    )
    for on, tag in marks:
        if on:
            words = tag.format(words)
    return words


def _table(table: Table) -> str:
    rows = []
    for number, row in enumerate(table.rows):
        tag = "th" if number == 0 else "td"
        cells = []
        for cell in row.cells:
            inner = Markup("<br>").join(_inner(paragraph) for paragraph in cell.paragraphs)
            cells.append(f"<{tag}>{inner}</{tag}>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    if not rows:
        return ""
    return f"<table><thead>{rows[0]}</thead><tbody>{''.join(rows[1:])}</tbody></table>"


def main(path: str, megabytes: str, seconds: str, cut_off: str) -> None:
    """Write the document as HTML."""
    limited(int(megabytes), int(seconds))
    with open(path, "rb") as content:
        sys.stdout.buffer.write(as_html(content, cut_off).encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
