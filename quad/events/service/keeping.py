"""What of events belongs to a person: when accounts are merged, copied, or left."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import String, case, delete, func, literal, select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.i18n import lazy_gettext as _l
from quad.core.merging import Merge, moved, one_of
from quad.core.own_data import OwnData, Table, as_table
from quad.core.policy import SYSTEM
from quad.events.models.attending import (
    CalendarFeed,
    Certificate,
    CheckIn,
    Feedback,
    Registration,
)
from quad.events.models.events import CoHost, Event, Series
from quad.events.service import seats

_QUIET = {"synchronize_session": False}


def _count(db: Session, user_id: int) -> int:
    query = select(func.count(Registration.id)).where(
        Registration.user_id == user_id, Registration.cancelled_at.is_(None)
    )
    return db.scalar(query) or 0


def _move(db: Session, kept: int, gone: int) -> None:
    """Registrations go to the kept account. Of two for one event the kept one stays, and the other seat is free."""
    own = set(db.scalars(select(Registration.event_id).where(Registration.user_id == kept)))
    rows = db.scalars(
        select(Registration).where(Registration.user_id == gone).order_by(Registration.event_id)
    ).all()
    doubled = [row for row in rows if row.event_id in own]
    for row in doubled:
        event = db.scalars(select(Event).where(Event.id == row.event_id).with_for_update()).one()
        if row.cancelled_at is None:
            row.cancelled_at = clock.now()
            db.flush()
            seats.promote(db, SYSTEM, event)
    left = [row.id for row in rows if row.event_id not in own]
    db.execute(
        update(Registration).where(Registration.id.in_(left)).values(user_id=kept),
        execution_options=_QUIET,
    )


MERGES: tuple[Merge, ...] = (
    Merge(_l("Registrations for events"), (Registration.user_id,), _count, _move),
    moved(_l("Events"), Event.owner_id),
    moved("", Series.owner_id),
    moved("", CoHost.user_id, once_per=(CoHost.event_id,)),
    moved(_l("Feedback on events"), Feedback.user_id),
    one_of("", CalendarFeed.user_id),
)


def _load(db: Session, user_id: int) -> Mapping[str, Table]:
    registered = (
        select(
            Event.title,
            Event.starts_at,
            Registration.came_at,
            Registration.seated_at,
            Registration.queued_at,
            Registration.cancelled_at,
            Registration.answers,
            Registration.name_hidden,
            CheckIn.scanned_at,
        )
        .join(Event, Event.id == Registration.event_id)
        .outerjoin(
            CheckIn, (CheckIn.registration_id == Registration.id) & CheckIn.undone_at.is_(None)
        )
        .where(Registration.user_id == user_id)
        .order_by(Registration.id)
    )
    held = (
        select(Event.title, Event.starts_at, Event.ends_at, Event.venue, Event.state, Event.about)
        .where(Event.owner_id == user_id)
        .order_by(Event.id)
    )
    said = (
        select(Event.title, Feedback.rating, Feedback.liked, Feedback.better)
        .join(Event, Event.id == Feedback.event_id)
        .where(Feedback.user_id == user_id)
        .order_by(Feedback.id)
    )
    revoked, valid = (literal(word, String(10)) for word in ("revoked", "valid"))
    certified = (
        select(
            Event.title,
            Certificate.serial,
            Certificate.holder,
            Certificate.issued_on,
            case((Certificate.revoked_at.is_not(None), revoked), else_=valid).label("state"),
            Certificate.revoked_at,
            Certificate.revoked_reason,
        )
        .join(Registration, Registration.id == Certificate.registration_id)
        .join(Event, Event.id == Registration.event_id)
        .where(Registration.user_id == user_id)
        .order_by(Certificate.id)
    )
    return {
        "registrations": as_table(db.execute(registered)),
        "certificates_of_attendance": as_table(db.execute(certified)),
        "events": as_table(db.execute(held)),
        "feedback": as_table(db.execute(said)),
    }


def _forget(db: Session, user_id: int) -> None:
    """Take a person who left off events to come, and remove what they answered; that somebody came is kept."""
    coming = db.scalars(
        select(Registration)
        .join(Event, Event.id == Registration.event_id)
        .where(
            Registration.user_id == user_id,
            Registration.cancelled_at.is_(None),
            Event.starts_at > clock.now(),
        )
        .order_by(Registration.event_id)
    ).all()
    for row in coming:
        event = db.scalars(select(Event).where(Event.id == row.event_id).with_for_update()).one()
        row.cancelled_at = clock.now()
        db.flush()
        seats.promote(db, SYSTEM, event)
    db.execute(
        update(Registration)
        .where(Registration.user_id == user_id)
        .values(answers=[], name_hidden=True, sort_name=""),
        execution_options=_QUIET,
    )
    db.execute(delete(CalendarFeed).where(CalendarFeed.user_id == user_id))
    db.execute(delete(CoHost).where(CoHost.user_id == user_id))


OWN_DATA = OwnData("events", _l("Events"), _load, forget=_forget, order=62)
