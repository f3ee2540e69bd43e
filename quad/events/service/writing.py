"""Events come to be, change, are approved, cancelled and deleted."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.audience.forms import AudienceIn
from quad.audience.service.keeping import save
from quad.core import clock
from quad.core.errors import EditedMeanwhile, Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext
from quad.core.policy import Actor
from quad.events import facts, policy
from quad.events.forms.events import CancelEvent, EditEvent, EventIn, NewEvent, Refusal
from quad.events.models.events import Event, EventState, EventVisibility, Series
from quad.events.service import findable, seats, telling, times
from quad.events.service.slugs import add_with_slug, slug_of

# What an event takes from the form as it stands there.
PLAIN = (
    "title",
    "summary",
    "about",
    "zone",
    "venue",
    "is_online",
    "online_link",
    "capacity",
    "visibility",
    "certificates",
    "feedback",
)
PLACE = ("starts_at", "ends_at", "zone", "venue", "is_online", "online_link")


def create(db: Session, actor: Actor, form: NewEvent) -> Event:
    """Write an event down as a draft; one that comes again is as many events. Return the first.

    Raises Forbidden, SignedOut, Invalid.
    """
    policy.PROPOSE.require(actor)
    _require_place(form)
    starts, ends, deadline = times.span(form)
    times.require_future(starts)
    audience_id = _audience(db, form, None)
    series = None
    beginnings = [starts]
    if form.repeat is not None and form.times > 1:
        beginnings = list(times.occurrences(starts, form.zone, form.repeat, form.times))
        if ends - starts >= beginnings[1] - starts:
            raise Invalid({"ends_at": _("It must end before it begins again.")})
        series = Series(rhythm=form.repeat, owner_id=actor.own_id)
        db.add(series)
        db.flush()
    made = []
    for begins in beginnings:
        event = Event(
            owner_id=actor.own_id,
            series_id=series.id if series else None,
            starts_at=begins,
            ends_at=begins + (ends - starts),
            deadline_at=begins + (deadline - starts),
            audience_id=audience_id,
            questions=[],
        )
        _take(event, form)
        base = slug_of(form.title)
        if series is not None:
            base = f"{base}-{begins.astimezone(ZoneInfo(form.zone)):%Y-%m-%d}"
        add_with_slug(db, event, base)
        made.append(event)
    findable.index_events(db, [event.id for event in made])
    for event in made:
        emit(
            db,
            facts.EventCreated(actor_id=actor.id, event_id=event.id, series_id=event.series_id),
        )
    return made[0]


def _require_place(form: EventIn) -> None:
    if not form.venue and not form.is_online:
        raise Invalid({"venue": _("Say where it is, or that one can take part online.")})


def _audience(db: Session, form: EventIn, before: int | None) -> int | None:
    """Return whom the event is meant for, None for everybody. Raises Invalid for what is not there any more."""
    wanted = AudienceIn.model_validate(form.model_dump(include=set(AudienceIn.model_fields)))
    if wanted == AudienceIn():
        if form.visibility is EventVisibility.AUDIENCE:
            raise Invalid({"visibility": _("Say below whom it is meant for.")})
        return None
    return save(db, wanted, before)


def _take(event: Event, form: EventIn) -> None:
    for name in PLAIN:
        setattr(event, name, getattr(form, name))
    event.sort_title = form.title


def edit(db: Session, actor: Actor, event_id: int, form: EditEvent) -> Event:
    """Change an event, with `following` also the later ones of its series. Raises NotFound, Forbidden, Rejected,
    EditedMeanwhile, Invalid.

    More seats go to who waits, at once; those who registered hear of another time or place.
    """
    event = policy.HOST.get(db, actor, event_id, read=policy.READ, lock=True)
    if event.version != form.version:
        raise EditedMeanwhile
    if event.state is EventState.CANCELLED:
        raise Rejected(_("This event is cancelled."))
    _require_place(form)
    starts, ends, deadline = times.span(form)
    if starts != event.starts_at:
        times.require_future(starts)
    before = event.starts_at
    audience_id = _audience(db, form, event.audience_id)
    following = later(db, actor, event) if form.following else []
    for one in (event, *following):
        _require_seats(one, form)
        begins = starts if one is event else times.shifted(one, before, starts, form.zone)
        old = {name: getattr(one, name) for name in PLACE}
        one.starts_at, one.ends_at = begins, begins + (ends - starts)
        one.deadline_at = begins + (deadline - starts)
        one.audience_id = audience_id
        _take(one, form)
        moved = any(getattr(one, name) != value for name, value in old.items())
        db.flush()
        seats.promote(db, actor, one)
        if moved and one.state is EventState.PUBLISHED:
            telling.promise(db, one, "moved")
        emit(db, facts.EventChanged(actor_id=actor.id, event_id=one.id, moved=moved))
    findable.index_events(db, [event.id, *(one.id for one in following)])
    return event


def _require_seats(event: Event, form: EventIn) -> None:
    if form.capacity is not None and form.capacity < event.registered:
        raise Invalid(
            {
                "capacity": ngettext(
                    "%(num)s person has a seat already.",
                    "%(num)s people have a seat already.",
                    event.registered,
                )
            }
        )


def later(db: Session, actor: Actor, event: Event) -> Sequence[Event]:
    """Return the later events of a series that take place and that one holds too, locked in their order."""
    if event.series_id is None:
        return []
    return db.scalars(
        select(Event)
        .where(
            Event.series_id == event.series_id,
            policy.HOST.where(actor, many=True),
            Event.starts_at > event.starts_at,
            Event.state != EventState.CANCELLED,
            Event.deleted_at.is_(None),
        )
        .order_by(Event.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _together(db: Session, event: Event, state: EventState) -> list[Event]:
    """Return the event and those of its series in the same state: a series is proposed and approved as one."""
    if event.series_id is None:
        return [event]
    others = select(Event).where(
        Event.series_id == event.series_id,
        Event.state == state,
        Event.deleted_at.is_(None),
        Event.id != event.id,
    )
    return [event, *db.scalars(others.order_by(Event.id).with_for_update())]


def publish(db: Session, actor: Actor, event_id: int) -> Event:
    """Publish one's own draft: the staff at once, others once somebody approved it.

    Raises NotFound, Forbidden, Rejected when it is no draft, or over.
    """
    event = policy.LEAD.get(db, actor, event_id, read=policy.READ, lock=True)
    if event.state is not EventState.DRAFT:
        raise Rejected(_("Only a draft can be published."))
    if event.ends_at <= clock.now():
        raise Rejected(_("This event is over. Choose another time first."))
    at_once = policy.PUBLISH.may(actor)
    for one in _together(db, event, EventState.DRAFT):
        one.state = EventState.PUBLISHED if at_once else EventState.WAITING
        one.refusal = ""
        findable.index_events(db, [one.id])
    kind = facts.EventPublished if at_once else facts.EventSubmitted
    emit(db, kind(actor_id=actor.id, event_id=event.id))
    return event


def approve(db: Session, actor: Actor, event_id: int) -> Event:
    """Publish an event that waits; its whole series with it. Raises NotFound, Forbidden, Rejected."""
    event = _decided(db, actor, event_id)
    for one in _together(db, event, EventState.WAITING):
        one.state = EventState.PUBLISHED
        findable.index_events(db, [one.id])
    emit(db, facts.EventApproved(actor_id=actor.id, event_id=event.id, owner_id=event.owner_id))
    emit(db, facts.EventPublished(actor_id=actor.id, event_id=event.id))
    return event


def refuse(db: Session, actor: Actor, event_id: int, form: Refusal) -> Event:
    """Send an event back as a draft, with the reason. Raises NotFound, Forbidden, Rejected."""
    event = _decided(db, actor, event_id)
    for one in _together(db, event, EventState.WAITING):
        one.state, one.refusal = EventState.DRAFT, form.reason
        findable.index_events(db, [one.id])
    emit(db, facts.EventRefused(actor_id=actor.id, event_id=event.id, owner_id=event.owner_id))
    return event


def _decided(db: Session, actor: Actor, event_id: int) -> Event:
    event = policy.READ.get(db, actor, event_id, lock=True)
    if event.state is not EventState.WAITING:
        policy.OPEN_APPROVALS.require(actor)
        raise Rejected(_("This event does not wait for approval."))
    return policy.APPROVE.get(db, actor, event_id, read=policy.READ)


def cancel(db: Session, actor: Actor, event_id: int, form: CancelEvent) -> Event:
    """Say that an event does not take place; everybody who registered hears of it.

    Raises NotFound, Forbidden, Rejected when it is not published, or over.
    """
    event = policy.LEAD.get(db, actor, event_id, read=policy.READ, lock=True)
    if event.state is not EventState.PUBLISHED or event.ends_at <= clock.now():
        raise Rejected(_("Only a published event that is not over can be cancelled."))
    following = later(db, actor, event) if form.following else []
    for one in (event, *(each for each in following if each.state is EventState.PUBLISHED)):
        _cancel(db, actor, one, form.reason)
    return event


def _cancel(db: Session, actor: Actor, event: Event, reason: str) -> None:
    event.state, event.cancel_reason = EventState.CANCELLED, reason
    telling.promise(db, event, "cancelled")
    emit(db, facts.EventCancelled(actor_id=actor.id, event_id=event.id))


def delete(db: Session, actor: Actor, event_id: int) -> None:
    """Hide one's own event; one that was still to come is cancelled with it. Raises NotFound, Forbidden."""
    event = policy.DELETE.get(db, actor, event_id, read=policy.READ, lock=True)
    if event.state is EventState.PUBLISHED and event.ends_at > clock.now():
        _cancel(db, actor, event, _("The event was taken back."))
    event.deleted_at = clock.now()
    emit(db, facts.EventDeleted(actor_id=actor.id, event_id=event.id))
