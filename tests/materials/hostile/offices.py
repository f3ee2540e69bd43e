"""Office files with macros, programs, objects and calls home, and archives that are none."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator

from tests.materials import papers
from tests.materials.hostile.making import (
    EITHER,
    TAKEN,
    XML,
    Case,
    book,
    office,
    pack,
    picture,
    relations,
    slides,
    word,
)


def offices() -> Iterator[Case]:
    hyper = ("rId3", "hyperlink", "https://example.org", "External")
    macro_types = f"{XML}.wordprocessingml.document.main+xml".replace(
        "openxmlformats-officedocument.wordprocessingml", "ms-word"
    ).replace("main", "macroEnabled.main")
    for ending, members, folder in (("docx", word, "word"), ("pptx", slides, "ppt")):
        rels = f"{folder}/_rels/other.xml.rels"

        def refers(*given, members=members, rels=rels) -> bytes:
            return pack(members({rels: relations(*given)}))

        nested = pack({"a.txt": b"x"})
        laughs = (
            b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
            + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
            + b"]><l>&j;</l>"
        )
        in_utf_16 = laughs.decode().replace("?>", ' encoding="UTF-16"?>', 1).encode("utf-16")
        ends = ("document.xml", "presentation.xml")
        bad = {
            "macros": pack(members({f"{folder}/vbaProject.bin": b"x"})),
            "macros, other letters": pack(members({f"{folder}/VBAPROJECT.BIN": b"x"})),
            "macro type": pack(
                members() | {"[Content_Types].xml": members()["[Content_Types].xml"].replace(
                    b"<Override", b'<Default Extension="x" ContentType="application/vnd.ms-office.vbaProject"/>'
                    b'<Default Extension="y" ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'
                    b"<Override")}
            ),
            "other type": pack(
                members() | {"[Content_Types].xml": members()["[Content_Types].xml"].replace(
                    b"main+xml", b"template.main+xml")}
            ),
            "activex": pack(members({f"{folder}/activeX/activeX1.xml": b"<a/>"})),
            "object": pack(members({f"{folder}/embeddings/oleObject1.bin": b"x"})),
            "object by content": pack(members({f"{folder}/media/a.bin": b"\xd0\xcf\x11\xe0" + bytes(9)})),
            "program": pack(members({f"{folder}/media/a.png": b"MZ\x90\0"})),
            "script": pack(members({f"{folder}/a.js": b"x"})),
            "web page": pack(members({f"{folder}/chunk.html": b"<html>"})),
            "picture from elsewhere": refers(("rId2", "image", "http://t.example/a.png", "External")),
            "object from elsewhere": refers(("rId2", "oleObject", "http://t.example/a", "External")),
            "template from elsewhere": refers(("rId2", "attachedTemplate", "http://t.example/a.dotm", "External")),
            "template from a share": refers(("rId2", "attachedTemplate", r"\\t.example\a.dotm", "External")),
            "template from a named host": refers(("rId2", "attachedTemplate", "file://t.example/a.dotm", "External")),
            "frame": refers(("rId2", "frame", "mhtml:http://t.example!x", "External")),
            "film from a share": refers(("rId2", "video", r"\\t.example\a.mp4", "External")),
            "archive inside": pack(members({f"{folder}/media/a.zip": nested})),
            "archive inside an archive": pack(members({f"{folder}/embeddings/a.xlsx": book({"b.zip": nested})})),
            "sheet with macros": pack(members({f"{folder}/embeddings/a.xlsx": book({"xl/vbaProject.bin": b"x"})})),
            "damaged sheet": pack(members({f"{folder}/embeddings/a.xlsx": b"PK\3\4nothing"})),
            "entities": pack(members({f"{folder}/other.xml": laughs})),
            "entities in utf-16": pack(members({f"{folder}/other.xml": in_utf_16})),
            "entities in relations": pack(members({rels: laughs})),
            "outer entity": pack(members({f"{folder}/other.xml": b'<!DOCTYPE a SYSTEM "http://t.example/a.dtd"><a/>'})),
            "no types": pack({k: v for k, v in members().items() if k != "[Content_Types].xml"}),
            "no relations": pack({k: v for k, v in members().items() if k != "_rels/.rels"}),
            "broken types": pack(members() | {"[Content_Types].xml": b"<Types"}),
            "broken relations": pack(members({rels: b"<a><b></a>"})),
            "no first part": pack({k: v for k, v in members().items() if not k.endswith(ends)}),
            "macro document": pack(office(f"{folder}/document.xml", macro_types)),
        }  # fmt: skip
        for what, content in bad.items():
            yield Case(ending, what, f"a.{ending}", content)
        fine = {
            "link": refers(hyper),
            "film on the web": refers(("rId2", "video", "https://example.org/film", "External")),
            "template on a disk": refers(("rId2", "attachedTemplate", "file:///C:\\a\\Normal.dotm", "External")),
            "sheet inside": pack(members({f"{folder}/embeddings/a.xlsx": book()})),
            "deep text": pack(members({f"{folder}/other.xml": b"<a>" * 100_000})),
        }  # fmt: skip
        for what, content in fine.items():
            yield Case(ending, what, f"a.{ending}", content, TAKEN)
    # What the reader of Word documents must survive.
    paragraph = b'<w:p><w:r><w:t xml:space="preserve">word </w:t></w:r></w:p>'
    space = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    odd = {
        "a hundred thousand paragraphs": b"<w:body>" + paragraph * 100_000 + b"</w:body>",
        "one endless paragraph": b"<w:body><w:p><w:r><w:t>" + b"a" * 8_000_000 + b"</w:t></w:r></w:p></w:body>",
        "tables in tables": b"<w:body>" + b"<w:tbl><w:tr><w:tc>" * 4_000
        + b"</w:tc></w:tr></w:tbl>" * 4_000 + b"</w:body>",
        "no body": b"",
    }  # fmt: skip
    whole = papers.docx()
    for what, body in odd.items():
        parts = _unpacked(whole) | {
            "word/document.xml": b"<w:document " + space + b">" + body + b"</w:document>"
        }
        yield Case("odd docx", what, "a.docx", pack(parts), EITHER)


def _unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _marked(content: bytes, flag: int) -> bytes:
    """Set a bit in the flags of every member."""
    raw = bytearray(content)
    for signature, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = raw.find(signature)
        while at >= 0:
            raw[at + place] |= flag
            at = raw.find(signature, at + 4)
    return bytes(raw)


def archives() -> Iterator[Case]:
    whole = pack(word())
    bomb = word({"word/media/a.xml": b" " * 260_000_000})
    claims = bytearray(whole)
    struct.pack_into("<I", claims, claims.find(b"PK\1\2") + 24, 2**32 - 2)
    lies = bytearray(whole)
    struct.pack_into("<I", lies, lies.rfind(b"PK\1\2") + 24, 3)
    link = io.BytesIO()
    with zipfile.ZipFile(link, "w") as archive:
        for name, content in word().items():
            archive.writestr(name, content)
        pointer = zipfile.ZipInfo("word/link")
        pointer.external_attr = 0o120777 << 16
        archive.writestr(pointer, "/etc/passwd")
    twice = whole.replace(b"_rels/.rels", b"WORD/document.xml"[:11])
    overlapping = bytearray(whole)
    last = overlapping.rfind(b"PK\1\2")
    struct.pack_into("<I", overlapping, last + 42, 0)
    bad = {
        "password": _marked(whole, 1),
        "bomb": pack(bomb),
        "claims four gigabytes": bytes(claims),
        "says less than there is": bytes(lies),
        "members one upon the other": bytes(overlapping),
        "something before": b"PK\3\4" + bytes(30) + whole,
        "picture before": picture("JPEG") + whole,
        "something behind": whole + b"<script>",
        "note": pack(word(), comment=b"<script>alert(1)</script>"),
        "bzip2": pack(word(), zipfile.ZIP_BZIP2),
        "lzma": pack(word(), zipfile.ZIP_LZMA),
        "six thousand members": pack(word({f"word/m{n}.xml": b"<a/>" for n in range(6_000)})),
        "out of the folder": pack(word({"../../etc/cron.d/x": b"x"})),
        "from the root": pack(word({"/etc/x": b"x"})),
        "windows disk": pack(word({"c:\\x": b"x"})),
        "link": link.getvalue(),
        "same name twice": pack(word({"WORD/DOCUMENT.XML": b"<a/>"})),
        "only an archive": pack({"a.txt": b"x"}),
        "spreadsheet": book(),
        "open document": pack({"mimetype": b"application/vnd.oasis.opendocument.text"}),
        "java archive": pack({"META-INF/MANIFEST.MF": b"x", "A.class": b"\xca\xfe\xba\xbe"}),
        "empty archive": pack({}),
        "archive in an archive in an archive": pack({"a.zip": pack({"b.zip": pack({"c": b"x"})})}),
    }
    del twice
    for what, content in bad.items():
        yield Case("archive", what, "a.docx", content)
