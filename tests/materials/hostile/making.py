"""What files are made of: archives, Office files, pictures, films; and a good one of every kind."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from functools import cache

from PIL import Image

from tests.materials import papers, samples

TAKEN, REFUSED, EITHER = "taken", "refused", "either"
XML = "application/vnd.openxmlformats-officedocument"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


@dataclass(frozen=True)
class Case:
    """One file. `group` tells which sort of trouble it is."""

    group: str
    what: str
    name: str
    content: bytes
    expected: str = REFUSED


def picture(form: str, **more) -> bytes:
    written = io.BytesIO()
    Image.effect_noise((40, 30), 60).convert("RGB").save(written, form, **more)
    return written.getvalue()


def mp4(*extra: bytes) -> bytes:
    return (
        samples.box(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41")
        + samples.box(b"moov", samples.box(b"mvhd", bytes(100)))
        + samples.box(b"mdat", bytes(500))
        + b"".join(extra)
    )


def office(
    part: str, kind: str, more: dict[str, bytes] | None = None, **changed
) -> dict[str, bytes]:
    """The members of an Office file whose first part is `part`."""
    types = (
        f'<?xml version="1.0"?><Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{part}" ContentType="{kind}"/></Types>'
    )
    members = {
        "[Content_Types].xml": types.encode(),
        "_rels/.rels": relations(("rId1", "officeDocument", part, "")),
        part: b'<?xml version="1.0"?><w:document xmlns:w="w"><w:body/></w:document>',
    }
    members |= more or {}
    members |= {name.replace("__", "/"): value for name, value in changed.items()}
    return members


def relations(*given) -> bytes:
    lines = "".join(
        f'<Relationship Id="{mark}" Type="{RELATION}/{kind}" Target="{target}"'
        + (f' TargetMode="{mode}"' if mode else "")
        + "/>"
        for mark, kind, target, mode in given
    )
    return f'<?xml version="1.0"?><Relationships xmlns="{PACKAGE}/relationships">{lines}</Relationships>'.encode()


def word(more=None) -> dict[str, bytes]:
    return office("word/document.xml", f"{XML}.wordprocessingml.document.main+xml", more)


def slides(more=None) -> dict[str, bytes]:
    members = office("ppt/presentation.xml", f"{XML}.presentationml.presentation.main+xml")
    members["ppt/presentation.xml"] = (
        f'<p:presentation xmlns:p="p" xmlns:r="{RELATION}"><p:sldIdLst><p:sldId id="256" r:id="rId7"/>'
        "</p:sldIdLst></p:presentation>"
    ).encode()
    members["ppt/_rels/presentation.xml.rels"] = relations(
        ("rId7", "slide", "slides/slide1.xml", "")
    )
    members["ppt/slides/slide1.xml"] = (
        b'<p:sld xmlns:p="p" xmlns:a="a"><a:p><a:r><a:t>The dominant leads to the tonic.</a:t></a:r></a:p></p:sld>'
    )
    return members | (more or {})


def book(more=None) -> bytes:
    members = office("xl/workbook.xml", f"{XML}.spreadsheetml.sheet.main+xml", more)
    return pack(members)


def pack(
    members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, comment: bytes = b""
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.comment = comment
    return out.getvalue()


@cache
def good() -> dict[str, bytes]:
    """A good file for each ending."""
    return {
        "pdf": papers.pdf(),
        "docx": papers.docx(),
        "pptx": pack(slides()),
        "mp3": samples.mp3(),
        "mp4": mp4(),
        "png": picture("PNG"),
        "jpg": picture("JPEG"),
        "webp": picture("WEBP"),
    }


@cache
def zeros() -> bytes:
    """Thirty million zeros, packed."""
    return zlib.compress(bytes(30_000_000), 1)


def stream(head: bytes, content: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n" % (head, len(content)) + content + b"\nendstream"
