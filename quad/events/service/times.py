"""When events are: the clock of their place, and the days on which they come again."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from quad.core import clock
from quad.core.errors import Invalid
from quad.core.i18n import gettext as _
from quad.events.forms.events import EventIn
from quad.events.models.events import Event, EventRepeat

EARLIEST, LATEST = 2000, 2150
LONGEST = timedelta(days=60)
DAYS = {EventRepeat.WEEKLY: 7, EventRepeat.FORTNIGHTLY: 14}


def moment(given: datetime, zone: str) -> datetime:
    """Return a time as it was written, with its offset or by the clock of `zone`, in UTC."""
    aware = given if given.tzinfo is not None else given.replace(tzinfo=ZoneInfo(zone))
    return aware.astimezone(UTC)


def written(value: datetime | None, zone: str) -> str:
    """Return a moment as a form shows it: by the clock of `zone`, to the minute."""
    return "" if value is None else value.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


def span(form: EventIn) -> tuple[datetime, datetime, datetime]:
    """Return beginning, end and end of registration. Raises Invalid with a sentence beside the field."""
    for name in ("starts_at", "ends_at", "deadline_at"):
        given = getattr(form, name)
        if given is not None and not EARLIEST <= given.year <= LATEST:
            raise Invalid({name: _("Choose a day that people can plan with.")})
    starts, ends = moment(form.starts_at, form.zone), moment(form.ends_at, form.zone)
    deadline = starts if form.deadline_at is None else moment(form.deadline_at, form.zone)
    if ends <= starts:
        raise Invalid({"ends_at": _("It must end after it begins.")})
    if ends - starts > LONGEST:
        raise Invalid({"ends_at": _("An event lasts at most %(n)s days.", n=LONGEST.days)})
    if deadline > ends:
        raise Invalid({"deadline_at": _("Registration ends before the event does.")})
    return starts, ends, deadline


def require_future(starts: datetime) -> None:
    """Raise Invalid for a beginning that has passed."""
    if starts <= clock.now():
        raise Invalid({"starts_at": _("Choose a beginning in the future.")})


def occurrences(starts: datetime, zone: str, repeat: EventRepeat, times: int) -> Iterator[datetime]:
    """Yield the beginnings of a series, the first included, each at the same hour of the place's clock.

    A month without that day takes its last one.
    """
    local = starts.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    for number in range(times):
        if repeat is EventRepeat.MONTHLY:
            months = local.month - 1 + number
            year, month = local.year + months // 12, months % 12 + 1
            day = min(local.day, calendar.monthrange(year, month)[1])
            yield moment(local.replace(year=year, month=month, day=day), zone)
        else:
            yield moment(local + timedelta(days=DAYS[repeat] * number), zone)


def shifted(event: Event, before: datetime, after: datetime, zone: str) -> datetime:
    """Return the beginning of a later event of a series, moved as one of them was from `before` to `after`.

    Days move by as many days; the hour is the new one of the place's clock.
    """
    here = ZoneInfo(zone)
    was, now = before.astimezone(here), after.astimezone(here)
    days = now.date() - was.date()
    day = event.starts_at.astimezone(here).date() + days
    return moment(datetime.combine(day, now.time().replace(tzinfo=None)), zone)
