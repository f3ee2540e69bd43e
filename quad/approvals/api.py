"""What waits, over JSON."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from apiflask import APIBlueprint
from pydantic import Field

from quad.approvals import service
from quad.approvals.forms import DecideWaiting
from quad.core.approving import APPROVALS
from quad.core.forms import Form
from quad.web.api import Moment, Out, WireId, operation
from quad.web.kit import current_actor, current_db

bp = APIBlueprint("approvals_api", __name__, url_prefix="/api/v1/approvals", tag="Approvals")


class WaitingQuery(Form):
    """`kind` narrows to one, such as events."""

    kind: Annotated[str, Field(max_length=40)] = ""


class WaitingOut(Out):
    """One thing that waits. `item` names it for a decision; `approve` and `refuse` say which can be taken here."""

    item: str
    kind: str
    id: WireId
    title: str
    detail: str
    person: str
    since: Moment
    due: date | None
    address: str
    approve: bool
    refuse: bool


class WaitingCount(Out):
    """How many of one kind wait, counted to a thousand."""

    kind: str
    label: str
    count: int


class DecisionOut(Out):
    """What became of one decision; `error` says why it was not done."""

    item: str
    done: bool
    error: str


@operation(bp, "GET", "", query=WaitingQuery, answers=list[WaitingOut], errors=(404,))
def approvals_index(query: WaitingQuery) -> list[WaitingOut]:
    """What waits for whoever asks, the oldest first, at most a hundred."""
    return [
        WaitingOut(
            item=row.item,
            kind=row.kind.name,
            id=row.id,
            title=row.title,
            detail=row.detail,
            person=row.person,
            since=row.since,
            due=row.due,
            address=row.href,
            approve=row.kind.approve is not None,
            refuse=row.kind.refuse is not None,
        )
        for row in service.waiting(current_db(), current_actor(), query.kind)
    ]


@operation(bp, "GET", "/counts", answers=list[WaitingCount])
def approvals_counts() -> list[WaitingCount]:
    """How many of each kind wait; kinds without any are left out."""
    found = service.counts(current_db(), current_actor())
    return [
        WaitingCount(kind=name, label=str(APPROVALS[name].label), count=count)
        for name, count in found.items()
    ]


@operation(bp, "POST", "/decide", body=DecideWaiting, answers=list[DecisionOut], message="Decided")
def approvals_decide(body: DecideWaiting) -> list[DecisionOut]:
    """Approve or refuse several things, each by itself; the answer says what became of each."""
    outcomes = service.decide(current_db(), current_actor(), body)
    return [DecisionOut.model_validate(outcome) for outcome in outcomes]
