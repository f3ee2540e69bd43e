"""Reports as files: CSV and XLSX with every row, PDF with those the page shows."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from quad.core import clock, i18n
from quad.core.config import Settings
from quad.core.documents.render import render_pdf
from quad.core.errors import QuadError, Rejected
from quad.core.export import made
from quad.core.export.made import Made, Maker, ask_for_made
from quad.core.export.models import Export
from quad.core.export.writing import FORMATS, write_table
from quad.core.house import NAME
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.settings import value
from quad.insights.forms.reports import Definition
from quad.insights.models import SavedReport
from quad.insights.service.files import PDF, File
from quad.insights.service.reports import resolving, running, saving
from quad.insights.service.reports.resolving import Resolved

MAKER = "insights.report"
LONGEST_NAME = 60


def name_of(report: str, kind: str) -> str:
    """Name a file after the report and the day."""
    plain = "".join(letter if letter.isalnum() else "-" for letter in report.lower())
    short = "-".join(part for part in plain.split("-") if part)[:LONGEST_NAME] or "report"
    today = clock.today(i18n.current_reader().zone).isoformat()
    return f"{short}-{today}.{kind}"


def too_many(db: Session, actor: Actor, definition: Definition) -> bool:
    """Tell whether a report has more than 10,000 rows, which the worker writes. Raises as `resolving.strictly`."""
    return not running.count(db, actor, resolving.strictly(definition, actor))[1]


def file_of(db: Session, actor: Actor, row: SavedReport, kind: str, settings: Settings) -> File:
    """Return a report as a file of `kind` (csv, xlsx, pdf).

    Raises Rejected when it does not work (any more) or has more than 10,000 rows, Unavailable when it takes too long.
    """
    found = resolving.strictly(saving.definition_of(row), actor)
    if kind == "pdf":
        body = _pdf(db, actor, row, found, settings)
        return File(name_of(row.name, kind), PDF, body)
    if not running.count(db, actor, found)[1]:
        raise Rejected(_("This report has more than 10,000 rows. Let it be written to a file."))
    labels = [head.label for head in running.heads(found)]
    written = write_table(labels, running.every_row(db, actor, found), kind)
    return File(name_of(row.name, kind), FORMATS[kind], b"".join(written.pieces()))


def _pdf(db: Session, actor: Actor, row: SavedReport, found: Resolved, settings: Settings) -> bytes:
    shown = running.run(db, actor, found)
    notes = [row.note] if row.note else []
    if shown.more:
        notes.append(_("Only the first %(n)s rows are in this document.", n=len(shown.rows)))
    columns = [
        {"label": head.label, "align": "right" if head.numeric else "left", "width": 1}
        for head in shown.heads
    ]
    rows = [
        [head.written(one) for head, one in zip(shown.heads, line.values, strict=True)]
        for line in shown.rows
    ]
    data: dict[str, Any] = {
        "title": row.name,
        "subtitle": str(found.source.label),
        "language": i18n.current_reader().language,
        "institution": {"name": value(db, NAME), "line": ""},
        "issued": _("Counted on %(when)s", when=i18n.moment(clock.now())),
        "person": [],
        "sections": [{"title": str(found.source.label), "columns": columns, "rows": rows}],
        "notes": notes,
    }
    return render_pdf("record", data, fonts=settings.data_dir / "fonts")


def ask(db: Session, actor: Actor, report_id: int, kind: str) -> Export:
    """Promise the file of a report, whatever its size. Raises NotFound, SignedOut, QuadError for another format."""
    row = saving.get(db, actor, report_id)
    return ask_for_made(db, actor, MAKER, kind, str(row.id))


def _make(db: Session, actor: Actor, question: str, kind: str) -> Made:
    """Put a saved report's file together for the worker; the question is its number."""
    if not question.isdigit():
        raise QuadError
    row = saving.get(db, actor, int(question))
    found = resolving.strictly(saving.definition_of(row), actor)
    total = running.count(db, actor, found)[0]
    rows = running.every_row(db, actor, found, running.IN_THE_BACKGROUND)
    labels = [head.label for head in running.heads(found)]
    return Made(name_of(row.name, kind), labels, rows, total)


made.declare(Maker(name=MAKER, label=_l("report"), make=_make))
