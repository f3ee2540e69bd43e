"""The analytics over JSON."""

from __future__ import annotations

from decimal import Decimal

from apiflask import APIBlueprint
from flask import Response

from quad.core.reporting import Findings, Number
from quad.insights import policy
from quad.insights.forms.analytics import FileQuestion, Question
from quad.insights.service import asking, files
from quad.web.api import Out, WireId, operation
from quad.web.download import download
from quad.web.kit import current_actor, current_db, runtime
from quad.web.lists import place

bp = APIBlueprint("insights_api", __name__, url_prefix="/api/v1", tag="Analytics")


class FigurePageOut(Out):
    name: str
    label: str


class FigureOut(Out):
    """A key figure as it is shown, with the list behind it."""

    label: str
    value: str
    note: str
    href: str | None


class FigureCellOut(Out):
    value: str | int | float | None
    href: str | None


class ColumnOut(Out):
    label: str
    unit: str


class TableOut(Out):
    """Rows of numbers; the first cell of a row is its name."""

    name: str
    title: str
    about: str
    columns: list[ColumnOut]
    rows: list[list[FigureCellOut]]


class FigureAnswerOut(Out):
    """One page of the analytics: what was asked about, in words, and what was found."""

    name: str
    label: str
    about: str
    term_id: WireId | None
    figures: list[FigureOut]
    tables: list[TableOut]


@operation(bp, "GET", "/analytics/reports", answers=list[FigurePageOut], errors=(403,))
def reports_index() -> list[FigurePageOut]:
    """The pages of the analytics there are."""
    policy.OPEN.require(current_actor())
    return [FigurePageOut(name=name, label=str(label)) for name, label in asking.pages()]


@operation(
    bp, "GET", "/analytics/reports/<name>", query=Question, answers=FigureAnswerOut, errors=(403,)
)
def report_show(name: str, query: Question) -> FigureAnswerOut:
    """One page of the analytics: figures and tables, each number with the list behind it."""
    found = asking.answer(current_db(), current_actor(), name, query)
    return FigureAnswerOut(
        name=found.page,
        label=found.label,
        about=found.about,
        term_id=found.scope.term.id if found.scope.term else None,
        figures=_figures(found.findings),
        tables=_tables(found.findings),
    )


@operation(
    bp,
    "GET",
    "/analytics/reports/<name>/file",
    query=FileQuestion,
    errors=(403,),
    file="*/*",
)
def report_file(name: str, query: FileQuestion) -> Response:
    """A page of the analytics as csv (one table), xlsx or pdf."""
    made = files.answer_as_file(current_db(), current_actor(), name, query, runtime().settings)
    return download(made.body, made.media_type, made.name)


def _figures(found: Findings) -> list[FigureOut]:
    return [
        FigureOut(
            label=str(one.label),
            value=one.value,
            note=one.note,
            href=place(one.href) if one.href else None,
        )
        for one in found.figures
    ]


def _tables(found: Findings) -> list[TableOut]:
    return [
        TableOut(
            name=table.name,
            title=table.title,
            about=table.about,
            columns=[ColumnOut(label=str(head.label), unit=head.unit) for head in table.heads],
            rows=[[_cell(one) for one in row] for row in table.rows],
        )
        for table in found.tables
    ]


def _cell(one: Number) -> FigureCellOut:
    value = float(one.value) if isinstance(one.value, Decimal) else one.value
    return FigureCellOut(value=value, href=place(one.href) if one.href else None)
