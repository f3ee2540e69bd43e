"""Events in the timeline of a person: those they take part in, and those they hold."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, case, exists, select

from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.timeline import TimelineKind, timeline_columns
from quad.events import policy
from quad.events.kinds import STATES
from quad.events.models.attending import CheckIn, Registration
from quad.events.models.events import Event

CAME, SEAT, QUEUE = "came", "seat", "queue"


def _attended(actor: Actor, person_id: int) -> Select[Any]:
    came = exists().where(CheckIn.registration_id == Registration.id, CheckIn.undone_at.is_(None))
    columns = timeline_columns(
        Registration.id,
        at=Event.starts_at,
        title=Event.title,
        detail=Event.venue,
        mark=case((came, CAME), (Registration.queued_at.is_not(None), QUEUE), else_=SEAT),
        about=Event.id,
    )
    taken = select(*columns).join(Event, Event.id == Registration.event_id)
    return taken.where(
        Registration.user_id == person_id,
        Registration.cancelled_at.is_(None),
        Event.deleted_at.is_(None),
        Event.state.in_(policy.SHOWN),
        policy.KNOWN.where(actor),
    )


def _held(actor: Actor, person_id: int) -> Select[Any]:
    columns = timeline_columns(
        Event.id, at=Event.starts_at, title=Event.title, detail=Event.venue, mark=Event.state
    )
    return select(*columns).where(Event.owner_id == person_id, policy.SHOW.where(actor))


def _link(event_id: int) -> str:
    return f"/events/{event_id}"


TIMELINE = (
    TimelineKind(
        "events",
        _l("Event"),
        _attended,
        _link,
        marks={
            CAME: ("done", _l("Came")),
            SEAT: ("going", _l("Has a seat")),
            QUEUE: ("warn", _l("On the waiting list")),
        },
        order=60,
    ),
    TimelineKind("events-held", _l("Event held"), _held, _link, marks=STATES, order=61),
)
