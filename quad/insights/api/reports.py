"""Saved reports over JSON: build, run, keep, share, send."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response

from quad.core.listing.declaration import Place
from quad.core.policy import Actor
from quad.core.sources import Field, Source
from quad.identity.models.accounts import Role
from quad.insights import policy
from quad.insights.api.analytics import bp
from quad.insights.forms.reports import (
    Definition,
    MuteForm,
    ReportFileQuestion,
    RowsQuery,
    RunForm,
    SavedChange,
    SavedForm,
    ScheduleForm,
    ShareForm,
)
from quad.insights.lists import REPORTS
from quad.insights.models import Recipients, Rhythm, SavedReport
from quad.insights.service.reports import (
    comparing,
    delivering,
    files,
    resolving,
    running,
    saving,
    scheduling,
)
from quad.web.api import Answer, Moment, Out, PageOut, WireId, operation
from quad.web.download import download
from quad.web.importing.exports import AskForExport, ExportOut
from quad.web.kit import current_actor, current_db, runtime
from quad.web.lists import list_json, place


class ComparisonOut(Out):
    """`takes` says how many values go with it: nothing, one, several, or a number of days."""

    op: str
    label: str
    takes: comparing.Takes


class SourceFieldOut(Out):
    key: str
    label: str
    kind: str
    unit: str
    comparisons: list[ComparisonOut]
    choices: list[tuple[str, str]]
    groups: bool
    adds_up: bool


class ReportSourceOut(Out):
    """What reports can be built from; `choices` of fields that name rows (a department) are their numbers."""

    name: str
    label: str
    about: str
    fields: list[SourceFieldOut]
    usual: list[str]


class ReadyReportOut(Out):
    """A report to begin with."""

    name: str
    label: str
    about: str
    definition: Definition


class SavedReportLineOut(Out):
    id: WireId
    name: str
    note: str
    source: str
    owner: str
    owner_id: WireId
    rhythm: Rhythm
    next_on: date | None
    failure: str
    version: int


class DeliveryOut(Out):
    """One mail of a report; `sentence` says why it could not be sent."""

    due_on: date
    user_id: WireId
    state: str
    rows: int
    sentence: str


class SavedReportOut(Out):
    """A report. `problem` says why it does not work (any more), and is empty while it does."""

    id: WireId
    name: str
    note: str
    definition: dict[str, Any]
    owner: str
    owner_id: WireId
    roles: list[Role]
    rhythm: Rhythm
    recipients: Recipients
    file_format: str
    next_on: date | None
    muted: bool
    problem: str
    failure: str
    version: int
    changed_at: Moment
    deliveries: list[DeliveryOut]


class ReportColumnOut(Out):
    key: str
    label: str
    kind: str
    unit: str


class ReportLineOut(Out):
    values: list[str | int | float | bool | None]
    href: str | None


class ReportRowsOut(Out):
    """Some rows of a report: each has a value for every column."""

    columns: list[ReportColumnOut]
    rows: list[ReportLineOut]


@operation(bp, "GET", "/reports/sources", answers=list[ReportSourceOut], errors=(403,))
def report_sources() -> list[dict[str, Any]]:
    """What one may build reports from, with the fields and how they are compared."""
    actor = current_actor()
    policy.REPORTS.require(actor)
    return [_source(actor, one) for one in saving.open_sources(actor)]


def _source(actor: Actor, source: Source) -> dict[str, Any]:
    fields = [_field(actor, one) for one in resolving.fields_for(source, actor)]
    told = {name: str(getattr(source, name)) for name in ("name", "label", "about")}
    return {**told, "fields": fields, "usual": list(source.usual)}


def _field(actor: Actor, field: Field) -> dict[str, Any]:
    known = field.kind == "choice"
    return {
        "key": field.key,
        "label": str(field.label),
        "kind": field.kind,
        "unit": field.unit,
        "comparisons": [
            {"op": op.name, "label": str(op.label), "takes": op.takes}
            for op in comparing.OPS[field.kind]
        ],
        "choices": comparing.options(current_db(), actor, field) if known else [],
        "groups": field.groups,
        "adds_up": field.adds_up,
    }


@operation(bp, "GET", "/reports/ready", answers=list[ReadyReportOut], errors=(403,))
def report_ready() -> list[dict[str, Any]]:
    """Reports to begin with."""
    actor = current_actor()
    policy.REPORTS.require(actor)
    return [
        {
            "name": name,
            "label": str(one.label),
            "about": str(one.about),
            "definition": saving.ready_definition(actor, name)[1],
        }
        for name, _source, one in saving.ready_for(actor)
    ]


@operation(bp, "POST", "/reports/run", body=RunForm, answers=ReportRowsOut, errors=(403, 409, 503))
def report_run(body: RunForm) -> Answer:
    """Run a definition without keeping it, a page at a time."""
    policy.REPORTS.require(current_actor())
    return _run(body.definition, body)


@operation(bp, "GET", "/reports", answers=list[SavedReportLineOut], paged=True)
def saved_index() -> Answer:
    """The reports one may open."""
    policy.REPORTS.require(current_actor())
    return list_json(REPORTS)


@operation(
    bp, "POST", "/reports", body=SavedForm, answers=SavedReportOut, status=201, errors=(403, 409)
)
def saved_add(body: SavedForm) -> dict[str, Any]:
    """Keep a report."""
    return _saved(saving.add(current_db(), current_actor(), body))


@operation(bp, "GET", "/reports/<int:report_id>", answers=SavedReportOut)
def saved_show(report_id: int) -> dict[str, Any]:
    """One report, without its rows."""
    return _saved(saving.get(current_db(), current_actor(), report_id))


@operation(
    bp,
    "PUT",
    "/reports/<int:report_id>",
    body=SavedChange,
    answers=SavedReportOut,
    errors=(403, 409),
)
def saved_change(report_id: int, body: SavedChange) -> dict[str, Any]:
    """Change a report; `version` is the one that was read."""
    return _saved(saving.change(current_db(), current_actor(), report_id, body))


@operation(bp, "DELETE", "/reports/<int:report_id>", errors=(403,))
def saved_delete(report_id: int) -> None:
    """Put a report away; it can be brought back."""
    saving.remove(current_db(), current_actor(), report_id)


@operation(
    bp, "POST", "/reports/<int:report_id>/restore", answers=SavedReportOut, errors=(403, 409)
)
def saved_restore(report_id: int) -> dict[str, Any]:
    """Bring a deleted report back."""
    return _saved(saving.restore(current_db(), current_actor(), report_id))


@operation(
    bp,
    "POST",
    "/reports/<int:report_id>/copy",
    answers=SavedReportOut,
    status=201,
    errors=(403, 409, 422),
)
def saved_copy(report_id: int) -> dict[str, Any]:
    """Make a report of one's own out of one that one may open."""
    return _saved(saving.copy(current_db(), current_actor(), report_id))


@operation(
    bp,
    "GET",
    "/reports/<int:report_id>/rows",
    query=RowsQuery,
    answers=ReportRowsOut,
    errors=(403, 409, 503),
)
def saved_rows(report_id: int, query: RowsQuery) -> Answer:
    """The rows of a report as one may see them oneself, up to row 10,000."""
    row = saving.get(current_db(), current_actor(), report_id)
    return _run(saving.definition_of(row), query)


@operation(
    bp,
    "GET",
    "/reports/<int:report_id>/file",
    query=ReportFileQuestion,
    errors=(403, 409, 503),
    file="*/*",
)
def saved_file(report_id: int, query: ReportFileQuestion) -> Response:
    """A report as csv, xlsx or pdf, of at most 10,000 rows."""
    db, actor = current_db(), current_actor()
    row = saving.get(db, actor, report_id)
    made = files.file_of(db, actor, row, query.format, runtime().settings)
    return download(made.body, made.media_type, made.name)


@operation(
    bp,
    "POST",
    "/reports/<int:report_id>/export",
    body=AskForExport,
    answers=ExportOut,
    status=202,
    errors=(403,),
)
def saved_export(report_id: int, body: AskForExport) -> dict[str, Any]:
    """Have a report of any size written to a file; `/exports/…` tells when it is there."""
    row = files.ask(current_db(), current_actor(), report_id, body.format)
    return {
        "id": row.id,
        "kind": row.list_name,
        "format": row.kind,
        "ready": False,
        "rows": 0,
        "asked_at": row.created_at,
    }


@operation(
    bp,
    "PUT",
    "/reports/<int:report_id>/share",
    body=ShareForm,
    answers=SavedReportOut,
    errors=(403, 409),
)
def saved_share(report_id: int, body: ShareForm) -> dict[str, Any]:
    """Say which roles may open a report."""
    return _saved(saving.share(current_db(), current_actor(), report_id, body))


@operation(
    bp,
    "PUT",
    "/reports/<int:report_id>/schedule",
    body=ScheduleForm,
    answers=SavedReportOut,
    errors=(403, 409),
)
def saved_schedule(report_id: int, body: ScheduleForm) -> dict[str, Any]:
    """Say when a report is sent, to whom, and as what."""
    return _saved(scheduling.schedule(current_db(), current_actor(), report_id, body))


@operation(
    bp, "PUT", "/reports/<int:report_id>/mute", body=MuteForm, answers=SavedReportOut, errors=(403,)
)
def saved_mute(report_id: int, body: MuteForm) -> dict[str, Any]:
    """Get the mails of a report no more, or again."""
    db, actor = current_db(), current_actor()
    scheduling.mute(db, actor, report_id, body)
    return _saved(saving.get(db, actor, report_id))


def _saved(row: SavedReport) -> dict[str, Any]:
    db, actor = current_db(), current_actor()
    roles, owner, muted = saving.beside(db, actor, row)
    named = ("id", "name", "note", "definition", "owner_id", "rhythm", "recipients", "version")
    more = ("file_format", "next_on", "failure")
    return {
        **{name: getattr(row, name) for name in named + more},
        "owner": owner,
        "roles": roles,
        "muted": muted,
        "problem": saving.problem_of(row, actor),
        "changed_at": row.updated_at,
        "deliveries": delivering.latest(db, actor, row),
    }


def _run(definition: Definition, asked: RowsQuery) -> Answer:
    db, actor = current_db(), current_actor()
    resolved = resolving.strictly(definition, actor)
    found = running.run(db, actor, resolved, page=asked.page, size=asked.size)
    columns = [
        {"key": one.key, "label": one.label, "kind": one.kind, "unit": one.unit}
        for one in found.heads
    ]
    rows = [
        {
            "values": [
                running.as_json(head, one)
                for head, one in zip(found.heads, row.values, strict=True)
            ],
            "href": _href(row.href),
        }
        for row in found.rows
    ]
    total = PageOut(total=found.total, exact=found.exact, next=None, previous=None)
    return Answer({"columns": columns, "rows": rows}, page=total)


def _href(target: Place | None) -> str | None:
    return place(target) if target is not None else None
