"""What open pages are told. Numbers and names only: the words are fetched by who may read them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, ScalarSelect, func, literal, or_, select
from sqlalchemy.orm import Session

from quad.core.live import publish, publish_many
from quad.messaging.models.conversations import Box, Conversation, Side
from quad.relations.models import Block

NEWS = "messages"
TYPING = "typing"


def blocked_side() -> ColumnElement[bool]:
    """Hold for sides whose two people have a block between them, whoever asks."""
    found = select(Block.id).where(
        or_(
            (Block.blocker_id == Side.person_id) & (Block.blocked_id == Side.other_id),
            (Block.blocked_id == Side.person_id) & (Block.blocker_id == Side.other_id),
        )
    )
    return found.exists()


def unread_count(user_id: ColumnElement[int]) -> ScalarSelect[int]:
    """Return the subquery that counts a person's unread messages, for the bar."""
    return (
        select(func.coalesce(func.sum(Side.unread), 0))
        .where(
            Side.person_id == user_id,
            Side.unread > 0,
            Side.box == Box.INBOX,
            Side.muted.is_(False),
            ~blocked_side(),
        )
        .scalar_subquery()
    )


def tell_number(db: Session, person_id: int) -> None:
    """Tell somebody's open pages how many messages are unread now."""
    db.flush()
    number = db.scalar(select(unread_count(literal(person_id))))
    publish(db, f"user:{person_id}", "badges", messages=int(number or 0))


def tell_both(
    db: Session, conversation: Conversation, *, new: int | None = None, who: str = ""
) -> None:
    """Tell the open pages of both that a conversation is different.

    `new` is the writer of a new message, whose name is `who`.
    """
    muted = set(
        db.scalars(
            select(Side.person_id).where(
                Side.conversation_id == conversation.id, Side.muted.is_(True)
            )
        )
    )
    told = []
    for person_id in (conversation.low_id, conversation.high_id):
        came = new is not None and new != person_id
        said = who if came and person_id not in muted else ""
        data = {"conversation": str(conversation.id), "new": came, "who": said}
        told.append((f"user:{person_id}", data))
    publish_many(db, NEWS, told)
