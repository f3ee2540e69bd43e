"""Input of announcements."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from quad.announcements.models import TITLE_LENGTH, Priority
from quad.audience.forms import AudienceIn
from quad.core.forms import Form, Id, words
from quad.core.i18n import lazy_gettext as _l

LONGEST_REASON = 1_000

PRIORITIES: dict[str, str] = {
    Priority.NORMAL: _l("Normal"),
    Priority.IMPORTANT: _l("Important"),
    Priority.URGENT: _l("Urgent"),
}


class AnnouncementIn(AudienceIn):
    """An announcement as its author writes it. Times without an offset are the author's own clock.

    It is meant for everybody in an offering (`offering_id`), for the students the author mentors (`mentees`), or for
    whom the fields `for_…` say.
    """

    title: Annotated[str, words(_l("Title"), longest=TITLE_LENGTH)]
    body: Annotated[
        str,
        words(
            _l("Text"),
            hint=_l("Markdown: **bold**, # headings, - lists, [words](address)."),
            longest=20_000,
            widget="textarea",
            rows=12,
        ),
    ]
    priority: Annotated[
        Priority,
        Field(
            title=_l("Priority"),
            description=_l("Urgent ones are mailed at once, whatever the hour."),
            json_schema_extra={"widget": "radio", "choices": list(PRIORITIES.items())},
        ),
    ] = Priority.NORMAL
    pinned: Annotated[bool, Field(title=_l("Keep it above the others"))] = False
    begins_at: Annotated[
        datetime | None,
        Field(title=_l("From"), description=_l("Empty: as soon as it is published.")),
    ] = None
    ends_at: Annotated[
        datetime | None, Field(title=_l("Until"), description=_l("Empty: without an end."))
    ] = None
    offering_id: Annotated[
        Id | None,
        Field(
            title=_l("Everybody in a course"),
            description=_l("Instead of choosing people below."),
            json_schema_extra={"placeholder": _l("No course")},
        ),
    ] = None
    mentees: Annotated[
        bool,
        Field(
            title=_l("The students I mentor"),
            description=_l("Those who are assigned to you, also from now on."),
        ),
    ] = False
    acknowledge: Annotated[
        bool, Field(title=_l("Ask everybody to confirm that they have read it"))
    ] = False
    comments: Annotated[bool, Field(title=_l("Let readers comment"))] = False


class NewAnnouncement(AnnouncementIn):
    """With `publish` it is published at once, or asks for approval; otherwise it is a draft."""

    publish: Annotated[bool, Field(title=_l("Publish"))] = False


class EditAnnouncement(AnnouncementIn):
    """`version` is the one that was read."""

    version: Annotated[int, Field(ge=1, json_schema_extra={"widget": "hidden"})]


class RefuseAnnouncement(Form):
    reason: Annotated[
        str,
        words(
            _l("Why not"),
            hint=_l("Whoever wrote it reads this, and can change it and ask again."),
            longest=LONGEST_REASON,
            widget="textarea",
            rows=3,
        ),
    ]


class CommentIn(Form):
    text: Annotated[str, words(_l("Comment"), longest=2_000, widget="textarea", rows=2)]


class PreviewIn(Form):
    """What has been typed so far."""

    title: Annotated[str, words(_l("Title"), longest=TITLE_LENGTH, shortest=0)] = ""
    body: Annotated[str, words(_l("Text"), longest=20_000, shortest=0)] = ""
