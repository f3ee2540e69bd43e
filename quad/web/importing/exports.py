"""Exports through the API: whole tables in the columns their imports read."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from quad.core.export import tables
from quad.core.export.job import export_file
from quad.core.export.models import READ, Export
from quad.core.forms import Form
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.declare import TABLE, Importer
from quad.web.api import Answer, Out, WireId, operation
from quad.web.download import stored_file
from quad.web.kit import current_actor, current_db

bp = APIBlueprint("exports_api", __name__, url_prefix="/api/v1/exports", tag="Exports")


class ExportKindOut(Out):
    """A kind of export."""

    kind: str
    label: str


class ExportOut(Out):
    """One export and how far it is."""

    id: WireId
    kind: str
    format: str
    ready: bool
    rows: int
    asked_at: datetime


class AskForExport(Form):
    """How the file is wanted."""

    format: Annotated[Literal["csv", "xlsx"], Field(title=_l("Format"))] = "csv"


def _answer(row: Export) -> Answer:
    ready = row.file_id is not None
    told = {
        "id": row.id,
        "kind": row.list_name.removeprefix(TABLE),
        "format": row.kind,
        "ready": ready,
        "rows": row.rows,
        "asked_at": row.created_at,
    }
    return Answer(told, status=200 if ready else 202)


@operation(bp, "GET", "", answers=list[ExportKindOut])
def export_kinds() -> list[dict[str, str]]:
    """List what can be exported, in the order in which an empty Quad takes it in."""
    actor = current_actor()
    kinds = sorted(Importer.registry.values(), key=lambda item: item.order)
    return [
        {"kind": item.kind, "label": str(item.label)}
        for item in kinds
        if item.current is not None and item.permission.may(actor)
    ]


@operation(
    bp, "POST", "/<kind>", body=AskForExport, answers=ExportOut, status=202, errors=(403, 422)
)
def export_ask(kind: str, body: AskForExport) -> Answer:
    """Have everything of a kind written to a file; the worker does it."""
    row = tables.ask_for_table(current_db(), current_actor(), TABLE + kind, body.format)
    return _answer(row)


@operation(
    bp,
    "GET",
    "/<int:export_id>",
    answers=ExportOut,
    also={202: "The worker is not finished yet"},
    errors=(405,),
)
def export_show(export_id: int) -> Answer:
    """Show how far an export is."""
    return _answer(READ.get(current_db(), current_actor(), export_id))


@operation(bp, "GET", "/<int:export_id>/file", file="text/csv")
def export_download(export_id: int) -> Response:
    """Get the finished file."""
    stored = export_file(current_db(), READ.get(current_db(), current_actor(), export_id))
    return stored_file(stored)
