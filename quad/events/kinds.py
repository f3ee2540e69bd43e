"""Words that several rooms use: states, their marks, and names of what is found."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from babel.dates import format_skeleton

from quad.core import clock
from quad.core.i18n import current_reader
from quad.core.i18n import lazy_gettext as _l
from quad.events.models.events import EventState

FOUND = "event"
TELL = "events.tell"
CERTIFY = "events.certify"

# EventState → (mark, word); a published one that ended is over.
STATES: dict[str, tuple[str, str]] = {
    EventState.DRAFT: ("open", _l("Draft")),
    EventState.WAITING: ("warn", _l("Waits for approval")),
    EventState.PUBLISHED: ("going", _l("Published")),
    EventState.CANCELLED: ("stop", _l("Cancelled")),
}
OVER = ("done", _l("Over"))


def phase(state: EventState, ends_at: datetime) -> tuple[str, str]:
    """Return mark and word of where an event stands now."""
    over = state is EventState.PUBLISHED and ends_at <= clock.now()
    return OVER if over else STATES[state]


def place_of(row: Any) -> str:
    """Return where an event is, in words: the place, online, or both."""
    online = str(_l("Online")) if row.is_online else ""
    return ", ".join(part for part in (row.venue, online) if part) or "–"


def month_name(day: date) -> str:
    """Return a month with its year in the reader's language."""
    return format_skeleton("yMMMM", day, locale=current_reader().language)


def weekday_name(day: date) -> str:
    """Return a weekday in three letters or so, in the reader's language."""
    return format_skeleton("EEE", day, locale=current_reader().language)
