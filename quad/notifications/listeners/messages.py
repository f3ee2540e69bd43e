"""What people are told of messages, and by which facts. A message itself is no notice: it stands in its list."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.facts import on
from quad.identity.models.accounts import User
from quad.messaging.facts import MessageRequested, MessagesWaiting, RequestAccepted
from quad.notifications.kinds.base import Kind
from quad.notifications.kinds.messages import (
    MESSAGE_ACCEPTED,
    MESSAGE_REQUESTED,
    MESSAGES_WAITING,
)
from quad.notifications.service import notify


def _tell(db: Session, kind: Kind, to_id: int, from_id: int | None, conversation_id: int) -> None:
    who = db.scalar(select(User.full_name).where(User.id == from_id)) or ""
    place = f"/messages/{conversation_id}"
    notify(db, kind, [to_id], {"who": who}, place, private=True)


@on(MessageRequested)
def tell_of_request(db: Session, fact: MessageRequested) -> None:
    _tell(db, MESSAGE_REQUESTED, fact.to_id, fact.actor_id, fact.conversation_id)


@on(RequestAccepted)
def tell_of_acceptance(db: Session, fact: RequestAccepted) -> None:
    _tell(db, MESSAGE_ACCEPTED, fact.to_id, fact.actor_id, fact.conversation_id)


@on(MessagesWaiting)
def tell_of_waiting(db: Session, fact: MessagesWaiting) -> None:
    _tell(db, MESSAGES_WAITING, fact.to_id, fact.from_id, fact.conversation_id)
