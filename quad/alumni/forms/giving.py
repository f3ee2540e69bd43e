"""Input about references, engagements and mentoring."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from quad.alumni.models.engagements import TITLE_LENGTH, EngagementKind
from quad.alumni.models.mentoring import TOPIC_LENGTH
from quad.alumni.models.references import PURPOSE_LENGTH, TEXT_LENGTH, Delivery
from quad.core.forms import Form, Id, words
from quad.core.i18n import lazy_gettext as _l

KINDS = (
    (EngagementKind.SPEAKING, _l("Talk")),
    (EngagementKind.TRAINING, _l("Training")),
    (EngagementKind.JUDGING, _l("Judging")),
    (EngagementKind.MENTORING, _l("Mentoring")),
)
DELIVERIES = (
    (Delivery.DOCUMENT, _l("A document for me, which others can verify")),
    (Delivery.CONFIDENTIAL, _l("Confidential: I never see it")),
)


# What the asked person should know, and by when: the same wherever a reference is asked for.
Message = Annotated[
    str,
    words(
        _l("What you would like them to know"),
        longest=2_000,
        shortest=0,
        widget="textarea",
        rows=4,
    ),
]
NeededBy = Annotated[date | None, Field(title=_l("Needed by"))]


class AskReference(Form):
    """A request for a reference."""

    writer_id: Annotated[Id, Field(title=_l("Person"))]
    purpose: Annotated[
        str,
        words(
            _l("What it is for"), longest=PURPOSE_LENGTH, hint=_l("For example a master’s degree.")
        ),
    ]
    message: Message = ""
    delivery: Annotated[
        Delivery,
        Field(
            title=_l("How it arrives"),
            json_schema_extra={
                "widget": "radio",
                "choices": [(each.value, label) for each, label in DELIVERIES],
            },
        ),
    ] = Delivery.DOCUMENT
    due_on: NeededBy = None


class DeclineReference(Form):
    """Why somebody cannot do it."""

    reason: Annotated[str, words(_l("Reason"), longest=500, shortest=0)] = ""


class WriteReference(Form):
    """The text of a reference."""

    capacity: Annotated[
        str,
        words(
            _l("How you know this person"),
            longest=PURPOSE_LENGTH,
            hint=_l("For example: taught two of their courses."),
        ),
    ]
    text: Annotated[
        str, words(_l("Reference"), longest=TEXT_LENGTH, shortest=20, widget="textarea", rows=14)
    ]
    version: Annotated[int | None, Field(json_schema_extra={"widget": "hidden"})] = None


class LogEngagement(Form):
    """Something a graduate did. Graduates log their own; others name whose it was."""

    alumnus_id: Annotated[Id | None, Field(title=_l("Graduate"))] = None
    kind: Annotated[
        EngagementKind,
        Field(
            title=_l("Kind"),
            json_schema_extra={"choices": [(each.value, label) for each, label in KINDS]},
        ),
    ]
    title: Annotated[str, words(_l("What it was"), longest=TITLE_LENGTH)]
    held_on: Annotated[date, Field(title=_l("Day"))]
    minutes: Annotated[int, Field(title=_l("Minutes"), ge=0, le=60_000)] = 60
    department_id: Annotated[Id | None, Field(title=_l("For the department"))] = None
    about: Annotated[
        str, words(_l("More about it"), longest=2_000, shortest=0, widget="textarea", rows=3)
    ] = ""


class RefuseEngagement(Form):
    """Why it was not so."""

    reason: Annotated[str, words(_l("Reason"), longest=500)]


class ThankEngagement(Form):
    """Words of thanks."""

    thanks: Annotated[str, words(_l("Words of thanks"), longest=1_000, widget="textarea", rows=3)]


class OfferSlots(Form):
    """Times to meet: the first, and the same time in the weeks after it."""

    starts_at: Annotated[
        datetime, Field(title=_l("Begins"), description=_l("In your own time zone."))
    ]
    minutes: Annotated[int, Field(title=_l("Minutes"), ge=10, le=480)] = 30
    weeks: Annotated[int, Field(title=_l("For how many weeks"), ge=1, le=26)] = 1
    topic: Annotated[str, words(_l("Topic"), longest=TOPIC_LENGTH, shortest=0)] = ""
    place: Annotated[
        str,
        words(
            _l("Place or link"),
            longest=300,
            shortest=0,
            hint=_l("Shown to whom you confirm, and to nobody else."),
        ),
    ] = ""


class BookSlot(Form):
    """What one would like to talk about."""

    note: Annotated[
        str,
        words(_l("What you would like to talk about"), longest=1_000, widget="textarea", rows=3),
    ]


class CancelMeeting(Form):
    """Why it cannot be."""

    reason: Annotated[str, words(_l("Reason"), longest=500, shortest=0)] = ""


class JudgeMeeting(Form):
    """How a meeting was."""

    rating: Annotated[int, Field(title=_l("How it was, from 1 to 5"), ge=1, le=5)]
    text: Annotated[
        str, words(_l("In words"), longest=1_000, shortest=0, widget="textarea", rows=2)
    ] = ""
