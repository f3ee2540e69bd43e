"""What people are told of events."""

from __future__ import annotations

from quad.core.i18n import lazy_gettext as _l
from quad.notifications.kinds.base import DatedKind, Kind


def _of_events(
    name: str,
    label: str,
    text: str,
    icon: str,
    *,
    mailed: bool = True,
    roles: frozenset[str] = frozenset(),
) -> Kind:
    return DatedKind(f"event_{name}", label, text, icon, mailed=mailed, roles=roles)


EVENT_WAITING = _of_events(
    "waiting",
    _l("An event waits for my approval"),
    _l("The event “%(title)s” waits for approval."),
    "hourglass",
    roles=frozenset({"admin", "hod", "placement"}),
)
EVENT_APPROVED = _of_events(
    "approved",
    _l("An event of mine is approved"),
    _l("Your event “%(title)s” was approved and is published."),
    "circle-check",
)
EVENT_REFUSED = _of_events(
    "refused",
    _l("An event of mine is not approved"),
    _l("Your event “%(title)s” was not approved: %(reason)s"),
    "x",
)
EVENT_SEAT = _of_events(
    "seat",
    _l("I have a seat at an event"),
    _l("You have a seat at “%(title)s”, %(when)s. Your ticket is on its page."),
    "calendar-event",
)
EVENT_QUEUED = _of_events(
    "queued",
    _l("I am on the waiting list of an event"),
    _l("You are on the waiting list of “%(title)s”, %(when)s."),
    "clock",
    mailed=False,
)
EVENT_PROMOTED = _of_events(
    "promoted",
    _l("I move up from the waiting list of an event"),
    _l("A seat became free: you take part in “%(title)s”, %(when)s."),
    "calendar-event",
)
EVENT_MOVED = _of_events(
    "moved",
    _l("An event I take part in is moved"),
    _l("“%(title)s” has another time or place: %(when)s, %(place)s."),
    "calendar-time",
)
EVENT_CANCELLED = _of_events(
    "cancelled",
    _l("An event I take part in is cancelled"),
    _l("“%(title)s”, %(when)s, does not take place. %(reason)s"),
    "ban",
)
EVENT_REMINDER = _of_events(
    "reminder",
    _l("An event I take part in begins soon"),
    _l("“%(title)s” begins %(when)s, %(place)s."),
    "bell",
)
EVENT_FEEDBACK = _of_events(
    "feedback",
    _l("I am asked what I thought of an event"),
    _l("What did you think of “%(title)s”? One minute helps the host."),
    "message",
)
EVENT_CERTIFICATE = _of_events(
    "certificate",
    _l("My certificate of attendance is ready"),
    _l("Your certificate for “%(title)s” is ready."),
    "certificate",
)
EVENT_CERTIFICATE_REVOKED = _of_events(
    "certificate_revoked",
    _l("My certificate of attendance is revoked"),
    _l("Your certificate for “%(title)s” is not valid any more: %(reason)s"),
    "ban",
)
EVENT_CO_HOST = _of_events(
    "co_host",
    _l("I become a co-host of an event"),
    _l("You help to hold “%(title)s”, %(when)s: you can change it and check people in."),
    "users",
)
EVENT_KINDS = (
    EVENT_WAITING,
    EVENT_APPROVED,
    EVENT_REFUSED,
    EVENT_SEAT,
    EVENT_QUEUED,
    EVENT_PROMOTED,
    EVENT_MOVED,
    EVENT_CANCELLED,
    EVENT_REMINDER,
    EVENT_FEEDBACK,
    EVENT_CERTIFICATE,
    EVENT_CERTIFICATE_REVOKED,
    EVENT_CO_HOST,
)
