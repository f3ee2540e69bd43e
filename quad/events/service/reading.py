"""What the pages of events show."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case, exists, literal, select
from sqlalchemy.orm import Session

from quad.audience.service.conditions import Condition, unmet
from quad.audience.service.naming import describe
from quad.core import clock
from quad.core.db.now import database_now
from quad.core.errors import NotFound, SignedOut
from quad.core.i18n import current_reader
from quad.core.policy import Actor
from quad.events import policy
from quad.events.kinds import phase
from quad.events.models.attending import Certificate, CheckIn, Registration
from quad.events.models.events import AgendaItem, Event, EventState, Speaker
from quad.events.service import helping, seats
from quad.identity.models.accounts import User
from quad.identity.policy import photo_for

FACES = 24
PUBLIC_PAGE = 60


@dataclass(frozen=True)
class Own:
    """One's own part in an event. `revoked` says why the certificate is not valid any more."""

    row: Registration
    came: bool
    certificate: str
    revoked: str | None
    before: int

    @property
    def seated(self) -> bool:
        """Tell whether there is a seat."""
        return self.row.seated_at is not None and self.row.cancelled_at is None

    @property
    def waits(self) -> bool:
        """Tell whether one is on the waiting list."""
        return self.row.queued_at is not None and self.row.cancelled_at is None


@dataclass(frozen=True)
class Shown:
    """One event with all that its page shows to this reader."""

    event: Event
    host: str
    may_host: bool
    may_approve: bool
    in_time: bool
    may_lead: bool
    co_hosts: str
    own: Own | None
    speakers: Sequence[Any]
    agenda: Sequence[Any]
    names: Sequence[Any]
    series: Sequence[Any]
    audience: str
    missing: Sequence[Condition]

    @property
    def phase(self) -> tuple[str, str]:
        """Mark and word of where it stands."""
        return phase(self.event.state, self.event.ends_at)

    @property
    def over(self) -> bool:
        """Tell whether it has ended."""
        return self.event.ends_at <= clock.now()

    @property
    def full(self) -> bool:
        """Tell whether whoever registers now waits."""
        event = self.event
        return event.capacity is not None and event.registered >= event.capacity

    @property
    def free(self) -> int | None:
        """How many seats are free; None without a limit."""
        event = self.event
        return None if event.capacity is None else max(event.capacity - event.registered, 0)

    @property
    def registered(self) -> bool:
        """Tell whether the reader is on either list."""
        return self.own is not None and (self.own.seated or self.own.waits)

    @property
    def may_register(self) -> bool:
        """Tell whether registering is open."""
        return (
            self.event.state is EventState.PUBLISHED
            and self.in_time
            and not self.registered
            and not self.missing
        )

    @property
    def sees_link(self) -> bool:
        """Tell whether the reader may see the link to take part online."""
        seated = self.own is not None and self.own.seated
        return bool(self.event.online_link) and (seated or self.may_host)


def _key(key: int | str) -> ColumnElement[bool]:
    return Event.id == key if isinstance(key, int) else Event.slug == key


def find(db: Session, actor: Actor, key: int | str) -> Event:
    """Return an event one may see, by number or name; signed out only public ones. Raises NotFound, SignedOut."""
    if actor.signed_in:
        event = db.scalar(policy.READ.visible(actor).where(_key(key)))
    else:
        event = db.scalar(select(Event).where(_key(key), policy.open_to_all()))
    if event is None:
        raise NotFound if actor.signed_in else SignedOut
    return event


def shown(db: Session, actor: Actor, key: int | str) -> Shown:
    """Return one event for its page, in at most seven queries. Raises NotFound, SignedOut."""
    may_host = case((policy.HOST.where(actor), 1), else_=0)
    may_lead = case((policy.LEAD.where(actor), 1), else_=0)
    may_approve = case((policy.APPROVE.where(actor), 1), else_=0)
    in_time = case((Event.deadline_at > database_now(), 1), else_=0)
    clause = policy.READ.where(actor) if actor.signed_in else policy.open_to_all()
    head = db.execute(
        select(Event, User.full_name, may_host, may_approve, in_time, may_lead, helping.names())
        .join(User, User.id == Event.owner_id)
        .where(_key(key), clause)
    ).first()
    if head is None:
        raise NotFound if actor.signed_in else SignedOut
    event = head[0]
    audience_id = event.audience_id
    return Shown(
        event=event,
        host=head[1],
        may_host=bool(head[2]),
        may_approve=bool(head[3]),
        in_time=bool(head[4]),
        may_lead=bool(head[5]),
        co_hosts=head[6] or "",
        own=_own(db, actor, event.id),
        speakers=speakers(db, event.id),
        agenda=agenda(db, event.id),
        names=names(db, actor, event.id, FACES) if actor.signed_in else (),
        series=_series(db, actor, event),
        audience="" if audience_id is None else describe(db, audience_id),
        missing=_missing(db, actor, audience_id),
    )


def _missing(db: Session, actor: Actor, audience_id: int | None) -> Sequence[Condition]:
    if audience_id is None or actor.id is None:
        return ()
    return unmet(db, actor.own_id, [audience_id])[audience_id]


def _own(db: Session, actor: Actor, event_id: int) -> Own | None:
    if actor.id is None:
        return None
    found = db.execute(
        select(
            Registration,
            CheckIn.id,
            Certificate.serial,
            case((Certificate.revoked_at.is_not(None), Certificate.revoked_reason)),
        )
        .outerjoin(
            CheckIn, (CheckIn.registration_id == Registration.id) & CheckIn.undone_at.is_(None)
        )
        .outerjoin(
            Certificate,
            (Certificate.registration_id == Registration.id) & (Certificate.latest_mark == 1),
        )
        .where(Registration.event_id == event_id, Registration.user_id == actor.own_id)
    ).first()
    if found is None:
        return None
    row, came, serial, revoked = found
    waits = row.queued_at is not None and row.cancelled_at is None
    before = seats.waiting_before(db, row) if waits else 0
    return Own(row, came is not None, serial or "", revoked, before)


def speakers(db: Session, event_id: int) -> Sequence[Any]:
    """Return the speakers in their order; who may see the event was asked before."""
    return db.execute(
        select(Speaker.id, Speaker.name, Speaker.headline, Speaker.bio, Speaker.photo_id)
        .where(Speaker.event_id == event_id)
        .order_by(Speaker.position, Speaker.id)
    ).all()


def agenda(db: Session, event_id: int) -> Sequence[Any]:
    """Return the agenda in its order; who may see the event was asked before."""
    return db.execute(
        select(
            AgendaItem.id,
            AgendaItem.starts_at,
            AgendaItem.title,
            AgendaItem.about,
            AgendaItem.speaker_id,
            Speaker.name.label("speaker"),
        )
        .outerjoin(Speaker, Speaker.id == AgendaItem.speaker_id)
        .where(AgendaItem.event_id == event_id)
        .order_by(AgendaItem.starts_at, AgendaItem.id)
    ).all()


def names(db: Session, actor: Actor, event_id: int, limit: int) -> Sequence[Any]:
    """Return who takes part and does not hide the name, by name."""
    return db.execute(
        select(Registration.user_id, User.full_name.label("name"), photo_for(actor))
        .join(User, User.id == Registration.user_id)
        .where(Registration.event_id == event_id, policy.NAMES.where(actor))
        .order_by(Registration.sort_name, Registration.id)
        .limit(limit)
    ).all()


def _series(db: Session, actor: Actor, event: Event) -> Sequence[Any]:
    if event.series_id is None:
        return ()
    clause = policy.READ.where(actor) if actor.signed_in else policy.open_to_all()
    return db.execute(
        select(Event.id, Event.starts_at, Event.state, Event.registered, Event.capacity)
        .where(Event.series_id == event.series_id, clause)
        .order_by(Event.starts_at)
        .limit(60)
    ).all()


BRIEF = (
    Event.id,
    Event.slug,
    Event.title,
    Event.summary,
    Event.starts_at,
    Event.ends_at,
    Event.venue,
    Event.is_online,
    Event.state,
    Event.capacity,
    Event.registered,
    Event.waiting,
    Event.visibility,
    Event.cover_id,
)


def public_events(db: Session, limit: int = PUBLIC_PAGE) -> Sequence[Any]:
    """Return the public events to come, for those signed out."""
    return db.execute(
        select(*BRIEF)
        .where(
            Event.state == EventState.PUBLISHED,
            policy.open_to_all(),
            Event.ends_at > clock.now(),
        )
        .order_by(Event.starts_at, Event.id)
        .limit(limit)
    ).all()


def next_events(db: Session, actor: Actor, limit: int) -> Sequence[Any]:
    """Return the next events one may see, with `mine` 1 for those one is registered for."""
    mine = case(
        (
            exists().where(
                Registration.event_id == Event.id,
                Registration.user_id == actor.own_id,
                Registration.cancelled_at.is_(None),
            ),
            1,
        ),
        else_=literal(0),
    ).label("mine")
    return db.execute(
        select(*BRIEF, mine)
        .where(
            policy.SHOW.where(actor),
            Event.state == EventState.PUBLISHED,
            Event.ends_at > clock.now(),
        )
        .order_by(Event.starts_at, Event.id)
        .limit(limit)
    ).all()


def own_upcoming(db: Session, actor: Actor, limit: int) -> Sequence[Any]:
    """Return the events one is registered for, the next first; `seated_at` is None while one waits."""
    return db.execute(
        select(*BRIEF, Registration.seated_at)
        .join(Registration, Registration.event_id == Event.id)
        .where(
            Registration.user_id == actor.own_id,
            Registration.cancelled_at.is_(None),
            Event.state.in_(policy.SHOWN),
            Event.deleted_at.is_(None),
            Event.ends_at > clock.now(),
        )
        .order_by(Event.starts_at, Event.id)
        .limit(limit)
    ).all()


def hosted(db: Session, actor: Actor, limit: int) -> Sequence[Any]:
    """Return the events one holds or helps to hold that are not over, drafts as well, the next first."""
    return db.execute(
        select(*BRIEF)
        .where(policy.HELD.where(actor, many=True))
        .where(Event.state != EventState.CANCELLED, Event.ends_at > clock.now())
        .order_by(Event.starts_at, Event.id)
        .limit(limit)
    ).all()


def to_approve(db: Session, actor: Actor, limit: int) -> Sequence[Any]:
    """Return the events that wait for this person's approval, the next first."""
    return db.execute(
        select(*BRIEF, User.full_name.label("host"))
        .join(User, User.id == Event.owner_id)
        .where(policy.APPROVE.where(actor))
        .order_by(Event.starts_at, Event.id)
        .limit(limit)
    ).all()


@dataclass(frozen=True)
class Day:
    """One day of a month's page."""

    day: date
    in_month: bool
    today: bool
    events: Sequence[Any]


@dataclass(frozen=True)
class Month:
    """A month in weeks from Monday, with the first days of the months before and after."""

    first: date
    before: date
    after: date
    weeks: Sequence[Sequence[Day]]


def month(db: Session, actor: Actor, first: date) -> Month:
    """Return a month of events in the reader's zone."""
    zone = ZoneInfo(current_reader().zone)
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    begins = datetime.combine(weeks[0][0], datetime.min.time(), zone)
    ends = datetime.combine(weeks[-1][-1] + timedelta(days=1), datetime.min.time(), zone)
    rows = db.execute(
        select(*BRIEF)
        .where(
            policy.SHOW.where(actor, many=True), Event.starts_at >= begins, Event.starts_at < ends
        )
        .order_by(Event.starts_at, Event.id)
        .limit(500)
    ).all()
    by_day: dict[date, list[Any]] = {}
    for row in rows:
        by_day.setdefault(row.starts_at.astimezone(zone).date(), []).append(row)
    today = clock.today(zone.key)
    days = [
        [Day(one, one.month == first.month, one == today, by_day.get(one, ())) for one in week]
        for week in weeks
    ]
    before = (first - timedelta(days=1)).replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    return Month(first, before, after, days)
