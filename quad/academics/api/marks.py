"""Marks over JSON."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from quad.academics.api.components import ComponentOut
from quad.academics.forms.marks import CorrectMark, MarksBatch, News
from quad.academics.models.results import Mark
from quad.academics.models.teaching import ResultState
from quad.academics.service import marks, news, sheets
from quad.academics.service.judging import CellOutcome, Saved
from quad.web.api import Moment, Number, Out, WireId, operation
from quad.web.kit import current_actor, current_db

bp = APIBlueprint("academics_marks_api", __name__, url_prefix="/api/v1", tag="Marks")


class CellOut(Out):
    component_id: WireId
    mark_id: WireId
    text: str
    corrected: bool
    carried_over: bool


class SheetRowOut(Out):
    enrolment_id: WireId
    student_id: WireId
    name: str
    register_number: str
    withdrawn: bool
    total: Number | None
    percentage: Number | None
    letter: str
    complete: bool
    marks: list[CellOut]


class AverageOut(Out):
    component_id: WireId
    average: Number | None


class SheetOut(Out):
    """`newest` is the number of the last mark in it: ask for news after that one."""

    offering_id: WireId
    state: ResultState
    newest: WireId
    averages: list[AverageOut]
    average_total: Number | None
    components: list[ComponentOut]
    rows: list[SheetRowOut]


class OutcomeOut(Out):
    """`mark_id` and `text` are the mark that stands now; `by` and `at` say of a conflict who entered it, and when."""

    enrolment_id: WireId
    component_id: WireId
    status: Saved
    error: str | None
    mark_id: WireId | None
    text: str
    by: str | None
    at: Moment | None


class NewCellOut(Out):
    enrolment_id: WireId
    component_id: WireId
    mark_id: WireId
    text: str
    corrected: bool
    by: str | None
    at: Moment


class NewRowOut(Out):
    enrolment_id: WireId
    total: Number
    percentage: Number | None
    letter: str
    complete: bool


class NewsOut(Out):
    """What was entered since; averages only when something was."""

    newest: WireId
    state: ResultState
    cells: list[NewCellOut]
    rows: list[NewRowOut]
    averages: list[AverageOut]
    average_total: Number | None


class PastMarkOut(Out):
    """One entry of a cell, the newest first: what, by whom, when and why."""

    id: WireId
    value: Number | None
    absent: bool
    carried_over: bool
    reason: str
    entered_by: str | None
    created_at: Moment


class MarkOut(Out):
    id: WireId
    enrolment_id: WireId
    component_id: WireId
    value: Number | None
    absent: bool
    supersedes_id: WireId | None
    carried_over: bool
    reason: str


@operation(
    bp, "GET", "/academics/offerings/<int:offering_id>/marks", answers=SheetOut, errors=(403,)
)
def marks_show(offering_id: int) -> SheetOut:
    sheet = sheets.sheet(current_db(), current_actor(), offering_id)
    return SheetOut(
        offering_id=offering_id,
        state=sheet.head.state,
        newest=sheet.newest,
        averages=[
            AverageOut(component_id=part.id, average=sheet.average(part.id))
            for part in sheet.components
        ],
        average_total=sheet.average_total,
        components=[ComponentOut.model_validate(part) for part in sheet.components],
        rows=[_row(row) for row in sheet.rows],
    )


def _row(row: sheets.SheetRow) -> SheetRowOut:
    return SheetRowOut(
        enrolment_id=row.enrolment_id,
        student_id=row.student_id,
        name=row.name,
        register_number=row.register_number,
        withdrawn=row.withdrawn,
        total=row.total,
        percentage=row.percentage,
        letter=row.letter,
        complete=row.complete,
        marks=[
            CellOut(
                component_id=part,
                mark_id=row.marks[part],
                text=text,
                corrected=part in row.corrected,
                carried_over=part in row.carried,
            )
            for part, text in row.values.items()
        ],
    )


@operation(
    bp,
    "GET",
    "/academics/offerings/<int:offering_id>/marks/news",
    query=News,
    answers=NewsOut,
    errors=(403,),
)
def marks_news(offering_id: int, query: News) -> NewsOut:
    """What was entered after a mark: cells, the rows they changed, and the averages now."""
    found = news.news(current_db(), current_actor(), offering_id, query.after)
    return NewsOut(
        newest=found.newest,
        state=found.state,
        cells=[NewCellOut.model_validate(cell) for cell in found.cells],
        rows=[NewRowOut.model_validate(row) for row in found.rows],
        averages=[
            AverageOut(component_id=part, average=average)
            for part, average in found.averages.items()
        ],
        average_total=found.average_total,
    )


@operation(
    bp,
    "PUT",
    "/academics/offerings/<int:offering_id>/marks",
    body=MarksBatch,
    answers=list[OutcomeOut],
    message="Marks taken",
    errors=(403, 409),
)
def marks_enter(offering_id: int, body: MarksBatch) -> list[CellOutcome]:
    """Each cell has its own outcome: saved, unchanged, refused or conflict.

    With `seen` (the number of the mark that was there, 0 for none) a mark that somebody else entered meanwhile is not
    replaced but comes back as a conflict. `reason` is needed to change a mark that students can see.
    """
    return marks.enter(current_db(), current_actor(), offering_id, body)


@operation(
    bp,
    "POST",
    "/enrolments/<int:enrolment_id>/components/<int:component_id>/mark",
    body=CorrectMark,
    answers=MarkOut,
    message="Mark corrected",
    errors=(403, 409),
)
def mark_correct(enrolment_id: int, component_id: int, body: CorrectMark) -> Mark:
    return marks.correct(current_db(), current_actor(), enrolment_id, component_id, body)


@operation(
    bp,
    "GET",
    "/enrolments/<int:enrolment_id>/components/<int:component_id>/mark",
    answers=list[PastMarkOut],
    errors=(403,),
)
def mark_history(enrolment_id: int, component_id: int) -> Any:
    """Every mark that ever stood in this cell, the newest first; the first one counts."""
    return marks.history(current_db(), current_actor(), enrolment_id, component_id)
