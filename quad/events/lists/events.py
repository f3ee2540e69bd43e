"""Lists of events: to come and past, one's own, and those that wait for approval."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select

from quad.core import clock
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.i18n import moment, number
from quad.core.listing.declaration import Cell, Column, Listing, SearchTerms
from quad.core.listing.filters import Filter
from quad.core.policy import Permission
from quad.events import policy
from quad.events.forms.events import VISIBILITIES
from quad.events.kinds import FOUND, STATES, phase, place_of
from quad.events.models.events import Event, EventState
from quad.identity.models.accounts import User

UPCOMING, PAST = "upcoming", "past"
WHEN = ((UPCOMING, _l("To come")), (PAST, _l("Over")))
STATE_CHOICES = tuple((state, word) for state, (_mark, word) in STATES.items())


def _when(value: str) -> ColumnElement[bool]:
    now = clock.now()
    return Event.ends_at > now if value == UPCOMING else Event.ends_at <= now


def _hosts(statement: Select[Any]) -> Select[Any]:
    return statement.join(User, User.id == Event.owner_id)


def _title(row: Any) -> Cell:
    return Cell(
        row.title, sub=row.summary, href=("events.event", {"event_id": row.id}), kind="text"
    )


def _state(row: Any) -> Cell:
    mark, word = phase(row.state, row.ends_at)
    return Cell(str(word), kind="status", state=mark)


def _seats(row: Any) -> Cell:
    if row.capacity is None:
        return Cell(number(row.registered))
    sub = _("%(n)s wait", n=number(row.waiting)) if row.waiting else ""
    return Cell(
        _("%(taken)s of %(all)s", taken=number(row.registered), all=number(row.capacity)), sub=sub
    )


COLUMNS = (
    Column(
        "starts_at",
        _l("When"),
        (Event.starts_at, Event.ends_at),
        lambda row: Cell(moment(row.starts_at), kind="date"),
        sort=Event.starts_at,
    ),
    Column("title", _l("Event"), (Event.title, Event.summary), _title, sort=Event.sort_title),
    Column(
        "place",
        _l("Place"),
        (Event.venue, Event.is_online),
        lambda row: Cell(place_of(row)),
        hide_below="md",
        export=place_of,
    ),
    Column("host", _l("Host"), User.full_name.label("host"), hide_below="lg"),
    Column(
        "seats",
        _l("Registered"),
        (Event.registered, Event.capacity, Event.waiting),
        _seats,
        hide_below="sm",
        export=lambda row: row.registered,
    ),
    Column("state", _l("State"), Event.state, _state, export=lambda row: row.state.value),
    Column(
        "visibility",
        _l("Who sees it"),
        Event.visibility,
        lambda row: Cell(str(VISIBILITIES[row.visibility])),
        default=False,
        export=lambda row: row.visibility.value,
    ),
    Column(
        "deadline_at",
        _l("Register until"),
        Event.deadline_at,
        sort=Event.deadline_at,
        default=False,
    ),
)
EXTRA = (Event.slug, Event.zone, Event.attended)
FILTERS = (
    Filter("when", _l("Time"), "choice", _when, choices=WHEN, menu=False),
    Filter(
        "online",
        _l("Online"),
        "flag",
        lambda value: Event.is_online.is_(True) if value else Event.is_online.is_(False),
    ),
    Filter("from", _l("From"), "date", lambda value: Event.starts_at >= _midnight(value)),
)


def _midnight(value: Any) -> Any:
    return clock.now().replace(
        year=value.year, month=value.month, day=value.day, hour=0, minute=0, second=0, microsecond=0
    )


_BY_STATE = Filter(
    "state", _l("State"), "choice", lambda value: Event.state == EventState(value), STATE_CHOICES
)


def _listing(
    name: str,
    title: str,
    read: Permission[Event],
    *,
    default_sort: str,
    filters: tuple[Filter, ...] = FILTERS,
) -> Listing[Event]:
    return Listing(
        name=name,
        title=title,
        singular=_l("event"),
        plural=_l("events"),
        read=read,
        columns=COLUMNS,
        default_sort=default_sort,
        joins=_hosts,
        extra=EXTRA,
        search=SearchTerms(FOUND),
        search_label=_l("Search by title, place or speaker"),
        filters=filters,
        href=lambda row: ("events.event", {"event_id": row.id}),
        row_label=lambda row: row.title,
    )


EVENTS = _listing("events.events", _l("Events"), policy.SHOW, default_sort="starts_at")
PAST_EVENTS = _listing(
    "events.past_events", _l("Past events"), policy.SHOW, default_sort="-starts_at"
)
MY_EVENTS = _listing(
    "events.my_events",
    _l("My events"),
    policy.MINE,
    default_sort="-starts_at",
    filters=(*FILTERS, _BY_STATE),
)
APPROVALS = _listing(
    "events.approvals", _l("Events to approve"), policy.APPROVE, default_sort="starts_at"
)
ALL_EVENTS = _listing(
    "events.all_events",
    _l("Events"),
    policy.READ,
    default_sort="starts_at",
    filters=(*FILTERS, _BY_STATE),
)
