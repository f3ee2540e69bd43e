"""How messages and conversations are put for the pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.files import in_words
from quad.core.i18n import clock_time, current_reader, day
from quad.core.i18n import gettext as _
from quad.identity.models.profiles import photo_path
from quad.messaging.service.finding import excerpt
from quad.messaging.service.reading import Head, ShownMessage
from quad.messaging.service.writing import change_until

Drawn = Mapping[str, Any]


def _local(moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(current_reader().zone))


def day_words(moment: datetime) -> str:
    """Return the day of a moment as people say it."""
    ago = (_local(clock.now()).date() - _local(moment).date()).days
    if ago == 0:
        return _("Today")
    return _("Yesterday") if ago == 1 else day(moment, "short" if 0 < ago < 300 else "medium")


def when_words(moment: datetime) -> str:
    """Return the time of a moment of today, else its day."""
    ago = (_local(clock.now()).date() - _local(moment).date()).days
    return clock_time(moment) if ago == 0 else day_words(moment)


def listed(rows: Iterable[Any], current: int, box: str) -> list[Drawn]:
    """Return conversations as `m.pick` draws them."""
    return [
        {
            "name": row.name,
            "photo": photo_path(row.person_id, row.photo) if row.photo else "",
            "sub": _last_words(row),
            "when": when_words(row.last_message_at),
            "href": url_for(
                "messaging.conversation",
                conversation_id=row.id,
                box=box if box != "inbox" else None,
            ),
            "current": row.id == current,
            "tag": row.unread or "",
            "tag_kind": "" if row.muted else "on",
            "new": row.unread,
        }
        for row in rows
    ]


def _last_words(row: Any) -> str:
    if row.text is None:
        return ""
    if row.deleted_at is not None:
        return _("Taken back")
    said = excerpt(row.text) or _("A file")
    return _("You: %(text)s", text=said) if row.mine else said


def bubbles(db: Session, messages: Sequence[ShownMessage]) -> list[Drawn]:
    """Return messages as `m.bubble` draws them; each day is named above its first message."""
    drawn, before = [], ""
    now = clock.now()
    for message in messages:
        date = _local(message.created_at).date().isoformat()
        young = now <= change_until(db, message.created_at)
        drawn.append(_bubble(message, date, date == before, young))
        before = date
    return drawn


def _bubble(message: ShownMessage, date: str, same_day: bool, young: bool) -> Drawn:
    return {
        "id": message.id,
        "date": date,
        "day": day_words(message.created_at),
        "day_hidden": same_day,
        "mine": message.mine,
        "text": message.text,
        "gone": _("Taken back") if message.deleted else "",
        "note": _("Changed") if message.edited_at and not message.deleted else "",
        "meta": receipt(message) if message.mine else clock_time(message.created_at),
        "files": [
            {
                "name": file.name,
                "href": url_for("messaging.attachment", attachment_id=file.id),
                "sub": in_words(file.size),
            }
            for file in message.files
        ],
        "actions": _actions(message, young),
    }


def receipt(message: ShownMessage) -> str:
    """Say how far one's message came."""
    if message.read_at is not None:
        return _("Read %(time)s", time=when_words(message.read_at))
    if message.delivered_at is not None:
        return _("Delivered %(time)s", time=when_words(message.delivered_at))
    return _("Sent %(time)s", time=clock_time(message.created_at))


def _actions(message: ShownMessage, young: bool) -> list[Drawn]:
    if message.deleted:
        return []
    if not message.mine:
        place = url_for("messaging.report", message_id=message.id)
        return [{"label": _("Report"), "href": place, "icon": "flag"}]
    if not young:
        return []
    return [
        {
            "label": _("Change"),
            "href": url_for("messaging.edit", message_id=message.id),
            "icon": "pencil",
        },
        {
            "label": _("Take back"),
            "href": url_for("messaging.take_back", message_id=message.id),
            "icon": "trash",
            "post": True,
            "confirm": _("Take this message back? An empty place stays."),
            "danger": True,
        },
    ]


def head_actions(found: Head) -> list[Drawn]:
    """Return what can be done with a conversation."""
    silent = _("Hear it again") if found.muted else _("Mute")
    return [
        {
            "label": silent,
            "href": url_for(
                "messaging.unmute" if found.muted else "messaging.mute", conversation_id=found.id
            ),
            "icon": "bell" if found.muted else "bell-off",
            "post": True,
        },
        {
            "label": _("Block"),
            "href": url_for("relations.block", person_id=found.person_id),
            "icon": "ban",
            "post": True,
            "confirm": _(
                "Block %(name)s? Neither of you meets the other any more.", name=found.name
            ),
            "danger": True,
        },
        {
            "label": _("Report this person"),
            "href": url_for("relations.report_person", person_id=found.person_id),
            "icon": "flag",
        },
    ]
