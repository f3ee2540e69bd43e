"""In which zone the days of this installation begin: the worker notes it, commands count by it.

Figures such as "solved in the last 7 days" follow from the day. A command started in another environment than the
worker would otherwise judge, and rebuild, them by another day.
"""

from __future__ import annotations

from zoneinfo import available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.settings import StoredSetting

KEY = "core.time_zone"


def note_zone(db: Session, zone: str) -> None:
    """Note the zone this installation works in. The worker does so when it starts."""
    row = db.scalar(select(StoredSetting).where(StoredSetting.key == KEY).with_for_update())
    if row is None:
        db.add(StoredSetting(key=KEY, value=zone))
    elif row.value != zone:
        row.value = zone
    db.flush()


def noted_zone(db: Session) -> str | None:
    """Return the zone that was noted, None while no worker ran here."""
    found = db.scalar(select(StoredSetting.value).where(StoredSetting.key == KEY))
    return found if found in available_timezones() else None
