"""When an announcement begins and ends: the author's own clock."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from quad.announcements.forms import AnnouncementIn
from quad.core import clock
from quad.core.errors import Invalid
from quad.core.i18n import current_reader
from quad.core.i18n import gettext as _

EARLIEST, LATEST = 2000, 2150


def _moment(name: str, given: datetime | None) -> datetime | None:
    if given is None:
        return None
    if not EARLIEST <= given.year <= LATEST:
        raise Invalid({name: _("Choose a day that people can plan with.")})
    zone = ZoneInfo(current_reader().zone or "UTC")
    return (given if given.tzinfo else given.replace(tzinfo=zone)).astimezone(UTC)


def written(value: datetime | None) -> str:
    """Return a moment as a form shows it: by the reader's clock, to the minute."""
    zone = ZoneInfo(current_reader().zone or "UTC")
    return "" if value is None else value.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def span(form: AnnouncementIn) -> tuple[datetime | None, datetime | None]:
    """Return from when and until when it is shown. Raises Invalid with a sentence beside the field."""
    begins, ends = _moment("begins_at", form.begins_at), _moment("ends_at", form.ends_at)
    if ends is not None and ends <= (begins or clock.now()):
        raise Invalid({"ends_at": _("It must end after it begins.")})
    return begins, ends
