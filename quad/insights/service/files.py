"""The analytics as files: one table as CSV, all of them as a workbook, the page as a PDF."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from quad.core import clock, i18n
from quad.core.config import Settings
from quad.core.documents.render import render_pdf
from quad.core.errors import NotFound
from quad.core.export.writing import FORMATS, Sheet, Written, write_book, write_table
from quad.core.house import NAME
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.core.reporting import Table
from quad.core.settings import value
from quad.insights.forms.analytics import FileQuestion
from quad.insights.service import asking
from quad.insights.service.asking import Answer

PDF = "application/pdf"
MEDIA = {**FORMATS, "pdf": PDF}


@dataclass(frozen=True)
class File:
    """A finished file with its name and media type."""

    name: str
    media_type: str
    body: bytes


def answer_as_file(
    db: Session, actor: Actor, page: str, question: FileQuestion, settings: Settings
) -> File:
    """Return a page of the analytics as the file that was asked for. Raises as `asking.answer`, and as `make`."""
    found = asking.answer(db, actor, page, question)
    fonts = settings.data_dir / "fonts"
    return make(found, question.format, question.table, value(db, NAME), fonts)


def make(answer: Answer, kind: str, table: str, institution: str, fonts: Path | None) -> File:
    """Return a page of the analytics as a file of `kind` (csv, xlsx, pdf). Raises NotFound for an unknown table."""
    if kind == "pdf":
        body = _pdf(answer, institution, fonts)
    elif kind == "csv":
        chosen = _chosen(answer, table)
        body = _bytes(write_table(_heads(chosen), chosen.plain(), "csv"))
    else:
        sheets = [Sheet(one.title, _heads(one), one.plain()) for one in answer.findings.tables]
        body = _bytes(write_book([_figures(answer), *sheets]))
    today = clock.today(i18n.current_reader().zone).isoformat()
    part = f"-{table}" if kind == "csv" and table else ""
    return File(f"analytics-{answer.page}{part}-{today}.{kind}", MEDIA[kind], body)


def _chosen(answer: Answer, name: str) -> Table:
    tables = answer.findings.tables
    if not name and tables:
        return tables[0]
    found = next((table for table in tables if table.name == name), None)
    if found is None:
        raise NotFound
    return found


def _heads(table: Table) -> list[str]:
    return [f"{head.label} ({head.unit})" if head.unit else str(head.label) for head in table.heads]


def _figures(answer: Answer) -> Sheet:
    rows = [[one.label, one.value, one.note] for one in answer.findings.figures]
    return Sheet(_("Figures"), [_("Figure"), _("Value"), _("Note")], rows)


def _bytes(written: Written) -> bytes:
    return b"".join(written.pieces())


def _pdf(answer: Answer, institution: str, fonts: Path | None) -> bytes:
    reader = i18n.current_reader()
    made = i18n.moment(clock.now())
    figures = [
        {"label": one.label, "value": f"{one.value}, {one.note}" if one.note else one.value}
        for one in answer.findings.figures
    ]
    data: dict[str, Any] = {
        "title": _("Analytics: %(page)s", page=answer.label),
        "subtitle": answer.about,
        "language": reader.language,
        "institution": {"name": institution, "line": ""},
        "issued": _("Counted on %(when)s", when=made),
        "person": figures,
        "sections": [_section(table) for table in answer.findings.tables if table.rows],
        "notes": [table.about for table in answer.findings.tables if table.about],
    }
    return render_pdf("record", data, fonts=fonts)


def _section(table: Table) -> dict[str, Any]:
    columns = [
        {
            "label": str(head.label),
            "align": "left" if place == 0 else "right",
            "width": 2 if place == 0 else 1,
        }
        for place, head in enumerate(table.heads)
    ]
    rows = [
        [head.written(cell.value) for head, cell in zip(table.heads, row, strict=True)]
        for row in table.rows
    ]
    return {"title": table.title, "columns": columns, "rows": rows}
