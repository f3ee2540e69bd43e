"""Who sees events, proposes and approves them, takes part, and looks after those who do.

Seeing an event never depends on a role alone: a draft is its owner's, a waiting one also those who approve, and a
published one belongs to everybody, or to the audience it names.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from quad.audience.service.meeting import contains
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, NOTHING, Actor, Branches, Gate, Permission
from quad.events.models.attending import Certificate, Registration
from quad.events.models.events import Event, EventState, EventVisibility

Branch = ColumnElement[bool]
STAFF_ROLES = ("admin", "hod", "faculty", "advisor", "counsellor", "placement")
APPROVERS = ("admin", "hod", "placement")
SHOWN = (EventState.PUBLISHED, EventState.CANCELLED)


def _registered(actor: Actor) -> Branch:
    mine = select(Registration.event_id).where(
        Registration.user_id == actor.own_id, Registration.cancelled_at.is_(None)
    )
    return Event.id.in_(mine)


def open_to_all() -> Branch:
    """Hold for events that anybody on the web may see, signed out as well."""
    return (
        Event.state.in_(SHOWN)
        & (Event.visibility == EventVisibility.PUBLIC)
        & Event.deleted_at.is_(None)
    )


def _hosted(actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    return (Event.owner_id == actor.own_id,) if actor.id is not None else NOTHING


def _waiting(actor: Actor) -> Branches:
    if not actor.has(*APPROVERS):
        return NOTHING
    return ((Event.state == EventState.WAITING) & (Event.owner_id != actor.own_id),)


def _for_members(_actor: Actor) -> Branch:
    return Event.state.in_(SHOWN) & (Event.visibility != EventVisibility.AUDIENCE)


def _meant(actor: Actor) -> Branch:
    return (
        Event.state.in_(SHOWN)
        & (Event.visibility == EventVisibility.AUDIENCE)
        & Event.audience_id.in_(contains(actor))
    )


def _seen(actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    branches: list[Branch] = [_for_members(actor), *_hosted(actor), *_waiting(actor)]
    if actor.id is not None:
        branches.append(_registered(actor) & Event.state.in_(SHOWN))
        branches.append(_meant(actor))
    return branches


def _shown(actor: Actor) -> Branches:
    """What a calendar holds: published and cancelled events one may see, nobody's drafts."""
    return [branch & Event.state.in_(SHOWN) for branch in _seen(actor)]


READ = Permission("events.event.read", _l("See an event"), Event, _seen)
SHOW = Permission("events.event.show", _l("Find a published event"), Event, _shown)
HOST = Permission(
    "events.event.host",
    _l("Change an event, see who takes part, check in, cancel, delete"),
    Event,
    _hosted,
)
DELETE = Permission("events.event.delete", _l("Delete one’s own event"), Event, _hosted)
APPROVE = Permission("events.event.approve", _l("Approve or refuse an event"), Event, _waiting)
MINE = Permission(
    "events.event.mine",
    _l("See the events one holds or takes part in"),
    Event,
    lambda actor: (
        (Event.owner_id == actor.own_id, _registered(actor)) if actor.id is not None else NOTHING
    ),
)
PROPOSE = Gate("events.event.propose", _l("Propose an event"), lambda actor: actor.id is not None)
PUBLISH = Gate(
    "events.event.publish",
    _l("Publish an event without asking"),
    lambda actor: actor.has(*STAFF_ROLES),
)
OPEN_APPROVALS = Gate(
    "events.approvals.open",
    _l("Open the events that wait for approval"),
    lambda actor: actor.has(*APPROVERS),
)


def _of_hosted(actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    if actor.id is None:
        return NOTHING
    hosted = select(Event.id).where(Event.owner_id == actor.own_id, Event.deleted_at.is_(None))
    return (Registration.event_id.in_(hosted),)


def _own(actor: Actor) -> Branches:
    return (Registration.user_id == actor.own_id,) if actor.id is not None else NOTHING


def _names(actor: Actor) -> Branches:
    """Those who have a seat at an event one sees, and do not hide their name."""
    if actor.id is None:
        return NOTHING
    return (
        Registration.cancelled_at.is_(None)
        & Registration.queued_at.is_(None)
        & Registration.name_hidden.is_(False)
        & Registration.event_id.in_(select(Event.id).where(SHOW.where(actor))),
    )


REGISTRATIONS = Permission(
    "events.registration.host",
    _l("See who registered, with their answers"),
    Registration,
    _of_hosted,
)
OWN = Permission("events.registration.own", _l("See one’s own registration"), Registration, _own)
NAMES = Permission(
    "events.registration.names",
    _l("See the names of those who take part and do not hide them"),
    Registration,
    _names,
)
OWN_CERTIFICATES = Permission(
    "events.certificate.own",
    _l("See one’s own certificates of attendance"),
    Certificate,
    lambda actor: (
        (
            Certificate.registration_id.in_(
                select(Registration.id).where(Registration.user_id == actor.own_id)
            ),
        )
        if actor.id is not None
        else NOTHING
    ),
)
FEED = Gate(
    "events.feed.own", _l("Have an own calendar address"), lambda actor: actor.id is not None
)
