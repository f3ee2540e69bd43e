"""Events as iCalendar (RFC 5545): one as a file, one's own as an address that a calendar asks again and again."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from icalendar import Calendar, vUri
from icalendar import Event as Entry
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.config import Settings
from quad.core.errors import NotFound
from quad.core.facts import emit
from quad.core.house import NAME
from quad.core.i18n import gettext as _
from quad.core.jobs.runtime import runtime_of
from quad.core.policy import Actor
from quad.core.settings import value
from quad.events import policy
from quad.events.facts import CalendarAddressChanged
from quad.events.kinds import place_of
from quad.events.models.attending import CalendarFeed, Registration
from quad.events.models.events import CoHost, Event, EventState
from quad.identity.models.accounts import AccountState, User

MEDIA_TYPE = "text/calendar"
PAST = timedelta(days=92)
MOST = 1_000


def _settings(db: Session) -> Settings:
    runtime = runtime_of(db)
    if runtime is None:
        raise RuntimeError("calendars need an installation: attach the database first")
    return runtime.settings


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def one_event(db: Session, event: Event, *, has_seat: bool) -> bytes:
    """Return one event as a file; the link to take part online only for who has a seat."""
    return _calendar(db, [(event, has_seat, False)])


def _calendar(db: Session, entries: Iterable[tuple[Event, bool, bool]]) -> bytes:
    """Return entries of (event, has a seat, waits for one) as a calendar."""
    base = _settings(db).base_url.rstrip("/")
    host = urlsplit(base).hostname or "localhost"
    made = Calendar()
    made.add("prodid", "-//Quad//Events//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", value(db, NAME))
    for event, seated, waits in entries:
        made.add_component(_entry(event, base, host, seated, waits))
    content: bytes = made.to_ical()
    return content


def _entry(event: Event, base: str, host: str, seated: bool, waits: bool) -> Entry:
    cancelled = event.state is EventState.CANCELLED
    address = f"{base}/events/{event.id}"
    link = event.online_link if seated else ""
    entry = Entry()
    entry.add("uid", f"event-{event.id}@{host}")
    entry.add("sequence", event.version)
    entry.add("dtstamp", event.updated_at)
    entry.add("last-modified", event.updated_at)
    entry.add("dtstart", event.starts_at)
    entry.add("dtend", event.ends_at)
    entry.add("summary", event.title)
    lines = [event.summary, _("Take part online: %(link)s", link=link) if link else "", address]
    entry.add("description", "\n\n".join(line for line in lines if line))
    entry.add("location", place_of(event))
    entry.add("url", vUri(address))
    status = "CANCELLED" if cancelled else "TENTATIVE" if waits else "CONFIRMED"
    entry.add("status", status)
    return entry


def make_address(db: Session, actor: Actor) -> str:
    """Make one's secret calendar address; an earlier one stops working. Return its token, which is not kept."""
    policy.FEED.require(actor)
    token = secrets.token_urlsafe(24)
    row = db.scalar(
        select(CalendarFeed).where(CalendarFeed.user_id == actor.own_id).with_for_update()
    )
    if row is None:
        row = CalendarFeed(user_id=actor.own_id, token_hash=_hashed(token))
        db.add(row)
    row.token_hash = _hashed(token)
    db.flush()
    emit(db, CalendarAddressChanged(actor_id=actor.id))
    return token


def drop_address(db: Session, actor: Actor) -> None:
    """Let one's calendar address lead nowhere."""
    policy.FEED.require(actor)
    row = db.scalar(select(CalendarFeed).where(CalendarFeed.user_id == actor.own_id))
    if row is not None:
        db.delete(row)
        emit(db, CalendarAddressChanged(actor_id=actor.id))


def has_address(db: Session, actor: Actor) -> bool:
    """Tell whether one has a calendar address."""
    return (
        db.scalar(select(CalendarFeed.id).where(CalendarFeed.user_id == actor.own_id)) is not None
    )


def feed_address(db: Session, token: str) -> str:
    """Return the whole address with this token."""
    return f"{_settings(db).base_url.rstrip('/')}/events/feed/{token}.ics"


def feed(db: Session, token: str) -> bytes:
    """Return the calendar behind a secret address: what its owner holds and takes part in.

    Raises NotFound for every other token, and when the account is closed.
    """
    user_id = db.scalar(
        select(CalendarFeed.user_id)
        .join(User, User.id == CalendarFeed.user_id)
        .where(
            CalendarFeed.token_hash == _hashed(token),
            User.deleted_at.is_(None),
            User.state == AccountState.ACTIVE,
        )
    )
    if user_id is None:
        raise NotFound
    return _calendar(db, _entries(db, user_id))


def _entries(db: Session, user_id: int) -> list[tuple[Event, bool, bool]]:
    shown: tuple[Any, ...] = (
        Event.deleted_at.is_(None),
        Event.state.in_(policy.SHOWN),
        Event.ends_at > clock.now() - PAST,
    )
    mine = db.execute(
        select(Event, Registration.seated_at)
        .join(Registration, Registration.event_id == Event.id)
        .where(Registration.user_id == user_id, Registration.cancelled_at.is_(None), *shown)
        .order_by(Event.starts_at, Event.id)
        .limit(MOST)
    ).all()
    found = {row[0].id: (row[0], row[1] is not None, row[1] is None) for row in mine}
    helped = select(CoHost.event_id).where(CoHost.user_id == user_id)
    hosted = select(Event).where(or_(Event.owner_id == user_id, Event.id.in_(helped)), *shown)
    for event in db.scalars(hosted.order_by(Event.starts_at, Event.id).limit(MOST)):
        found[event.id] = (event, True, False)
    return list(found.values())
