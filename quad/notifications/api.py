"""The inbox through the API."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from apiflask import APIBlueprint
from pydantic import Field

from quad.core.forms import Form, Id
from quad.notifications import service
from quad.notifications.forms import HabitIn, MarkRead, MarkUnread, Preferences
from quad.notifications.kinds.every import KINDS, sentence
from quad.notifications.mailing.hours import as_time
from quad.notifications.models import Habit, MailRhythm
from quad.web.api import Moment, Out, WireId, operation
from quad.web.site import current_actor, current_db

bp = APIBlueprint("notifications_api", __name__, url_prefix="/api/v1", tag="Notifications")


class NotificationOut(Out):
    """One notification, in the reader's language."""

    id: WireId
    kind: str
    text: str
    url: str
    created_at: Moment
    read: bool


class WishOut(Out):
    """How one kind reaches the reader; `by_mail` says whether at all, `mail` how soon."""

    kind: str
    label: str
    in_app: bool
    by_mail: bool
    mail: MailRhythm


class ReadOut(Out):
    """How many notifications were unread before; `at` undoes it (`/me/notifications/unread`)."""

    count: int
    at: Moment | None = None


class MailHoursOut(Out):
    """When mail may come, by the reader's own clock; `digest_day` 0 is Monday."""

    quiet_from: time | None
    quiet_until: time | None
    digest_hour: int
    digest_day: int


class Before(Form):
    """Where to go on (the id of the oldest notification already seen), and what to leave out."""

    before: Annotated[Id | None, Field(title="Before")] = None
    unread: Annotated[bool, Field(title="Only unread")] = False
    kind: Annotated[str, Field(title="Kind", max_length=60)] = ""


@operation(
    bp,
    "GET",
    "/me/notifications",
    also_at="/notifications",
    query=Before,
    answers=list[NotificationOut],
)
def notifications(query: Before) -> list[NotificationOut]:
    """List own notifications, newest first, at most 50."""
    rows = service.newest(
        current_db(), current_actor(), query.before, unread=query.unread, kind=query.kind
    )
    return [
        NotificationOut(
            id=row.id,
            kind=row.kind,
            text=sentence(row.kind, row.data),
            url=row.url,
            created_at=row.created_at,
            read=row.read_at is not None,
        )
        for row in rows[: service.PAGE]
    ]


@operation(
    bp,
    "POST",
    "/me/notifications/read",
    also_at="/notifications/read",
    body=MarkRead,
    answers=ReadOut,
    errors=(403,),
    message="Read",
)
def read(body: MarkRead) -> ReadOut:
    """Mark notifications read: the named ones, or all."""
    count, moment = service.mark_read(current_db(), current_actor(), body)
    return ReadOut(count=count, at=moment)


@operation(
    bp,
    "POST",
    "/me/notifications/unread",
    also_at="/notifications/unread",
    body=MarkUnread,
    answers=ReadOut,
    errors=(403,),
    message="Not read",
)
def unread(body: MarkUnread) -> ReadOut:
    """Mark notifications as not read: the named ones, or those that were marked at one moment."""
    return ReadOut(count=service.mark_unread(current_db(), current_actor(), body))


@operation(
    bp,
    "GET",
    "/me/notification-preferences",
    also_at="/notification-preferences",
    answers=list[WishOut],
    errors=(403,),
)
def preferences() -> list[WishOut]:
    """List how each kind reaches the reader."""
    return _wishes()


@operation(
    bp,
    "PUT",
    "/me/notification-preferences",
    also_at="/notification-preferences",
    body=Preferences,
    answers=list[WishOut],
    errors=(403,),
    message="Saved",
)
def prefer(body: Preferences) -> list[WishOut]:
    """Choose what to hear of, and how."""
    service.prefer(current_db(), current_actor(), body)
    return _wishes()


def _wishes() -> list[WishOut]:
    wishes = service.preferences(current_db(), current_actor())
    return [
        WishOut(
            kind=name,
            label=str(KINDS[name].label),
            in_app=wish.in_app,
            by_mail=wish.by_mail,
            mail=wish.mail,
        )
        for name, wish in wishes.items()
    ]


@operation(bp, "GET", "/me/mail-hours", answers=MailHoursOut, errors=(403,))
def mail_hours() -> MailHoursOut:
    """When mail may come to the reader."""
    return _hours(service.habit(current_db(), current_actor()))


@operation(
    bp, "PUT", "/me/mail-hours", body=HabitIn, answers=MailHoursOut, errors=(403,), message="Saved"
)
def keep_mail_hours(body: HabitIn) -> MailHoursOut:
    """Choose quiet hours, and when daily and weekly mail comes."""
    return _hours(service.keep_habit(current_db(), current_actor(), body))


def _hours(row: Habit) -> MailHoursOut:
    return MailHoursOut(
        quiet_from=as_time(row.quiet_from),
        quiet_until=as_time(row.quiet_until),
        digest_hour=row.digest_hour,
        digest_day=row.digest_day,
    )
