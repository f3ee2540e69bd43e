"""What those who came thought of it. Few answers are not shown: a voice among three is no secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import NotFound, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.settings import Setting, between, value
from quad.events import policy
from quad.events.facts import FeedbackGiven
from quad.events.forms.events import GiveFeedback
from quad.events.models.attending import BEST, CheckIn, Feedback, Registration
from quad.events.models.events import Event, EventState
from quad.identity.models.accounts import User

LEAST = Setting(
    key="events.feedback_least",
    label=_l("Answers before a host sees the feedback of an event"),
    hint=_l("With fewer, people could be guessed from what they wrote."),
    default=5,
    kind="int",
    group=_l("Events"),
    check=between(1, 50),
    order=10,
)


@dataclass(frozen=True)
class Results:
    """Feedback of one event. With fewer than `least` answers only `count` is told, and the rest is empty."""

    count: int
    least: int
    average: Decimal | None
    ratings: Sequence[tuple[int, int]]
    would_come_again: int
    words: Sequence[Any]

    @property
    def shown(self) -> bool:
        """Tell whether there are enough answers."""
        return self.count >= self.least


def may_give(db: Session, actor: Actor, event_id: int) -> Registration:
    """Return the registration one may give feedback with. Raises NotFound, Rejected with the reason."""
    event = policy.READ.get(db, actor, event_id)
    row = db.scalar(
        select(Registration)
        .join(CheckIn, (CheckIn.registration_id == Registration.id) & CheckIn.undone_at.is_(None))
        .where(Registration.event_id == event.id, Registration.user_id == actor.own_id)
    )
    if row is None:
        raise Rejected(_("Only those who were checked in are asked."))
    if not event.feedback or event.state is not EventState.PUBLISHED:
        raise Rejected(_("There is no feedback for this event."))
    if event.starts_at > clock.now():
        raise Rejected(_("This event has not begun."))
    if row.gave_feedback:
        raise Rejected(_("You have told us already. Thank you."))
    return row


def give(db: Session, actor: Actor, event_id: int, form: GiveFeedback) -> None:
    """Say what one thought, with one's name or without. Raises NotFound, Rejected.

    Without a name the row bears no person, and the end of the event instead of an hour; that somebody answered is kept
    without touching the hour of the registration.
    """
    db.scalar(select(Event.id).where(Event.id == event_id).with_for_update())
    row = may_give(db, actor, event_id)
    given = form.model_dump(exclude={"anonymous"}) | {"event_id": event_id}
    if form.anonymous:
        ended = db.scalar(select(Event.ends_at).where(Event.id == event_id)) or clock.now()
        stamps = {"created_at": ended, "updated_at": ended, "created_by": None, "updated_by": None}
        given |= stamps
    else:
        given["user_id"] = actor.id
    db.execute(insert(Feedback).values(given))
    db.execute(
        update(Registration)
        .where(Registration.id == row.id)
        .values(gave_feedback=True, updated_at=row.updated_at, updated_by=row.updated_by)
        .execution_options(synchronize_session=False)
    )
    emit(db, FeedbackGiven(actor_id=actor.id, event_id=event_id))


def results(db: Session, actor: Actor, event_id: int) -> Results:
    """Return what people said, for the host. Raises NotFound, Forbidden."""
    policy.HOST.get(db, actor, event_id, read=policy.READ)
    least = value(db, LEAST)
    rows = db.execute(
        select(Feedback.rating, func.count(Feedback.id).label("number"))
        .where(Feedback.event_id == event_id)
        .group_by(Feedback.rating)
    )
    found = {row.rating: row.number for row in rows}
    count = sum(found.values())
    if count < least:
        return Results(count, least, None, (), 0, ())
    total = sum(rating * number for rating, number in found.items())
    again = db.scalar(
        select(func.count(Feedback.id)).where(
            Feedback.event_id == event_id, Feedback.would_come_again.is_(True)
        )
    )
    words = db.execute(
        select(Feedback.rating, Feedback.liked, Feedback.better, User.full_name.label("name"))
        .outerjoin(User, User.id == Feedback.user_id)
        .where(Feedback.event_id == event_id, (Feedback.liked != "") | (Feedback.better != ""))
        .order_by(Feedback.rating.desc(), Feedback.liked, Feedback.better)
        .limit(200)
    ).all()
    average = (Decimal(total) / count).quantize(Decimal("0.1"))
    ratings = [(rating, found.get(rating, 0)) for rating in range(BEST, 0, -1)]
    return Results(count, least, average, ratings, again or 0, words)


def own(db: Session, actor: Actor, event_id: int) -> Feedback:
    """Return what one said with one's name. Raises NotFound."""
    found = db.scalar(
        select(Feedback).where(Feedback.event_id == event_id, Feedback.user_id == actor.own_id)
    )
    if found is None:
        raise NotFound
    return found
