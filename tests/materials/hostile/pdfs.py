"""PDFs that run, carry, hide or never end, and some that are only odd."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from quad.core.looking.viruses import TEST_VIRUS
from tests.materials import papers
from tests.materials.hostile.making import EITHER, Case, good, pack, stream, zeros


def pdfs() -> Iterator[Case]:
    text = [papers.PAGES[0]]
    contents = [papers.page_of(one) for one in text]
    script = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
    odd_script = b"<< /S /Java#53cript /JS (x) >>"
    packed = zlib.compress(b"7 0 " + script)
    plain = good()["pdf"]

    def active(extra: bytes, catalog: bytes = b"/OpenAction 6 0 R") -> bytes:
        return papers.assemble(contents, extra, catalog)

    bad = {
        "script": active(script),
        "script with an escaped name": active(odd_script),
        "script with all letters escaped": active(b"<< /S /#4A#61#76#61#53#63#72#69#70#74 >>"),
        "script in the catalogue": active(b"null", b"/OpenAction " + script),
        "script in an object stream": active(
            stream(b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", packed)
        ),
        "script in an object stream without filter": active(
            stream(b"/Type /ObjStm /N 1 /First 4", b"7 0 " + odd_script)
        ),
        "object stream behind two filters": active(
            stream(b"/Type /ObjStm /N 1 /First 4 /Filter [/ASCIIHexDecode /FlateDecode]", b"78>")
        ),
        "object stream with an odd filter": active(
            stream(b"/Type /ObjStm /N 1 /First 4 /Filter /LZWDecode", b"abc")
        ),
        "program started": active(b"<< /S /Launch /F (cmd.exe) >>"),
        "program started, escaped": active(b"<< /S /L#61unch /F (cmd.exe) >>"),
        "attachment": active(stream(b"/Type /EmbeddedFile", b"MZ")),
        "password": plain.replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt 6 0 R"),
        "password in the trailer": plain.replace(
            b"/Root 1 0 R", b"/Root 1 0 R /Encrypt << /V 1 >>"
        ),
        "password far from the end": active(b"<< /Encrypt 9 0 R >>")
        + b"%"
        + b" " * 5_000
        + b"\n%%EOF",
        "no end": plain.replace(b"%%EOF", b""),
        "something behind": plain + b"<script>alert(1)</script>",
        "archive behind": plain + pack({"a.exe": b"MZ"}),
        "archive behind, with an end": plain + pack({"a.exe": b"MZ"}, comment=b"\n%%EOF\n"),
        "web page before": b"<html></html>" + plain,
        "object stream bomb": active(
            b"".join(
                stream(b"/Type /ObjStm /Filter /FlateDecode", zeros()) + b"\nendobj\n8 0 obj\n"
                for _turn in range(12)
            )
        ),
        "test virus": active(b"(" + TEST_VIRUS + b")"),
    }
    for what, content in bad.items():
        yield Case("pdf", what, "a.pdf", content)
    odd = {
        "two thousand pages": papers.assemble(
            [papers.page_of(f"This is page {n}.") for n in range(2_000)]
        ),
        "no text": papers.pdf([""] * 3),
        "page content bomb": papers.assemble([b""]).replace(
            b"<< /Length 0 >>\nstream\n\nendstream", stream(b"/Filter /FlateDecode", zeros())
        ),
        "pages that are their own children": plain.replace(b"/Kids [4 0 R", b"/Kids [2 0 R"),
        "a million pages that are not there": plain.replace(b"/Count 3", b"/Count 1000000"),
        "a page of a kilometre": plain.replace(b"[0 0 595 842]", b"[0 0 9e9 9e9]"),
        "no pages": papers.assemble([]),
        "tables that lead in circles": plain.replace(b"/Size", b"/Prev 9 /Size"),
        "a wrong place of the table": plain.replace(b"startxref\n", b"startxref\n9"),
        "deep brackets": papers.assemble(contents, b"[" * 50_000 + b"]" * 50_000),
        "deep dictionaries": papers.assemble(contents, b"<</A" * 20_000 + b">>" * 20_000),
        "very long line": papers.pdf(["word " * 60_000]),
        "other letters": papers.pdf(["ÄÖÜ ß é ñ €. " * 20]),
        "only the frame": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n",
        "link": active(b"<< /S /URI /URI (https://example.org) >>"),
    }
    for what, content in odd.items():
        yield Case("odd pdf", what, "a.pdf", content, EITHER)
