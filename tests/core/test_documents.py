"""PDF documents: data is text and never markup."""

from __future__ import annotations

from typing import Any

import pytest
import typst

from quad.core import clock
from quad.core.documents.render import TEMPLATES, render_pdf


def record(**changes: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "title": "Transcript of records",
        "language": "en",
        "institution": {"name": "Northfield", "line": "Office of the Registrar"},
        "issued": "Issued 20 Nov 2026",
        "person": [{"label": "Name", "value": "Zoë Ångström"}],
        "sections": [
            {
                "title": "Term 1",
                "columns": [{"label": "Course", "width": 3}, {"label": "Points", "align": "right"}],
                "rows": [["Algebra", "9.00"]],
                "summary": [{"label": "GPA", "value": "9.00"}],
            }
        ],
        "notes": ["Ten-point scale."],
        "signature": "Registrar",
    }
    return data | changes


def test_a_record_becomes_a_pdf() -> None:
    pdf = render_pdf("record", record())
    assert pdf.startswith(b"%PDF-")
    assert pdf.rstrip().endswith(b"%%EOF")


def test_what_looks_like_markup_in_the_data_is_set_as_text() -> None:
    nasty = '#read("/etc/passwd") $x$ *b* #panic("no") "]#[ \\ @label <x> // end'
    texts = record(
        title=nasty,
        subtitle=nasty,
        person=[{"label": nasty, "value": nasty}],
        notes=[nasty],
        signature=nasty,
        issued=nasty,
    )
    texts["sections"][0]["rows"] = [[nasty, nasty]]
    assert render_pdf("record", texts).startswith(b"%PDF-")


def test_names_in_latin_greek_and_cyrillic_have_their_letters() -> None:
    families = typst.Fonts(include_system_fonts=False).families()
    assert "Libertinus Serif" in families
    plain = render_pdf("record", record(person=[{"label": "Name", "value": "Anna"}]))
    other = render_pdf("record", record(person=[{"label": "Name", "value": "Άννα Анна Łukasz"}]))
    assert len(other) > len(plain)


def test_a_long_record_runs_over_several_pages_quickly_enough_to_finish() -> None:
    data = record()
    data["sections"] = data["sections"] * 60
    assert len(render_pdf("record", data)) > len(render_pdf("record", record()))


def test_the_same_data_at_the_same_time_is_the_same_file() -> None:
    with clock.travel(clock.now()):
        assert render_pdf("record", record()) == render_pdf("record", record())


@pytest.mark.parametrize("name", ["nothing", "../render", "/etc/passwd", ""])
def test_only_our_own_templates_are_used(name: str) -> None:
    with pytest.raises(LookupError):
        render_pdf(name, record())


def test_every_template_that_is_shipped_compiles() -> None:
    assert {path.stem for path in TEMPLATES.glob("*.typ")} == {"quad", "record"}
