"""Who sees events, proposes and approves them, takes part, and looks after those who do.

Seeing an event never depends on a role alone: a draft is its owner's, a waiting one also those who approve, and a
published one belongs to everybody, or to the audience it names.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, or_, select

from quad.audience.service.meeting import contains
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, NOTHING, Actor, Branches, Gate, Permission
from quad.events.models.attending import Certificate, Registration
from quad.events.models.events import CoHost, Event, EventState, EventVisibility
from quad.identity.models.accounts import Role, RoleGrant, User
from quad.identity.policy import grant_counts
from quad.relations.policy import connected_with, not_blocked

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


def _helped(actor: Actor) -> Select[int]:
    """Select the events one is a co-host of."""
    return select(CoHost.event_id).where(CoHost.user_id == actor.own_id)


def _held(actor: Actor) -> Branches:
    """Events of one’s own, and those one is a co-host of."""
    if actor.id is None:
        return NOTHING
    return (Event.owner_id == actor.own_id, Event.id.in_(_helped(actor)))


def _hosted(actor: Actor) -> Branches:
    return EVERYTHING if actor.has("admin") else _held(actor)


def _led(actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    return (Event.owner_id == actor.own_id,) if actor.id is not None else NOTHING


def _waiting(actor: Actor) -> Branches:
    """Proposals of others: nobody approves what they hold or help to hold."""
    if not actor.has(*APPROVERS):
        return NOTHING
    return (
        (Event.state == EventState.WAITING)
        & (Event.owner_id != actor.own_id)
        & Event.id.not_in(_helped(actor)),
    )


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
    _l("Change an event, see who takes part, check in, revoke certificates"),
    Event,
    _hosted,
)
LEAD = Permission(
    "events.event.lead", _l("Publish and cancel one’s own event, and choose co-hosts"), Event, _led
)
DELETE = Permission("events.event.delete", _l("Delete one’s own event"), Event, _led)
HELD = Permission("events.event.held", _l("See the events one helps to hold"), Event, _held)
APPROVE = Permission("events.event.approve", _l("Approve or refuse an event"), Event, _waiting)
MINE = Permission(
    "events.event.mine",
    _l("See the events one holds or takes part in"),
    Event,
    lambda actor: (*_held(actor), _registered(actor)) if actor.id is not None else NOTHING,
)


def _co_hosts(actor: Actor) -> Branches:
    """Active people one may ask to help: the staff asks everybody, others the staff and their connections."""
    if actor.id is None:
        return NOTHING
    others = User.is_active & (User.id != actor.id) & not_blocked(actor, User.id)
    if actor.has(*STAFF_ROLES):
        return (others,)
    staff = select(RoleGrant.user_id).where(
        RoleGrant.role.in_([Role(name) for name in STAFF_ROLES]), grant_counts()
    )
    return (others & or_(User.id.in_(staff), connected_with(actor, User.id)),)


CO_HOST = Permission("events.co_host.choose", _l("Make somebody a co-host"), User, _co_hosts)
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
    hosted = select(Event.id).where(HELD.where(actor))
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
KNOWN = Permission(
    "events.registration.known",
    _l("Know that somebody takes part: oneself, who holds the event, and all where the name shows"),
    Registration,
    lambda actor: [*_of_hosted(actor), *_own(actor), *_names(actor)],
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
