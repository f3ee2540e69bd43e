"""A student asks to have an account read now."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.coding import policy
from quad.coding.connectors.registry import connector_of, why_by_hand
from quad.coding.facts import SyncAsked
from quad.coding.models.accounts import CodingAccount, Platform
from quad.coding.models.sync import AccountSync
from quad.coding.service.syncing import planning, recording, rules
from quad.core import clock
from quad.core.errors import Rejected, TooMany
from quad.core.facts import emit
from quad.core.i18n import clock_time
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.core.settings import value


def read_now(db: Session, actor: Actor, account_id: int) -> AccountSync:
    """Promise a visit right away.

    Raises NotFound, Forbidden, Rejected when the account or its platform is not read, TooMany soon after the last time.
    """
    account = policy.ACCOUNT_OWN.get(db, actor, account_id, read=policy.ACCOUNT_KNOW, lock=True)
    platform = db.scalars(select(Platform.key).where(Platform.id == account.platform_id)).one()
    require_read(db, account, platform)
    state = recording.state_of(db, account.id, platform, account.username)
    again = may_ask_at(db, state)
    now = clock.now()
    if again is not None and again > now:
        raise TooMany(
            _(
                "You asked for this just now. You may ask again at %(time)s.",
                time=clock_time(again),
            ),
            retry_after=int((again - now).total_seconds()) + 1,
        )
    state.asked_at = now
    state.next_at = rules.night(db).turn(account.id, now)
    planning.promise(db, account.id, platform, now)
    emit(db, SyncAsked(actor_id=actor.id, coding_account_id=account.id))
    return state


def require_read(db: Session, account: CodingAccount, platform: str) -> None:
    """Raise Rejected, with the reason, when nobody reads this account."""
    if not account.is_active:
        raise Rejected(_("This account is not linked any more."))
    if connector_of(platform) is None:
        raise Rejected(str(why_by_hand(platform)))
    if not value(db, rules.ON):
        raise Rejected(_("Your institution does not read platforms. Enter your figures by hand."))


def may_ask_at(db: Session, state: AccountSync) -> datetime | None:
    """Return from when on a student may ask again, None for at once."""
    if state.asked_at is None:
        return None
    return state.asked_at + timedelta(minutes=value(db, rules.WAIT))
