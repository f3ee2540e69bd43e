"""How each person wants messages."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, SQLColumnExpression, select
from sqlalchemy.orm import Session

from quad.core.errors import Invalid
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.messaging import policy
from quad.messaging.facts import MessagingWishesChanged
from quad.messaging.forms import MessagingWishes
from quad.messaging.models.conversations import MessagingWish


def wishes(db: Session, actor: Actor) -> MessagingWishes:
    """Return how one wants messages. Raises SignedOut, Forbidden."""
    policy.OWN.require(actor)
    row = db.scalar(select(MessagingWish).where(MessagingWish.user_id == actor.own_id))
    if row is None:
        return MessagingWishes()
    return MessagingWishes(
        receipts=row.receipts,
        requests=row.requests,
        presence=row.presence,
        quiet_from=row.quiet_from,
        quiet_until=row.quiet_until,
    )


def wish(db: Session, actor: Actor, form: MessagingWishes) -> None:
    """Keep how one wants messages. Raises Invalid when only one end of the quiet hours is given."""
    policy.OWN.require(actor)
    if (form.quiet_from is None) is not (form.quiet_until is None):
        missing = "quiet_until" if form.quiet_until is None else "quiet_from"
        raise Invalid({missing: _("Say both from when and until when.")})
    row = db.scalar(
        select(MessagingWish).where(MessagingWish.user_id == actor.own_id).with_for_update()
    )
    if row is None:
        row = MessagingWish(user_id=actor.own_id)
        db.add(row)
    row.receipts, row.requests = form.receipts, form.requests
    row.presence = form.presence
    row.quiet_from, row.quiet_until = form.quiet_from, form.quiet_until
    emit(db, MessagingWishesChanged(actor_id=actor.id))


def hides_receipts(person_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Hold for people who do not show when they read."""
    return (
        select(MessagingWish.id)
        .where(MessagingWish.user_id == person_id, MessagingWish.receipts.is_(False))
        .exists()
    )


def hides_presence(person_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Hold for people who do not show that they are here."""
    return (
        select(MessagingWish.id)
        .where(MessagingWish.user_id == person_id, MessagingWish.presence.is_(False))
        .exists()
    )


def receipts_between(db: Session, one: int, other: int) -> bool:
    """Tell whether two people show each other when they read: both want it, or neither sees anything."""
    hidden = select(MessagingWish.id).where(
        MessagingWish.user_id.in_((one, other)), MessagingWish.receipts.is_(False)
    )
    return db.scalar(hidden.limit(1)) is None


def takes_requests(db: Session, person_id: int) -> bool:
    """Tell whether somebody takes requests from people they do not know."""
    refused = select(MessagingWish.id).where(
        MessagingWish.user_id == person_id, MessagingWish.requests.is_(False)
    )
    return db.scalar(refused) is None


def is_quiet(begin: time | None, end: time | None, zone: str, moment: datetime) -> bool:
    """Tell whether a moment lies in somebody's quiet hours, which may go past midnight."""
    if begin is None or end is None or begin == end:
        return False
    now = moment.astimezone(ZoneInfo(zone or "UTC")).time()
    return begin <= now < end if begin < end else now >= begin or now < end
