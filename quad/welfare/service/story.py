"""Writing down what happens to a request: its event, the numbers, and the fact others hear."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.policy import Actor
from quad.welfare import facts
from quad.welfare.models.requests import CLOSED, Event, EventKind, Request, State
from quad.welfare.service import counts

FACTS: dict[EventKind, type[facts.RequestChanged]] = {
    EventKind.SUBMITTED: facts.RequestSubmitted,
    EventKind.ASSIGNED: facts.RequestAssigned,
    EventKind.PASSED: facts.RequestPassed,
    EventKind.STARTED: facts.RequestStarted,
    EventKind.COMMENTED: facts.RequestCommented,
    EventKind.ATTACHED: facts.RequestAttached,
    EventKind.DUE_CHANGED: facts.RequestDueChanged,
    EventKind.REMINDED: facts.RequestReminded,
    EventKind.ESCALATED: facts.RequestEscalated,
    EventKind.RESOLVED: facts.RequestResolved,
    EventKind.REJECTED: facts.RequestRejected,
    EventKind.WITHDRAWN: facts.RequestWithdrawn,
    EventKind.REOPENED: facts.RequestReopened,
}
# What only the staff hears of.
QUIET = frozenset({EventKind.REMINDED, EventKind.ESCALATED})


@dataclass(frozen=True)
class Step:
    """One thing that happens: its kind, the state afterwards, and what belongs to it."""

    kind: EventKind
    state: State | None = None
    person_id: int | None = None
    office_id: int | None = None
    day: date | None = None
    text: str = ""
    internal: bool = False


def take(
    db: Session, by: Actor, request: Request, step: Step, told: Iterable[int] = ()
) -> facts.RequestChanged:
    """Bring a request to where `step` leaves it, keep its event and its numbers; return the fact to emit.

    `told` are the people of the staff who should hear; who acts hears nothing. A confidential request has one fact
    for everything.
    """
    before = request.state
    _move(db, request, step.state or before)
    event = Event(
        request_id=request.id,
        kind=step.kind,
        actor_id=by.id,
        state_before=before,
        state_after=request.state,
        person_id=step.person_id,
        office_id=step.office_id,
        day=step.day,
        text=step.text,
        internal=step.internal or step.kind in QUIET,
    )
    db.add(event)
    db.flush()
    kind = facts.ConfidentialRequestChanged if request.confidential else FACTS[event.kind]
    return kind(
        actor_id=by.id,
        request_id=request.id,
        event_id=event.id,
        kind=event.kind.value,
        told=tuple(sorted({one for one in told if one != by.id})),
        student_user_id=None if event.internal else request.user_id,
    )


def _move(db: Session, request: Request, state: State) -> None:
    before, seconds = request.state, request.seconds or 0
    if state is before:
        return
    request.state = state
    if state in CLOSED:
        request.closed_at = clock.now()
        request.seconds = int((request.closed_at - request.created_at).total_seconds())
    else:
        request.closed_at = request.seconds = None
    db.flush()
    counts.went(db, request, before, seconds)
