"""Input classes of the notifications domain."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated

from pydantic import Field

from quad.core.forms import Form, Id
from quad.core.i18n import lazy_gettext as _l

MOST_KINDS = 500
WEEKDAYS = (
    (0, _l("Monday")),
    (1, _l("Tuesday")),
    (2, _l("Wednesday")),
    (3, _l("Thursday")),
    (4, _l("Friday")),
    (5, _l("Saturday")),
    (6, _l("Sunday")),
)

Names = Annotated[list[str], Field(max_length=MOST_KINDS)]


class MarkRead(Form):
    """Which notifications were read; none named means all."""

    ids: Annotated[list[Id], Field(title="Notifications", max_length=500)] = []


class MarkUnread(Form):
    """Which notifications are not read after all: the named ones, or all that were marked at `at`."""

    ids: Annotated[list[Id], Field(title="Notifications", max_length=500)] = []
    at: Annotated[datetime | None, Field(title="Marked at")] = None


class Preferences(Form):
    """The kinds wanted in the inbox, and by mail at once, once a day or once a week; others are not wanted."""

    in_app: Annotated[Names, Field(title="In the inbox")] = []
    by_mail: Annotated[Names, Field(title="By mail at once")] = []
    daily: Annotated[Names, Field(title="By mail once a day")] = []
    weekly: Annotated[Names, Field(title="By mail once a week")] = []


class HabitIn(Form):
    """When mail may come, by one's own clock."""

    quiet_from: Annotated[time | None, Field(title=_l("No mail from"))] = None
    quiet_until: Annotated[
        time | None,
        Field(title=_l("until"), description=_l("What happens meanwhile is mailed then.")),
    ] = None
    digest_hour: Annotated[
        int,
        Field(
            title=_l("Daily and weekly mail comes at"),
            ge=0,
            le=23,
            json_schema_extra={
                "widget": "select",
                "choices": [(hour, f"{hour:02}:00") for hour in range(24)],
            },
        ),
    ] = 8
    digest_day: Annotated[
        int,
        Field(
            title=_l("Weekly mail comes on"),
            ge=0,
            le=6,
            json_schema_extra={"widget": "select", "choices": list(WEEKDAYS)},
        ),
    ] = 0
