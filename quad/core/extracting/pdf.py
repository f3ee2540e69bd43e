"""The text of a PDF, page by page."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from quad.core.extracting.shapes import MOST_ON_A_PAGE, Broken, Locked, Opened, Pages


def opened(path: Path) -> Opened:
    """Open a PDF. Raises Locked, Broken."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD or "assword" in str(error):
            raise Locked from error
        raise Broken from error
    return Opened(len(document), True, _pages(document))


def _pages(document: pypdfium2.PdfDocument) -> Pages:
    for number in range(len(document)):
        yield _text(document, number)


def _text(document: pypdfium2.PdfDocument, number: int) -> str:
    """Return what is written on one page; a page that cannot be read is an empty one."""
    try:
        page = document[number]
        try:
            text = page.get_textpage()
            try:
                count = min(text.count_chars(), MOST_ON_A_PAGE)
                return str(text.get_text_range(0, count)) if count > 0 else ""
            finally:
                text.close()
        finally:
            page.close()
    except pypdfium2.PdfiumError:
        return ""
