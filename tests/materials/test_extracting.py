"""Text comes out of documents page by page, by a process that is limited, and says what it could not read."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from io import BytesIO

import pytest
from docx import Document
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement

from quad.core.extracting.reading import extract
from quad.core.uploads import DOCX, PDF, PPTX
from tests.materials import papers
from tests.materials.hostile.making import pack, relations, slides


@pytest.fixture
def read(tmp_path):
    def act(content, kind, **more):
        path = tmp_path / "file"
        path.write_bytes(content)
        return extract(path, kind.media_type, **more)

    return act


@pytest.mark.feature("M20")
def test_a_pdf_is_read_with_its_page_numbers_and_progress(read):
    seen = []
    text = read(papers.pdf(), PDF, progress=lambda done, total: seen.append((done, total)))
    assert [page.number for page in text.pages] == [1, 2, 3]
    for page, written in zip(text.pages, papers.PAGES, strict=True):
        assert " ".join(page.text.split()) == written
    assert (text.total, text.problem, text.empty) == (3, "", False)
    assert seen == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.feature("M20")
def test_a_word_document_has_pages_where_word_noted_them(read):
    document = Document()
    document.add_paragraph("The first page of this document.")
    line = document.add_paragraph("It goes on here")
    mark = OxmlElement("w:lastRenderedPageBreak")
    line.add_run()._r.append(mark)
    line.add_run("and ends on the second page.")
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "C major", "no sharps"
    written = BytesIO()
    document.save(written)
    text = read(written.getvalue(), DOCX)
    assert [page.number for page in text.pages] == [1, 2]
    assert "It goes on here" in text.pages[0].text
    assert "C major | no sharps" in text.pages[1].text
    plain = read(papers.docx(["word " * 30_000 + "."] * 2), DOCX)
    assert {page.number for page in plain.pages} == {None}
    assert len(plain.pages) == 2, "long ones come in pieces"


@pytest.mark.feature("M20")
def test_slides_are_read_in_the_order_they_are_shown(read):
    def slide(text):
        return f'<p:sld xmlns:p="p" xmlns:a="a"><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>'.encode()

    order = slides()["ppt/presentation.xml"].replace(
        b'<p:sldId id="256" r:id="rId7"/>',
        b'<p:sldId id="256" r:id="rId8"/><p:sldId id="257" r:id="rId7"/><p:sldId id="9" r:id="rId9"/>',
    )
    members = slides(
        {
            "ppt/presentation.xml": order,
            "ppt/_rels/presentation.xml.rels": relations(
                ("rId7", "slide", "slides/slide1.xml", ""),
                ("rId8", "slide", "/ppt/slides/slide2.xml", ""),
                ("rId9", "slide", "slides/gone.xml", ""),
            ),
            "ppt/slides/slide1.xml": slide("This one is shown second."),
            "ppt/slides/slide2.xml": slide("This one is shown first."),
        }
    )
    text = read(pack(members), PPTX)
    assert [(page.number, page.text) for page in text.pages] == [
        (1, "This one is shown first."),
        (2, "This one is shown second."),
    ]
    assert text.total == 3


@pytest.mark.feature("M20")
@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        (papers.pdf(["", ""]), PDF, "no text: its pages are probably pictures of a scanner"),
        (b"%PDF-1.4\nnothing\n%%EOF", PDF, "cannot be read"),
        (b"PK\3\4nothing", DOCX, "cannot be read"),
        (pack(slides({"ppt/presentation.xml": b"<!DOCTYPE a><a/>"})), PPTX, "cannot be read"),
    ],
)
def test_what_cannot_be_read_says_why(read, content, kind, said):
    text = read(content, kind)
    assert text.empty
    assert said in text.problem


def test_the_reader_is_a_process_with_little_room_that_hears_nothing_of_the_installation(
    read, monkeypatch, tmp_path
):
    """It has no settings, writes no file, and ends with what it may use."""
    spy = tmp_path / "spy.py"
    spy.write_text(
        "import json, os, resource, sys\n"
        "sys.argv = ['child', 'pdf', 'nowhere', '300', '20']\n"
        "from quad.core.isolated import limited\n"
        "limited(300, 20)\n"
        "limits = [resource.getrlimit(one)[1] for one in (resource.RLIMIT_AS, resource.RLIMIT_CPU, "
        "resource.RLIMIT_FSIZE)]\n"
        "told = sorted(name for name in os.environ if 'QUAD' in name or 'SECRET' in name)\n"
        "print(json.dumps({'total': 1, 'numbered': True}))\n"
        "print(json.dumps({'page': 1, 'text': repr((limits, told))}))\n"
        "print(json.dumps({'end': 'all'}))\n"
    )
    monkeypatch.setenv("QUAD_SECRET_KEY", "very secret")
    begin = subprocess.Popen

    def spied(command, **more):
        return begin([sys.executable, "-I", str(spy)], **more)

    monkeypatch.setattr(subprocess, "Popen", spied)
    text = read(papers.pdf(), PDF)
    assert text.pages[0].text == repr(([300 * 1024 * 1024, 20, 0], []))


def test_a_bomb_that_passed_is_stopped_by_its_limits(read):
    """A document that grows too large ends its reader, not the worker."""
    whole = papers.docx()
    with zipfile.ZipFile(BytesIO(whole)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    space = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    many = b"<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 400_000
    members["word/document.xml"] = (
        b"<w:document " + space + b"><w:body>" + many + b"</w:body></w:document>"
    )
    text = read(pack(members), DOCX, megabytes=200)
    assert text.empty
    assert text.problem == "The text of this document cannot be read."
