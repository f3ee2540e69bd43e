"""Components and marks over JSON."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from quad.academics.forms import CorrectMark, EditComponent, MarksBatch, NewComponent
from quad.academics.models.results import Mark
from quad.academics.models.teaching import Component, ComponentKind, ResultState
from quad.academics.service import components, marks, results, sheets
from quad.academics.service.marks import CellOutcome, Saved
from quad.web.api import Moment, Number, Out, WireId, operation
from quad.web.kit import current_actor, current_db

bp = APIBlueprint("academics_marks_api", __name__, url_prefix="/api/v1", tag="Marks")


class ComponentOut(Out):
    id: WireId
    name: str
    kind: ComponentKind
    maximum: Number
    weight: Number
    published_at: Moment | None
    version: int


class CellOut(Out):
    component_id: WireId
    mark_id: WireId
    text: str


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


class SheetOut(Out):
    offering_id: WireId
    state: ResultState
    components: list[ComponentOut]
    rows: list[SheetRowOut]


class OutcomeOut(Out):
    enrolment_id: WireId
    component_id: WireId
    status: Saved
    error: str | None
    mark_id: WireId | None


class MarkOut(Out):
    id: WireId
    enrolment_id: WireId
    component_id: WireId
    value: Number | None
    absent: bool
    supersedes_id: WireId | None
    reason: str


@operation(
    bp,
    "GET",
    "/offerings/<int:offering_id>/components",
    answers=list[ComponentOut],
    errors=(403,),
)
def components_index(offering_id: int) -> Any:
    sheets.head(current_db(), current_actor(), offering_id)
    return sheets.components(current_db(), offering_id)


@operation(
    bp,
    "POST",
    "/offerings/<int:offering_id>/components",
    body=NewComponent,
    answers=ComponentOut,
    status=201,
    message="Component added",
    errors=(403, 409),
)
def component_add(offering_id: int, body: NewComponent) -> Component:
    return components.add(current_db(), current_actor(), offering_id, body)


@operation(
    bp,
    "PUT",
    "/offerings/<int:offering_id>/components/<int:component_id>",
    body=EditComponent,
    answers=ComponentOut,
    message="Component changed",
    errors=(403, 409),
)
def component_change(offering_id: int, component_id: int, body: EditComponent) -> Component:
    return components.edit(current_db(), current_actor(), offering_id, component_id, body)


@operation(
    bp,
    "DELETE",
    "/offerings/<int:offering_id>/components/<int:component_id>",
    message="Component removed",
    errors=(403, 409),
)
def component_remove(offering_id: int, component_id: int) -> None:
    components.remove(current_db(), current_actor(), offering_id, component_id)


@operation(
    bp,
    "POST",
    "/offerings/<int:offering_id>/components/<int:component_id>/publish",
    answers=ComponentOut,
    message="Marks published",
    errors=(403, 409),
)
def component_publish(offering_id: int, component_id: int) -> Component:
    row = results.publish_component(current_db(), current_actor(), offering_id, component_id)
    current_db().flush()
    return row


@operation(bp, "GET", "/offerings/<int:offering_id>/marks", answers=SheetOut, errors=(403,))
def marks_show(offering_id: int) -> SheetOut:
    sheet = sheets.sheet(current_db(), current_actor(), offering_id)
    return SheetOut(
        offering_id=offering_id,
        state=sheet.head.state,
        components=[ComponentOut.model_validate(part) for part in sheet.components],
        rows=[
            SheetRowOut(
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
                    CellOut(component_id=part, mark_id=row.marks[part], text=text)
                    for part, text in row.values.items()
                ],
            )
            for row in sheet.rows
        ],
    )


@operation(
    bp,
    "PUT",
    "/offerings/<int:offering_id>/marks",
    body=MarksBatch,
    answers=list[OutcomeOut],
    message="Marks taken",
    errors=(403, 409),
)
def marks_enter(offering_id: int, body: MarksBatch) -> list[CellOutcome]:
    """Each cell has its own outcome: saved, unchanged, refused or conflict."""
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
