"""The inbox through the API."""

from __future__ import annotations

from typing import Annotated

from apiflask import APIBlueprint
from pydantic import Field

from quad.core.forms import Form, Id
from quad.notifications import service
from quad.notifications.forms import MarkRead, Preferences
from quad.notifications.kinds.every import sentence
from quad.web.api import Moment, Out, WireId, operation
from quad.web.site import current_actor, current_db

bp = APIBlueprint("notifications_api", __name__, url_prefix="/api/v1/me", tag="Notifications")


class NotificationOut(Out):
    """One notification, in the reader's language."""

    id: WireId
    kind: str
    text: str
    url: str
    created_at: Moment
    read: bool


class WishOut(Out):
    """How one kind reaches the reader."""

    kind: str
    in_app: bool
    by_mail: bool


class ReadOut(Out):
    """How many notifications were unread before."""

    count: int


class Before(Form):
    """Where to go on: the id of the oldest notification already seen."""

    before: Annotated[Id | None, Field(title="Before")] = None


@operation(bp, "GET", "/notifications", query=Before, answers=list[NotificationOut])
def notifications(query: Before) -> list[NotificationOut]:
    """List own notifications, newest first, at most 50."""
    rows = service.newest(current_db(), current_actor(), query.before)
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
    bp, "POST", "/notifications/read", body=MarkRead, answers=ReadOut, errors=(403,), message="Read"
)
def read(body: MarkRead) -> ReadOut:
    """Mark notifications read: the named ones, or all."""
    return ReadOut(count=service.mark_read(current_db(), current_actor(), body))


@operation(bp, "GET", "/notification-preferences", answers=list[WishOut], errors=(403,))
def preferences() -> list[WishOut]:
    """List how each kind reaches the reader."""
    return _wishes()


@operation(
    bp,
    "PUT",
    "/notification-preferences",
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
        WishOut(kind=name, in_app=wish.in_app, by_mail=wish.by_mail)
        for name, wish in wishes.items()
    ]
