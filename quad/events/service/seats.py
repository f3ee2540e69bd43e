"""Seats, and who gets them: decided one after the other under the lock of the event's row (docs/adr/0027).

Whoever registers, cancels, or changes the number of seats holds the row of the event until the unit ends, so that the
counted seats are true, and whoever waits longest moves up in the same transaction that frees a seat.
"""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quad.audience.service.conditions import unmet
from quad.core import clock, questions
from quad.core.db.now import database_now
from quad.core.errors import Forbidden, NotFound, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.events import facts, policy
from quad.events.forms.events import HideAttendance, Register
from quad.events.forms.questions import registration_form
from quad.events.models.attending import CODE_LENGTH, CheckIn, Registration
from quad.events.models.events import Event, EventState
from quad.identity.models.accounts import User

# Letters and digits that are not mistaken for one another when read from paper.
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def register(db: Session, actor: Actor, event_id: int, form: Register) -> Registration:
    """Take a seat, or the next place on the waiting list; whoever is registered already stays so.

    Raises NotFound, Forbidden for who is not in the audience, Rejected when registration is over, Invalid with a
    sentence per question (`answers.<key>`).
    """
    event = _locked(db, actor, event_id)
    known = _row_of(db, event.id, actor.own_id)
    if known is not None and known.cancelled_at is None:
        return known
    _require_open(db, event)
    _require_meant(db, actor, event)
    answers = checked_answers(event, form)
    row = known or Registration(event_id=event.id, user_id=actor.own_id, code=_code())
    free = event.capacity is None or event.registered < event.capacity
    now = clock.now()
    row.place = _next_place(db, event.id)
    row.sort_name = db.scalar(select(User.sort_name).where(User.id == actor.own_id)) or ""
    row.came_at, row.cancelled_at, row.promoted_at, row.reminded_at = now, None, None, None
    seated = free and not event.waiting
    row.seated_at, row.queued_at = (now, None) if seated else (None, now)
    row.answers, row.name_hidden, row.told = answers, form.name_hidden, event.version
    db.add(row)
    db.flush()
    _emit(db, actor, facts.SeatTaken if seated else facts.QueueJoined, row)
    return row


def _locked(db: Session, actor: Actor, event_id: int) -> Event:
    """Hold the row of an event one may see, with the numbers as they are now. Raises NotFound, SignedOut."""
    if actor.id is None:
        raise Forbidden
    return policy.READ.get(db, actor, event_id, lock=True)


def _row_of(db: Session, event_id: int, user_id: int) -> Registration | None:
    return db.scalar(
        select(Registration)
        .where(Registration.event_id == event_id, Registration.user_id == user_id)
        .execution_options(populate_existing=True)
    )


def _next_place(db: Session, event_id: int) -> int:
    last = select(func.max(Registration.place)).where(Registration.event_id == event_id)
    return (db.scalar(last) or 0) + 1


def _code() -> str:
    return "".join(secrets.choice(LETTERS) for _each in range(CODE_LENGTH))


def _require_open(db: Session, event: Event) -> None:
    if event.state is EventState.CANCELLED:
        raise Rejected(_("This event is cancelled."))
    if event.state is not EventState.PUBLISHED:
        raise Rejected(_("This event is not published yet."))
    in_time = select(Event.deadline_at > database_now()).where(Event.id == event.id)
    if not db.scalar(in_time):
        raise Rejected(_("Registration for this event is over."))


def _require_meant(db: Session, actor: Actor, event: Event) -> None:
    """Raise Forbidden with everything that keeps somebody out of the event's audience."""
    if event.audience_id is None:
        return
    missing = unmet(db, actor.own_id, [event.audience_id])[event.audience_id]
    if missing:
        asked = "; ".join(one.required for one in missing)
        raise Forbidden(_("This event is meant for others: %(asked)s.", asked=asked))


def checked_answers(event: Event, form: Register) -> list[Any]:
    """Return the answers as they are kept. Raises Invalid with a sentence per question (`answers.<key>`)."""
    data = questions.checked_answers(registration_form(event.questions), form.answers)
    return [
        [one["key"], one["label"], one["kind"], getattr(data, questions.ANSWER + one["key"])]
        for one in event.questions
    ]


def cancel(db: Session, actor: Actor, event_id: int) -> Registration:
    """Give one's own seat or place back; who waits longest has the seat then. Raises NotFound, Rejected."""
    event = _locked(db, actor, event_id)
    row = _row_of(db, event.id, actor.own_id)
    if row is None:
        raise NotFound(_("You are not registered for this event."))
    _give_back(db, actor, event, row)
    return row


def remove(db: Session, actor: Actor, event_id: int, registration_id: int) -> Registration:
    """Take somebody off the list, as the host. Raises NotFound, Forbidden, Rejected."""
    event = policy.HOST.get(db, actor, event_id, read=policy.READ, lock=True)
    row = policy.REGISTRATIONS.get(db, actor, registration_id)
    if row.event_id != event.id:
        raise NotFound
    _give_back(db, actor, event, row)
    return row


def _give_back(db: Session, actor: Actor, event: Event, row: Registration) -> None:
    if row.cancelled_at is not None:
        return
    if _came(db, row.id):
        raise Rejected(_("This ticket was used already."))
    if event.ends_at <= clock.now():
        raise Rejected(_("This event is over."))
    row.cancelled_at = clock.now()
    db.flush()
    _emit(db, actor, facts.RegistrationCancelled, row)
    promote(db, actor, event)


def _came(db: Session, registration_id: int) -> bool:
    query = select(CheckIn.id).where(
        CheckIn.registration_id == registration_id, CheckIn.undone_at.is_(None)
    )
    return db.scalar(query) is not None


def promote(db: Session, actor: Actor, event: Event) -> list[Registration]:
    """Give free seats to who waits longest; the caller holds the row of the event. Return who got one."""
    if event.state is not EventState.PUBLISHED or event.ends_at <= clock.now():
        return []
    db.flush()
    seated, waiting = db.execute(
        select(Event.registered, Event.waiting).where(Event.id == event.id)
    ).one()
    free = waiting if event.capacity is None else min(waiting, event.capacity - seated)
    if free <= 0:
        return []
    rows = db.scalars(
        select(Registration)
        .where(
            Registration.event_id == event.id,
            Registration.queued_at.is_not(None),
            Registration.cancelled_at.is_(None),
        )
        .order_by(Registration.place)
        .limit(free)
    ).all()
    now = clock.now()
    for row in rows:
        row.seated_at = row.promoted_at = now
        row.queued_at = None
    db.flush()
    for row in rows:
        _emit(db, actor, facts.SeatGiven, row)
    return list(rows)


def hide_name(db: Session, actor: Actor, event_id: int, form: HideAttendance) -> Registration:
    """Show or hide one's name from the others who take part. Raises NotFound."""
    policy.READ.get(db, actor, event_id)
    row = _row_of(db, event_id, actor.own_id)
    if row is None or row.cancelled_at is not None:
        raise NotFound(_("You are not registered for this event."))
    row.name_hidden = form.name_hidden
    db.flush()
    _emit(db, actor, facts.RegistrationHidden, row)
    return row


def _emit(db: Session, actor: Actor, kind: type[facts.RegistrationFact], row: Registration) -> None:
    emit(
        db,
        kind(
            actor_id=actor.id,
            event_id=row.event_id,
            registration_id=row.id,
            user_id=row.user_id,
        ),
    )


def waiting_before(db: Session, row: Any) -> int:
    """Return how many wait before this registration."""
    query = select(func.count(Registration.id)).where(
        Registration.event_id == row.event_id,
        Registration.place < row.place,
        Registration.queued_at.is_not(None),
        Registration.cancelled_at.is_(None),
    )
    return db.scalar(query) or 0
