"""Timelines of people over JSON."""

from __future__ import annotations

from typing import Annotated

from apiflask import APIBlueprint
from pydantic import Field

from quad.core.forms import Form
from quad.core.timeline import Precision
from quad.timeline import service
from quad.web.api import Moment, Out, WireId, operation
from quad.web.kit import current_actor, current_db

bp = APIBlueprint("timeline_api", __name__, url_prefix="/api/v1", tag="Timeline")


class TimelineQuery(Form):
    """`kind` narrows to one, such as results; `after` goes on from `older` of the answer before."""

    kind: Annotated[str, Field(max_length=40)] = ""
    after: Annotated[str, Field(max_length=400)] = ""


class TimelineEntryOut(Out):
    """One thing that happened. `precision` says how much of `at` is known; `state` is empty without one."""

    kind: str
    label: str
    id: WireId
    at: Moment
    precision: Precision
    title: str
    detail: str
    state: str
    address: str


class TimelineKindOut(Out):
    """A kind that a timeline may be narrowed to."""

    kind: str
    label: str


class TimelineOut(Out):
    """A page of a timeline, the latest first; `older` is empty at its end."""

    entries: list[TimelineEntryOut]
    kinds: list[TimelineKindOut]
    older: str


@operation(
    bp,
    "GET",
    "/people/<int:user_id>/timeline",
    query=TimelineQuery,
    answers=TimelineOut,
    errors=(400, 404),
)
def timeline_show(user_id: int, query: TimelineQuery) -> TimelineOut:
    """What happened in a person's years here, as far as the caller may see each thing; 30 at a time."""
    shown = service.of_person(current_db(), current_actor(), user_id, query.kind, query.after)
    return TimelineOut(
        entries=[
            TimelineEntryOut(
                kind=entry.kind.name,
                label=str(entry.kind.label),
                id=entry.id,
                at=entry.at,
                precision=entry.kind.precision,
                title=entry.title,
                detail=entry.detail,
                state=entry.mark if entry.state else "",
                address=entry.href,
            )
            for entry in shown.entries
        ],
        kinds=[TimelineKindOut(kind=one.name, label=str(one.label)) for one in shown.kinds],
        older=shown.older,
    )
