"""The text of a Word document: paragraphs and tables in their order, with pages where Word noted them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile

from docx import Document
from docx.document import Document as DocumentType
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from quad.core.extracting.shapes import MOST_ON_A_PAGE, Broken, Opened, Pages

HANDY = 20_000
# What the parser raises for text that is no XML is a SyntaxError.
DAMAGED = (OpcError, SyntaxError, BadZipFile, KeyError, ValueError, AttributeError)


def opened(path: Path) -> Opened:
    """Open a Word document. Raises Broken."""
    try:
        document = Document(str(path))
        breaks = sum(1 for _ in document.element.body.iter(qn("w:lastRenderedPageBreak")))
    except DAMAGED as error:
        raise Broken from error
    return Opened(breaks + 1, breaks > 0, _pages(document, breaks > 0))


def _pages(document: DocumentType, numbered: bool) -> Pages:
    """Yield page after page; without noted pages, pieces of a handy length."""
    page: list[str] = []
    length = 0
    for pieces in _blocks(document):
        for place, piece in enumerate(pieces):
            if (place and numbered) or (not numbered and length > HANDY):
                yield "\n\n".join(page)
                page, length = [], 0
            if piece.strip() and length < MOST_ON_A_PAGE:
                page.append(piece.strip())
                length += len(piece)
    yield "\n\n".join(page)


def _blocks(document: DocumentType) -> Iterator[list[str]]:
    """Yield each paragraph as the pieces that its page breaks cut it into, and each table row as one piece."""
    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            yield _cut(block)
        else:
            for row in _rows(block):
                yield [row]


def _cut(paragraph: Paragraph) -> list[str]:
    """Cut a paragraph where Word ended a page when it was last shown."""
    pieces = [""]
    for element in paragraph._p.iter(
        qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:lastRenderedPageBreak")
    ):
        if element.tag == qn("w:lastRenderedPageBreak"):
            pieces.append("")
        elif element.tag == qn("w:t"):
            pieces[-1] += element.text or ""
        else:
            pieces[-1] += " "
    return pieces


def _rows(table: Table) -> Iterator[str]:
    for row in table._tbl.tr_lst:
        cells = []
        for cell in row.tc_lst:
            text = " ".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in cell.p_lst)
            if text.strip():
                cells.append(" ".join(text.split()))
        if cells:
            yield " | ".join(cells)
