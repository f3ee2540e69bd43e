"""How somebody is greeted."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from quad.core import clock
from quad.core.i18n import current_reader
from quad.core.i18n import gettext as _

NOON, EVENING = 12, 18


def greeting(name: str) -> str:
    """Greet by the time of day where the reader is."""
    hour = clock.now().astimezone(ZoneInfo(current_reader().zone)).hour
    first = name.split(" ", maxsplit=1)[0]
    if hour < NOON:
        return _("Good morning, %(name)s", name=first)
    if hour < EVENING:
        return _("Good afternoon, %(name)s", name=first)
    return _("Good evening, %(name)s", name=first)
