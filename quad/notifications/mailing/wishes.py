"""How people want to be told: by kind, and at which hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from quad.core.mail.models import MailAddress
from quad.identity.models.accounts import User
from quad.notifications.kinds.base import Kind
from quad.notifications.mailing.hours import Hours
from quad.notifications.models import Habit, MailRhythm, Preference


@dataclass(frozen=True)
class Wish:
    """How one person wants to hear of one kind."""

    in_app: bool
    mail: MailRhythm

    @property
    def by_mail(self) -> bool:
        """Tell whether mail comes at all."""
        return self.mail is not MailRhythm.OFF


@dataclass(frozen=True)
class Recipient:
    """A person to tell: user number, name, address (empty for one that takes no mail), language, zone and hours."""

    id: int
    name: str
    email: str
    language: str
    zone: str
    hours: Hours


def default_wish(kind: Kind) -> Wish:
    """Return what holds for a kind until somebody chooses."""
    if not kind.mailed:
        return Wish(in_app=True, mail=MailRhythm.OFF)
    return Wish(in_app=True, mail=MailRhythm.DAILY if kind.gathered else MailRhythm.INSTANT)


def wishes(db: Session, kind: Kind, user_ids: Sequence[int]) -> dict[int, Wish]:
    """Return how each of these people wants to hear of `kind`."""
    chosen = {
        row.user_id: Wish(row.in_app, row.mail)
        for row in db.execute(
            select(Preference.user_id, Preference.in_app, Preference.mail).where(
                Preference.kind == kind.name, Preference.user_id.in_(user_ids)
            )
        )
    }
    default = default_wish(kind)
    return {user_id: chosen.get(user_id, default) for user_id in user_ids}


def recipients(db: Session, user_ids: Sequence[int]) -> list[Recipient]:
    """Return these people, without those who are gone; an address that was given up on counts as none."""
    dead = and_(MailAddress.address == User.email, MailAddress.suppressed_at.is_not(None))
    rows = db.execute(
        select(
            User.id,
            User.full_name,
            User.email_as_typed,
            User.language,
            User.zone,
            MailAddress.id.label("dead"),
            Habit.quiet_from,
            Habit.quiet_until,
            Habit.digest_hour,
            Habit.digest_day,
        )
        .outerjoin(MailAddress, dead)
        .outerjoin(Habit, Habit.user_id == User.id)
        .where(User.id.in_(user_ids), User.deleted_at.is_(None))
        .order_by(User.id)
    )
    return [
        Recipient(
            row.id,
            row.full_name,
            "" if row.dead else row.email_as_typed,
            row.language,
            row.zone,
            Hours()
            if row.digest_hour is None
            else Hours(row.quiet_from, row.quiet_until, row.digest_hour, row.digest_day),
        )
        for row in rows
    ]
