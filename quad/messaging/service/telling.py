"""Telling people of messages that lie unread: once for each conversation until it is read, and not in quiet hours."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.facts import emit
from quad.core.settings import value
from quad.identity.models.accounts import User
from quad.messaging.facts import MessagesWaiting
from quad.messaging.models.conversations import Box, MessagingWish, Side
from quad.messaging.service.live import blocked_side
from quad.messaging.service.settings import MAIL_AFTER_MINUTES
from quad.messaging.service.wishes import is_quiet

SOME = 200


def tell_some(db: Session, after: int) -> int | None:
    """Tell of some conversations that wait, those with a number above `after`; return where to go on, None at the end.

    Who has quiet hours now keeps waiting, and is told when they are over.
    """
    minutes = value(db, MAIL_AFTER_MINUTES)
    if not minutes:
        return None
    now = clock.now()
    query = (
        select(
            Side.id,
            Side.conversation_id,
            Side.person_id,
            Side.other_id,
            Side.unread,
            User.zone,
            MessagingWish.quiet_from,
            MessagingWish.quiet_until,
        )
        .join(User, User.id == Side.person_id)
        .outerjoin(MessagingWish, MessagingWish.user_id == Side.person_id)
        .where(
            Side.id > after,
            Side.waiting_since <= now - timedelta(minutes=minutes),
            Side.unread > 0,
            Side.box == Box.INBOX,
            Side.muted.is_(False),
            User.is_active,
            User.deleted_at.is_(None),
            ~blocked_side(),
        )
        .order_by(Side.id)
        .limit(SOME)
    )
    rows = db.execute(query).all()
    loud = [row for row in rows if not is_quiet(row.quiet_from, row.quiet_until, row.zone, now)]
    db.execute(
        update(Side).where(Side.id.in_([row.id for row in loud])).values(waiting_since=None),
        execution_options={"synchronize_session": False},
    )
    for row in loud:
        emit(
            db,
            MessagesWaiting(
                actor_id=None,
                conversation_id=row.conversation_id,
                from_id=row.other_id,
                to_id=row.person_id,
                number=row.unread,
            ),
        )
    return rows[-1].id if len(rows) == SOME else None
