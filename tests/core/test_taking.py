"""CVs and certificates: one way in, which judges by content, redraws pictures, asks the scanner, and then keeps."""

from __future__ import annotations

import io
import random
import struct
from contextlib import suppress
from pathlib import Path

import pytest

from quad.core import settings as stored_settings
from quad.core.config import Settings
from quad.core.db.engine import Database
from quad.core.errors import Invalid, TooLarge, Unavailable
from quad.core.facts import unit
from quad.core.files import MEGABYTE, Files
from quad.core.looking.viruses import TEST_VIRUS
from quad.core.policy import SYSTEM
from quad.core.taking import CV, PAPER, PAPER_MEGABYTES, Purpose, take
from quad.core.uploads import DOC, DOCX, JPEG, PDF, PNG
from tests.core.ole_files import compound, doc
from tests.materials import papers, samples
from tests.materials.clamd import ILL, Clamd
from tests.materials.hostile.making import pack, picture, word

LIMIT = 16 * MEGABYTE


@pytest.fixture
def place(settings: Settings, tmp_path: Path) -> Settings:
    """An installation whose files lie in a folder of this test alone."""
    return settings.model_copy(update={"data_dir": tmp_path})


@pytest.fixture
def kept(place: Settings) -> Path:
    """The folder of the files; whatever is refused must leave it empty."""
    return place.data_dir / "files"


def refusal(settings: Settings, content: bytes, name: str, purpose: Purpose = CV) -> str:
    with pytest.raises(Invalid) as error:
        take(settings, io.BytesIO(content), name, purpose, limit=LIMIT)
    return error.value.fields["file"]


@pytest.mark.feature("A49")
@pytest.mark.parametrize(
    ("content", "name", "purpose", "media_type"),
    [
        (papers.pdf(), "cv.pdf", CV, PDF.media_type),
        (samples.docx(), "Lebenslauf – José.docx", CV, DOCX.media_type),
        (doc(), "CV.DOC", CV, DOC.media_type),
        (doc({"ObjectPool": None}), "empty pool.doc", CV, DOC.media_type),
        (doc({"Theme": pack({"[Content_Types].xml": b"<x/>"})}), "colours.doc", CV, DOC.media_type),
        (picture("PNG", compress_level=1), "me.png", PAPER, PNG.media_type),
        (picture("JPEG"), "me.jpeg", PAPER, JPEG.media_type),
    ],
)
def test_what_people_give_of_themselves_is_taken_and_kept(
    place: Settings, content: bytes, name: str, purpose: Purpose, media_type: str
) -> None:
    found = take(place, io.BytesIO(content), name, purpose, limit=LIMIT)
    assert (found.media_type, found.name) == (media_type, name)
    row = found.row(7)
    assert (row.owner_id, row.size, row.name) == (7, found.kept.size, name)
    with Files.from_settings(place).open(row.sha256) as stream:
        stored = stream.read()
    if media_type in (PNG.media_type, JPEG.media_type):
        assert stored != content, "pictures are drawn anew"
    else:
        assert stored == content


@pytest.mark.feature("A49")
@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (picture("PNG"), "me.png", "This kind of file is not taken here. Use one of: PDF, Word"),
        (b"MZ" + bytes(900), "cv.doc", "This kind of file is not taken here"),
        (doc(), "cv.docx", "The content is Word (.doc) but the name"),
        (samples.docx(), "cv.doc", "The content is Word (.docx) but the name"),
        (doc({"Macros": None}), "cv.doc", "This file has macros"),
        (doc({"_VBA_PROJECT_CUR": None}), "cv.doc", "This file has macros"),
        (doc({"VBA": None, "dir": b"x"}), "cv.doc", "This file has macros"),
        (doc({"\x01Ole10Native": b"MZ"}), "cv.doc", "object of another program"),
        (doc({"\x03OCXNAME": b"x"}), "cv.doc", "object of another program"),
        (doc(flags=0x0300), "cv.doc", "This file has a password"),
        (doc({"EncryptionInfo": b"x"}), "cv.doc", "This file has a password"),
        (doc(flags=0x0201), "cv.doc", "a template or a very old Word file"),
        (doc(version=0x65), "cv.doc", "a template or a very old Word file"),
        (doc(mark=0), "cv.doc", "This file is damaged"),
        (doc()[:-600], "cv.doc", "This file is damaged"),
        (doc() + pack({"a.txt": b"x"}), "cv.doc", "hidden in this file"),
        (doc() + bytes(100_000), "cv.doc", "This file is damaged"),
        (compound({"Workbook": b"x"}), "cv.doc", "old or encrypted Office file"),
        (doc({"Note": TEST_VIRUS}), "cv.doc", "A virus was found"),
        (pack(word({"word/vbaProject.bin": b"x"})), "cv.docx", "This file has macros"),
        (papers.pdf(extra=b"<< /S /JavaScript /JS (app.alert) >>"), "cv.pdf", "carries a program"),
        (b"", "cv.pdf", "The file is empty."),
        (papers.pdf(), "", "This file has no name."),
    ],
)
def test_what_runs_hides_locks_or_pretends_is_refused_with_a_sentence(
    place: Settings, kept: Path, content: bytes, name: str, said: str
) -> None:
    assert said in refusal(place, content, name)
    assert not [path for path in kept.rglob("*") if path.is_file()]


def test_an_object_in_the_pool_of_an_old_document_is_refused(place: Settings) -> None:
    streams = {"WordDocument": doc()[512 : 512 + 4096], "1Table": b"", "ObjectPool": None}
    filled = compound(streams, {"ObjectPool": 2})
    assert "object of another program" in refusal(place, filled, "cv.doc")


def test_damaged_old_documents_end_in_a_sentence_and_never_in_a_loop(place: Settings) -> None:
    whole, chance = doc(), random.Random(7)
    table = whole.rindex(struct.pack("<I", 0xFFFFFFFD)) // 512 * 512
    loop = bytearray(whole)
    struct.pack_into("<I", loop, table, 0)  # the first sector follows itself
    directory = struct.unpack_from("<I", whole, 48)[0]
    struct.pack_into("<I", loop, table + 4 * directory, directory)
    assert "damaged" in refusal(place, bytes(loop), "cv.doc")
    for _turn in range(300):
        broken = bytearray(whole)
        for _byte in range(chance.randint(1, 12)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        cut = bytes(broken[: chance.randint(600, len(broken))])
        with suppress(Invalid):
            take(place, io.BytesIO(cut), "cv.doc", CV, limit=LIMIT)


@pytest.mark.feature("A49")
def test_the_setting_says_how_large_a_paper_may_be(place: Settings, database: Database) -> None:
    with database.writer() as db, unit(db):
        assert CV.limit(db) == 16 * MEGABYTE
        assert CV.sentence(CV.limit(db)) == "PDF, Word (.doc), Word (.docx) up to 16 MB"
        assert CV.accept == ".pdf,.doc,.docx"
        with pytest.raises(Invalid):
            stored_settings.change(db, SYSTEM, {PAPER_MEGABYTES.key: 26})
        stored_settings.change(db, SYSTEM, {PAPER_MEGABYTES.key: 1})
        limit = CV.limit(db)
    large = papers.pdf(extra=b"<< /Note (" + b"x" * MEGABYTE + b") >>")
    with pytest.raises(TooLarge, match="at most 1 MB"):
        take(place, io.BytesIO(large), "cv.pdf", CV, limit=limit)


@pytest.mark.feature("A49")
def test_the_scanner_is_asked_before_anything_is_kept(place: Settings, kept: Path) -> None:
    clamd = Clamd()
    try:
        guarded = place.model_copy(update={"antivirus_url": clamd.url, "antivirus_timeout": 1})
        ill = papers.pdf(extra=b"<< /Note (" + ILL + b") >>")
        assert refusal(guarded, ill, "cv.pdf") == "A virus was found in this file: Win.Test.Ill-1."
        clamd.silent = True
        with pytest.raises(Unavailable, match="virus scanner does not answer"):
            take(guarded, io.BytesIO(papers.pdf()), "cv.pdf", CV, limit=LIMIT)
        assert not [path for path in kept.rglob("*") if path.is_file()]
        clamd.silent = False
        assert take(guarded, io.BytesIO(papers.pdf()), "cv.pdf", CV, limit=LIMIT).kept.size
    finally:
        clamd.close()
