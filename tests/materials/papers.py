"""Documents with something to read in them, written here."""

from __future__ import annotations

from io import BytesIO
from textwrap import wrap

from docx import Document

PAGES = (
    "A scale is a row of notes in a fixed order of steps. The major scale has seven notes and five whole steps. "
    "Johann Sebastian Bach wrote preludes in all 24 keys in 1722. Teachers begin with the scale of C major because it "
    "needs no black keys. Pupils play the scale slowly, hand by hand, before both hands play together.",
    "An arpeggio is a chord whose notes are played one after the other. The fingers learn the arpeggio of a key after "
    "its scale. A steady rhythm matters more than speed when an arpeggio is practised. Frédéric Chopin opened his "
    "first study with arpeggios over ten notes. The wrist stays loose while the thumb passes under the hand.",
    "Harmony tells which chords follow each other. The dominant chord leads back to the tonic chord of the key. "
    "A cadence closes a phrase as a full stop closes a sentence. The circle of fifths orders all twelve keys. "
    "Whoever knows the circle of fifths finds the chords of a new key without a book.",
)


def pdf(pages=PAGES, extra: bytes = b"") -> bytes:
    """A PDF with a page per text, in Latin letters."""
    return assemble([page_of(text) for text in pages], extra)


def page_of(text: str) -> bytes:
    lines = [
        line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in wrap(text, 80)
    ]
    shown = " T* ".join(f"({line}) Tj" for line in lines)
    return f"BT /F1 11 Tf 14 TL 60 780 Td {shown} ET".encode("cp1252", "replace")


def assemble(contents, extra: bytes = b"", catalog: bytes = b"") -> bytes:
    """Put page contents together to a PDF; `extra` is one more object, `catalog` more of its root."""
    count = len(contents)
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(count))
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % count,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, content in enumerate(contents):
        parts.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * number)
        )
        parts.append(b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream")
    if extra:
        parts.append(extra)
    out, places = [b"%PDF-1.5\n"], []
    length = len(out[0])
    for number, part in enumerate(parts, start=1):
        places.append(length)
        out.append(b"%d 0 obj\n" % number + part + b"\nendobj\n")
        length += len(out[-1])
    out.append(b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1))
    out += [b"%010d 00000 n \n" % place for place in places]
    out.append(
        b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, length)
    )
    return b"".join(out)


def docx(pages=PAGES) -> bytes:
    """A Word document with a paragraph per text."""
    document = Document()
    document.add_heading("Music theory", 1)
    for text in pages:
        document.add_paragraph(text)
    written = BytesIO()
    document.save(written)
    return written.getvalue()
