"""Input of events."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from quad.audience.forms import AudienceIn
from quad.core.forms import Form, Id, words
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.web_addresses import web_host
from quad.events.models.attending import BEST
from quad.events.models.events import TITLE_LENGTH, EventRepeat, EventVisibility

MOST_SEATS = 100_000
MOST_REPEATS = 52
LONGEST_REASON = 1_000

VISIBILITIES: dict[str, str] = {
    EventVisibility.PUBLIC: _l("Everybody on the web"),
    EventVisibility.MEMBERS: _l("Everybody with an account"),
    EventVisibility.AUDIENCE: _l("Only those it is meant for"),
}
REPEATS: dict[str, str] = {
    EventRepeat.WEEKLY: _l("Every week"),
    EventRepeat.FORTNIGHTLY: _l("Every two weeks"),
    EventRepeat.MONTHLY: _l("Every month"),
}


def _zone(given: str) -> str:
    if given not in available_timezones():
        raise ValueError(_("Write a time zone such as Asia/Kolkata."))
    return given


def _web_address(given: str) -> str:
    if given and (not web_host(given) or any(c.isspace() for c in given)):
        raise ValueError(_("Write an address that begins with https://."))
    return given


def _choices(pairs: dict[str, str]) -> dict[str, Any]:
    return {"choices": list(pairs.items())}


class EventIn(AudienceIn):
    """An event as its host writes it. Times without an offset are the clock of `zone`.

    `for_…` say who may register; nothing at all means everybody who sees it.
    """

    title: Annotated[str, words(_l("Title"), longest=TITLE_LENGTH)]
    summary: Annotated[
        str,
        words(
            _l("In one sentence"),
            hint=_l("Stands in lists and in the invitation."),
            longest=300,
            shortest=0,
        ),
    ] = ""
    about: Annotated[
        str,
        words(
            _l("Description"),
            hint=_l("Markdown: **bold**, # headings, - lists, [words](address)."),
            longest=20_000,
            shortest=0,
            widget="textarea",
            rows=10,
        ),
    ] = ""
    starts_at: Annotated[datetime, Field(title=_l("Begins"))]
    ends_at: Annotated[datetime, Field(title=_l("Ends"))]
    zone: Annotated[
        str,
        words(
            _l("Time zone"),
            hint=_l("Of the place; everybody reads the times in their own."),
            longest=64,
        ),
        AfterValidator(_zone),
    ] = "UTC"
    venue: Annotated[
        str,
        words(_l("Place"), hint=_l("Building and room, or an address."), longest=200, shortest=0),
    ] = ""
    is_online: Annotated[bool, Field(title=_l("One can take part online"))] = False
    online_link: Annotated[
        str,
        words(
            _l("Link to take part online"),
            hint=_l("Only those who have a seat see it."),
            longest=500,
            shortest=0,
            widget="url",
        ),
        AfterValidator(_web_address),
    ] = ""
    capacity: Annotated[
        int | None,
        Field(
            title=_l("Seats"),
            description=_l("Empty: no limit. Whoever comes later waits and moves up by turn."),
            ge=1,
            le=MOST_SEATS,
            json_schema_extra={"inputmode": "numeric"},
        ),
    ] = None
    deadline_at: Annotated[
        datetime | None,
        Field(title=_l("Register until"), description=_l("Empty: until it begins.")),
    ] = None
    visibility: Annotated[
        EventVisibility, Field(title=_l("Who sees it"), json_schema_extra=_choices(VISIBILITIES))
    ] = EventVisibility.MEMBERS
    certificates: Annotated[
        bool, Field(title=_l("Whoever was checked in can have a certificate of attendance"))
    ] = False
    feedback: Annotated[bool, Field(title=_l("Ask those who came what they thought of it"))] = True


class NewEvent(EventIn):
    """A new event may come again: `times` counts the first one."""

    repeat: Annotated[
        EventRepeat | None,
        Field(
            title=_l("Comes again"),
            json_schema_extra={**_choices(REPEATS), "placeholder": _l("No, only once")},
        ),
    ] = None
    times: Annotated[
        int,
        Field(
            title=_l("How many times in all"),
            ge=1,
            le=MOST_REPEATS,
            json_schema_extra={"inputmode": "numeric"},
        ),
    ] = 1


class EditEvent(EventIn):
    """`following` changes the later ones of a series with it; `version` is the one that was read."""

    following: Annotated[
        bool, Field(title=_l("Change the following ones of the series as well"))
    ] = False
    version: Annotated[int, Field(ge=1, json_schema_extra={"widget": "hidden"})]


class Refusal(Form):
    reason: Annotated[
        str,
        words(
            _l("Why not"),
            hint=_l("Whoever proposed it reads this, and can change the event and ask again."),
            longest=LONGEST_REASON,
            widget="textarea",
            rows=3,
        ),
    ]


class CancelEvent(Form):
    reason: Annotated[
        str,
        words(
            _l("Reason"),
            hint=_l("Everybody who registered reads it."),
            longest=LONGEST_REASON,
            shortest=0,
            widget="textarea",
            rows=3,
        ),
    ] = ""
    following: Annotated[
        bool, Field(title=_l("Cancel the following ones of the series as well"))
    ] = False


class SpeakerIn(Form):
    name: Annotated[str, words(_l("Name"), longest=160)]
    headline: Annotated[
        str, words(_l("Position"), hint=_l("Such as: Data engineer, Zoho"), longest=160, shortest=0)
    ] = ""
    bio: Annotated[
        str, words(_l("About"), longest=4_000, shortest=0, widget="textarea", rows=4)
    ] = ""


class AgendaIn(Form):
    """`at` is the hour on the event's first day by its own clock."""

    at: Annotated[time, Field(title=_l("At"))]
    title: Annotated[str, words(_l("What"), longest=TITLE_LENGTH)]
    about: Annotated[
        str, words(_l("More about it"), longest=1_000, shortest=0, widget="textarea", rows=2)
    ] = ""
    speaker_id: Annotated[Id | None, Field(title=_l("Speaker"))] = None


class Register(Form):
    """`answers` holds what was answered, by the keys of the event's questions."""

    answers: Annotated[dict[str, Any], Field(title=_l("Answers"), max_length=40)] = {}
    name_hidden: Annotated[bool, Field(title=_l("Do not show my name to others who take part"))] = (
        False
    )


class HideAttendance(Form):
    name_hidden: Annotated[bool, Field(title=_l("Do not show my name to others who take part"))] = (
        False
    )


class AddCoHost(Form):
    """Somebody who helps to hold an event."""

    user_id: Annotated[Id, Field(title=_l("Person"))]
    following: Annotated[bool, Field(title=_l("Also for the later events of this series"))] = False


class Scan(Form):
    """One ticket that was read: `code` is what the QR code says, or the letters below it; `key` is the sender's own."""

    code: Annotated[str, words(_l("Code of the ticket"), longest=400)]
    key: Annotated[
        str, Field(title=_l("Key"), max_length=40, json_schema_extra={"widget": "hidden"})
    ] = ""
    at: Annotated[datetime | None, Field(title=_l("When it was read"))] = None


class Scans(Form):
    """What a device read while it had no connection, oldest first."""

    scans: Annotated[list[Scan], Field(title=_l("Tickets"), min_length=1, max_length=200)]


class GiveFeedback(Form):
    rating: Annotated[
        int,
        Field(
            title=_l("How was it?"),
            ge=1,
            le=BEST,
            json_schema_extra={
                "widget": "radio",
                "choices": [
                    (5, _l("Excellent")),
                    (4, _l("Good")),
                    (3, _l("Fair")),
                    (2, _l("Weak")),
                    (1, _l("Poor")),
                ],
            },
        ),
    ]
    would_come_again: Annotated[bool, Field(title=_l("I would come again"))] = False
    liked: Annotated[
        str, words(_l("What was good?"), longest=2_000, shortest=0, widget="textarea", rows=3)
    ] = ""
    better: Annotated[
        str,
        words(_l("What could be better?"), longest=2_000, shortest=0, widget="textarea", rows=3),
    ] = ""
    anonymous: Annotated[
        bool, Field(title=_l("Without my name: nobody can see who wrote this"))
    ] = True
