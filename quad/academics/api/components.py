"""Components, and how they count, over JSON."""

from __future__ import annotations

from datetime import date
from typing import Any

from apiflask import APIBlueprint

from quad.academics.forms.teaching import (
    CopyComponents,
    EditComponent,
    NewComponent,
    OrderComponents,
    Weigh,
)
from quad.academics.models.teaching import Component, ComponentKind, Offering, Weighting
from quad.academics.service import components, results, sheets, weighing
from quad.web.api import Moment, Number, Out, WireId, operation
from quad.web.kit import current_actor, current_db

bp = APIBlueprint("academics_components_api", __name__, url_prefix="/api/v1", tag="Marks")


class ComponentOut(Out):
    id: WireId
    name: str
    kind: ComponentKind
    kind_name: str
    maximum: Number
    weight: Number
    due_on: date | None
    position: int
    published_at: Moment | None
    version: int


class WeightingOut(Out):
    """How the components count. `whole` is what a total is out of; `problem` keeps the results from being published."""

    weighting: Weighting
    exam_share: Number
    version: int
    coursework_weight: Number
    exam_weight: Number
    points: Number
    whole: Number
    problem: str
    remark: str


@operation(
    bp,
    "GET",
    "/academics/offerings/<int:offering_id>/components",
    answers=list[ComponentOut],
    errors=(403,),
)
def components_index(offering_id: int) -> Any:
    sheets.head(current_db(), current_actor(), offering_id)
    return sheets.components(current_db(), offering_id)


@operation(
    bp,
    "POST",
    "/academics/offerings/<int:offering_id>/components",
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
    "/academics/offerings/<int:offering_id>/components/<int:component_id>",
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
    "/academics/offerings/<int:offering_id>/components/<int:component_id>",
    message="Component removed",
    errors=(403, 409),
)
def component_remove(offering_id: int, component_id: int) -> None:
    components.remove(current_db(), current_actor(), offering_id, component_id)


@operation(
    bp,
    "POST",
    "/academics/offerings/<int:offering_id>/components/<int:component_id>/publish",
    answers=ComponentOut,
    message="Marks published",
    errors=(403, 409),
)
def component_publish(offering_id: int, component_id: int) -> Component:
    row = results.publish_component(current_db(), current_actor(), offering_id, component_id)
    current_db().flush()
    return row


@operation(
    bp,
    "PUT",
    "/academics/offerings/<int:offering_id>/components/order",
    body=OrderComponents,
    answers=list[ComponentOut],
    message="Order changed",
    errors=(403, 409),
)
def components_order(offering_id: int, body: OrderComponents) -> Any:
    components.order(current_db(), current_actor(), offering_id, body)
    return sheets.components(current_db(), offering_id)


@operation(
    bp,
    "POST",
    "/academics/offerings/<int:offering_id>/components/copy",
    body=CopyComponents,
    answers=list[ComponentOut],
    message="Components taken over",
    errors=(403, 409),
)
def components_copy(offering_id: int, body: CopyComponents) -> Any:
    """Take over the components of another offering; the answer is all components there are then."""
    components.copy(current_db(), current_actor(), offering_id, body)
    return sheets.components(current_db(), offering_id)


@operation(
    bp,
    "GET",
    "/academics/offerings/<int:offering_id>/weighting",
    answers=WeightingOut,
    errors=(403,),
)
def weighting_show(offering_id: int) -> WeightingOut:
    head = sheets.head(current_db(), current_actor(), offering_id)
    return _weighting(head)


@operation(
    bp,
    "PUT",
    "/academics/offerings/<int:offering_id>/weighting",
    body=Weigh,
    answers=WeightingOut,
    message="Weighting changed",
    errors=(403, 409),
)
def weighting_change(offering_id: int, body: Weigh) -> WeightingOut:
    return _weighting(components.weigh(current_db(), current_actor(), offering_id, body))


def _weighting(of: Offering | sheets.OfferingHead) -> WeightingOut:
    parts = sheets.components(current_db(), of.id)
    sums = weighing.sums_of(of.weighting, of.exam_share, parts)
    return WeightingOut(
        weighting=of.weighting,
        exam_share=of.exam_share,
        version=of.version,
        coursework_weight=sums.coursework,
        exam_weight=sums.exam,
        points=sums.points,
        whole=sums.whole,
        problem=sums.problem,
        remark=sums.remark,
    )
