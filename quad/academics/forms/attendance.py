"""What people fill in about classes and registers."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from quad.academics.forms.common import Version
from quad.academics.forms.files import PlaceRow
from quad.academics.models.attendance import Presence
from quad.core.forms import Form, Id, words
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l

MOST_IN_A_REGISTER = 2_000
LONGEST_LEAVE = 366
MOST_STEPS = 20
EARLIEST, LATEST = date(1990, 1, 1), date(2200, 12, 31)

Day = Annotated[date, Field(ge=EARLIEST, le=LATEST)]
StartsAt = Annotated[time, Field(title=_l("Begins at"))]
Minutes = Annotated[int, Field(title=_l("Length in minutes"), ge=5, le=720)]
Topic = Annotated[str, words(_l("Topic"), longest=200, shortest=0)]
SHORT = {"p": "present", "a": "absent", "l": "late", "e": "excused", "1": "present", "0": "absent"}
WEEKDAYS = (
    (0, _l("Monday")),
    (1, _l("Tuesday")),
    (2, _l("Wednesday")),
    (3, _l("Thursday")),
    (4, _l("Friday")),
    (5, _l("Saturday")),
    (6, _l("Sunday")),
)


def _without_zone(starts_at: time) -> None:
    """A class begins at a time of the institution's clock."""
    if starts_at.tzinfo is not None:
        raise ValueError(_("Write the time without a zone, such as 09:30."))


class NewSession(Form):
    held_on: Annotated[Day, Field(title=_l("Day"))]
    starts_at: StartsAt
    minutes: Minutes = 50
    topic: Topic = ""

    @model_validator(mode="after")
    def _local(self) -> NewSession:
        _without_zone(self.starts_at)
        return self


class EditSession(NewSession):
    version: Version = None


class PlanSessions(Form):
    """A class on the same days of every week; holidays and days that have one at this time are left out."""

    weekdays: Annotated[
        list[Annotated[int, Field(ge=0, le=6)]],
        Field(
            title=_l("On"),
            min_length=1,
            max_length=7,
            json_schema_extra={"choices": list(WEEKDAYS), "widget": "checkboxes"},
        ),
    ]
    starts_at: StartsAt
    minutes: Minutes = 50
    first_day: Annotated[Day, Field(title=_l("From"))]
    last_day: Annotated[Day, Field(title=_l("Until"))]

    @model_validator(mode="after")
    def _in_order(self) -> PlanSessions:
        _without_zone(self.starts_at)
        if self.last_day < self.first_day:
            raise ValueError(_("The last day lies before the first."))
        if (self.last_day - self.first_day).days > LONGEST_LEAVE:
            raise ValueError(_("Plan at most one year at a time."))
        return self


class RegisterEntry(Form):
    """One student of a register.

    `seen` is what stood there when the page was opened, "" for nothing; without it the entry is taken whatever stands
    there.
    """

    enrolment_id: Id
    state: Presence
    seen: Annotated[Presence | Literal[""] | None, Field(title=_l("State seen"))] = None


class TakeRegister(Form):
    """Who is not named and has no state yet counts as present, or as excused while on leave."""

    entries: Annotated[
        list[RegisterEntry], Field(title=_l("Students"), max_length=MOST_IN_A_REGISTER)
    ] = []
    topic: Annotated[str | None, Field(title=_l("Topic"), max_length=200)] = None


class ExcuseAbsences(Form):
    first_day: Annotated[Day, Field(title=_l("From"))]
    last_day: Annotated[Day, Field(title=_l("Until"))]
    reason: Annotated[str, words(_l("Reason"), longest=300)]

    @model_validator(mode="after")
    def _in_order(self) -> ExcuseAbsences:
        if self.last_day < self.first_day:
            raise ValueError(_("The last day lies before the first."))
        return self


class NewHoliday(Form):
    name: Annotated[str, words(_l("Name"), longest=80)]
    first_day: Annotated[Day, Field(title=_l("From"))]
    last_day: Annotated[
        Day | None,
        Field(title=_l("Until"), description=_l("Leave it empty for a single day.")),
    ] = None

    @model_validator(mode="after")
    def _in_order(self) -> NewHoliday:
        if self.last_day is not None and self.last_day < self.first_day:
            raise ValueError(_("The last day lies before the first."))
        return self


class RuleStep(Form):
    minimum: Annotated[Decimal, Field(ge=0, le=100, decimal_places=2, max_digits=5)]
    marks: Annotated[Decimal, Field(ge=0, decimal_places=2, max_digits=10)]


class SetAttendanceRule(Form):
    """Without steps the marks follow the percentage."""

    steps: Annotated[list[RuleStep], Field(title=_l("Steps"), max_length=MOST_STEPS)] = []

    @model_validator(mode="after")
    def _rising(self) -> SetAttendanceRule:
        pairs = sorted((step.minimum, step.marks) for step in self.steps)
        if len({minimum for minimum, _marks in pairs}) != len(pairs):
            raise ValueError(_("Two steps begin at the same percentage."))
        if any(low[1] > high[1] for low, high in pairwise(pairs)):
            raise ValueError(_("A higher percentage may not give fewer marks."))
        return self


def _word(given: Any) -> Any:
    """Understand the letters of a register as well as the words."""
    plain = str(given).strip().casefold()
    return SHORT.get(plain, plain)


class AttendanceRow(PlaceRow):
    """One line of a file of attendance: one student in one class."""

    held_on: Annotated[date, Field(title=_l("Day"), ge=EARLIEST, le=LATEST)]
    starts_at: Annotated[time, Field(title=_l("Begins at"))]
    state: Annotated[Presence, BeforeValidator(_word), Field(title=_l("Attendance"))]
    minutes: Annotated[int | None, Field(title=_l("Minutes"), ge=5, le=720)] = None
    topic: Annotated[str | None, Field(title=_l("Topic"), max_length=200)] = None
