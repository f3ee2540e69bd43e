"""Delivered, read, and typing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.behind import Buffer
from quad.core.facts import emit
from quad.core.live import publish
from quad.core.policy import Actor
from quad.messaging import policy
from quad.messaging.facts import ConversationRead, MessagesDelivered
from quad.messaging.models.conversations import Conversation, ConversationState, Message, Side
from quad.messaging.service.live import TYPING, tell_both, tell_number
from quad.messaging.service.writing import other_of

_QUIET = {"synchronize_session": False}


def read(db: Session, actor: Actor, conversation_id: int, until: int | None = None) -> int:
    """Mark what the other one wrote as read, up to a message; return how many were unread.

    Raises NotFound, SignedOut.
    """
    there = policy.READ.get(db, actor, conversation_id)
    number = _read(db, there, actor.own_id, until)
    if number:
        emit(
            db,
            ConversationRead(actor_id=actor.id, conversation_id=conversation_id, number=number),
        )
    return number


def _read(db: Session, there: Conversation, person_id: int, until: int | None) -> int:
    side = db.scalars(
        select(Side).where(Side.conversation_id == there.id, Side.person_id == person_id)
    ).one()
    now = clock.now()
    unread = update(Message).where(Message.side_id == side.id, Message.read_at.is_(None))
    if until is not None:
        unread = unread.where(Message.id <= until)
    done: Any = db.execute(unread.values(read_at=now, updated_at=now), execution_options=_QUIET)
    if done.rowcount:
        db.execute(
            update(Side).where(Side.id == side.id).values(waiting_since=None),
            execution_options=_QUIET,
        )
        tell_both(db, there)
        tell_number(db, person_id)
    return int(done.rowcount)


Opening = tuple[int, int]


def _write(db: Session, openings: Mapping[Opening, int]) -> None:
    """Mark what was read by opening a page; a block that came meanwhile keeps it unread."""
    for (conversation_id, person_id), until in sorted(openings.items()):
        actor = Actor(id=person_id)
        there = db.scalar(
            select(Conversation).where(
                Conversation.id == conversation_id,
                Conversation.id.in_(policy.own_conversations(actor)),
            )
        )
        if there is not None and (number := _read(db, there, person_id, until)):
            emit(
                db,
                ConversationRead(
                    actor_id=person_id, conversation_id=conversation_id, number=number
                ),
            )


# Opening a page reads; a page is asked for with GET, which writes nothing by itself.
OPENED: Buffer[Opening, int] = Buffer("messaging.opened", _write)


def delivered(db: Session, actor: Actor) -> int:
    """Mark what waits for one as arrived at one's screen; return how many messages it was. Raises SignedOut."""
    policy.OWN.require(actor)
    query = (
        select(Message.id, Message.conversation_id)
        .join(Side, Side.id == Message.side_id)
        .where(
            policy.SIDE.where(actor),
            Side.unread > 0,
            Message.read_at.is_(None),
            Message.delivered_at.is_(None),
        )
    )
    rows = db.execute(query).all()
    if not rows:
        return 0
    now = clock.now()
    db.execute(
        update(Message)
        .where(Message.id.in_([row.id for row in rows]))
        .values(delivered_at=now, updated_at=now),
        execution_options=_QUIET,
    )
    ids = {row.conversation_id for row in rows}
    for there in db.scalars(
        select(Conversation).where(Conversation.id.in_(ids)).order_by(Conversation.id)
    ):
        tell_both(db, there)
    emit(db, MessagesDelivered(actor_id=actor.id, number=len(rows)))
    return len(rows)


def typing(db: Session, actor: Actor, conversation_id: int) -> None:
    """Tell the other one that something is being written. Raises NotFound, SignedOut."""
    there = policy.READ.get(db, actor, conversation_id)
    if there.state is not ConversationState.OPEN:
        return
    publish(
        db,
        f"user:{other_of(there, actor.own_id)}",
        TYPING,
        conversation=str(there.id),
        who=actor.name,
    )
