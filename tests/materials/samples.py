"""Small files of every kind, made here."""

from __future__ import annotations

import struct
from io import BytesIO

from docx import Document
from PIL import Image

VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\nOnce upon a scale\n"


def pdf(words: str = "Scales and arpeggios") -> bytes:
    """A page with one line of text."""
    content = f"BT /F1 18 Tf 72 720 Td ({words}) Tj ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + part + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(parts) + 1,
        start,
    )


def docx(words: str = "Harmony", link: str = "") -> bytes:
    """A document with a heading, a list, a table and bold words."""
    document = Document()
    document.add_heading(words, 1)
    line = document.add_paragraph("A plain line with ")
    line.add_run("<b>bold</b> words").bold = True
    document.add_paragraph("First point", style="List Bullet")
    document.add_paragraph("Second point", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    table.cell(0, 0).text, table.cell(1, 1).text = "Key", "G major"
    if link:
        document.add_paragraph(link)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def mp3(frames: int = 40) -> bytes:
    """About a second of silence."""
    frame = b"\xff\xfb\x90\xc0" + bytes(413)
    return frame * frames


def png() -> bytes:
    written = BytesIO()
    Image.new("RGB", (8, 8), "green").save(written, "PNG")
    return written.getvalue()


def box(kind: bytes, *inner: bytes) -> bytes:
    body = b"".join(inner)
    return struct.pack(">I", len(body) + 8) + kind + body
