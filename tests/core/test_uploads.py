"""What may come in: known by content, with a fitting name; every refusal is one sentence."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quad.core.errors import Invalid, TooLarge
from quad.core.uploads import CSV, JPEG, PDF, PICTURES, PNG, TABLES, XLSX, Kind, inspect_upload

PDF_BYTES = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def png(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    )


def jpeg(width: int, height: int) -> bytes:
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame


def archive(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


BOOK = {"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}


def encrypted() -> bytes:
    raw = bytearray(archive(BOOK))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.find(signature)
        while at >= 0:
            raw[at + place] |= 1
            at = raw.find(signature, at + 4)
    return bytes(raw)


def sentence(content: bytes, name: str, allowed: tuple[Kind, ...]) -> str:
    with pytest.raises(Invalid) as refused:
        inspect_upload(io.BytesIO(content), name, allowed)
    return refused.value.fields["file"]


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"a,b\n1,2\n", "list.csv", CSV),
        ("näme;x\n".encode("utf-16"), "LIST.CSV", CSV),
        (archive(BOOK), "list.xlsx", XLSX),
        (PDF_BYTES, "paper.pdf", PDF),
        (png(10, 10), "me.png", PNG),
        (jpeg(10, 10), "me.JPEG", JPEG),
    ],
)
def test_each_kind_is_known_by_its_content(content: bytes, name: str, kind: Kind) -> None:
    stream = io.BytesIO(content)
    assert inspect_upload(stream, name, (*TABLES, PDF, *PICTURES)) == kind.media_type
    assert stream.tell() == 0


@pytest.mark.parametrize(
    ("content", "name", "allowed", "said"),
    [
        (b"", "a.csv", TABLES, "The file is empty."),
        (
            PDF_BYTES,
            "a.csv",
            TABLES,
            "This kind of file is not taken here. Use one of: CSV, Excel (.xlsx).",
        ),
        (b"a,b\n", "a.pdf", TABLES, "The content is CSV but the name “a.pdf” does not end in .csv"),
        (
            png(1, 1),
            "a.jpg",
            PICTURES,
            "The content is PNG but the name “a.jpg” does not end in .png.",
        ),
        (b"\x7fELF" + b"\0" * 40, "a.csv", TABLES, "not taken here"),
        (b"ab\0\1\2\3\4\5\6\7", "a.csv", TABLES, "not taken here"),
        (archive({"a.txt": b"x"}), "a.xlsx", TABLES, "not taken here"),
        (b"PK\x03\x04nonsense", "a.xlsx", TABLES, "This file is damaged."),
        (encrypted(), "a.xlsx", TABLES, "This file has a password."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99,
            "a.xlsx",
            TABLES,
            "old or encrypted Office file",
        ),
        (archive(BOOK | {"x": b"0" * 300_000_000}), "a.xlsx", TABLES, "far too large when opened"),
        (
            PDF_BYTES.replace(b"<<>>\n%%", b"<</Encrypt 5 0 R>>\n%%"),
            "a.pdf",
            (PDF,),
            "This PDF has a password.",
        ),
        (PDF_BYTES[:20], "a.pdf", (PDF,), "This PDF is not complete."),
        (png(60_000, 60_000), "a.png", PICTURES, "too many pixels"),
        (png(0, 5), "a.png", PICTURES, "too many pixels"),
        (jpeg(60_000, 60_000), "a.jpg", PICTURES, "too many pixels"),
        (b"\xff\xd8\xff\xe0\x00\x04ab", "a.jpg", PICTURES, "This picture is damaged."),
    ],
)
def test_each_refusal_is_its_own_sentence(
    content: bytes, name: str, allowed: tuple[Kind, ...], said: str
) -> None:
    assert said in sentence(content, name, allowed)


def test_the_limit_is_said() -> None:
    with pytest.raises(TooLarge, match="at most 1 KB"):
        inspect_upload(io.BytesIO(b"a" * 2000), "a.csv", TABLES, limit=1024)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([b"", b"PK\x03\x04", b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"]),
    st.binary(max_size=300),
)
def test_random_bytes_are_taken_or_refused_in_words(start: bytes, rest: bytes) -> None:
    with suppress(Invalid):
        inspect_upload(io.BytesIO(start + rest), "a.csv", (*TABLES, PDF, *PICTURES))
